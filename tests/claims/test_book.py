"""The timing table sums up what Snakemake measured."""

import json

from gradfree.claims import book


def benchmark(folder, run, *seconds):
    file = folder / f"{run}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"s": s, "cpu_time": s / 2, "max_rss": 100 * s if s > 1 else "NA"} for s in seconds]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_times_are_summed_by_folder_or_by_the_folders_above(tmp_path):
    files = [
        benchmark(tmp_path, "cnn/enkf/plain/seed-0", 2.0),
        benchmark(tmp_path, "cnn/enkf/plain/seed-1", 4.0),
        benchmark(tmp_path, "cnn/enkf/joint/seed-0", 0.5),
    ]
    joint, plain = book.read_times(files, tmp_path)
    assert (plain.name, plain.jobs, plain.wall_s, plain.processor_s) == ("cnn/enkf/plain", 2, 6.0, 3.0)
    assert (plain.longest_s, plain.peak_memory_mb) == (4.0, 400.0)
    assert (joint.name, joint.jobs, joint.peak_memory_mb) == ("cnn/enkf/joint", 1, 0.0)
    (both,) = book.read_times(files, tmp_path, depth=2)
    assert (both.name, both.jobs, both.wall_s) == ("cnn/enkf", 3, 6.5)


def test_the_last_row_of_the_timing_table_is_the_sum(tmp_path):
    files = [benchmark(tmp_path, f"cnn/enkf/a/seed-{seed}", 2.0, 3.0) for seed in range(3)]
    table = book.times_to_markdown(book.read_times(files, tmp_path))
    assert table.splitlines()[-1] == "| all | 6 | 15 | 8 | 3 | 300 |"
