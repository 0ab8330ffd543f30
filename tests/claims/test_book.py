"""The timing table sums up what Snakemake measured."""

import json

import xarray as xr

from gradfree import store
from gradfree.claims import book


def benchmark(folder, run, *seconds, run_s=None):
    """Snakemake's file of a job, and the store of its run, which says that it took `run_s`."""
    file = folder / f"benchmarks/{run}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"s": s, "cpu_time": s / 2, "max_rss": 100 * s if s > 1 else "NA"} for s in seconds]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    clock = xr.Dataset(attrs={} if run_s is None else {"wall_time_s": run_s})
    store.save(clock, folder / f"{run}.zarr")
    return file


def test_times_are_summed_by_folder_or_by_the_folders_above(tmp_path):
    files = [
        benchmark(tmp_path, "cnn/enkf/plain/seed-0", 2.0),
        benchmark(tmp_path, "cnn/enkf/plain/seed-1", 4.0),
        benchmark(tmp_path, "cnn/enkf/joint/seed-0", 0.5),
    ]
    joint, plain = book.read_times(files, tmp_path / "benchmarks")
    assert (plain.name, plain.jobs, plain.wall_s, plain.processor_s) == ("cnn/enkf/plain", 2, 6.0, 3.0)
    assert (plain.longest_s, plain.peak_memory_mb) == (4.0, 400.0)
    assert (joint.name, joint.jobs, joint.peak_memory_mb) == ("cnn/enkf/joint", 1, 0.0)
    (both,) = book.read_times(files, tmp_path / "benchmarks", depth=2)
    assert (both.name, both.jobs, both.wall_s) == ("cnn/enkf", 3, 6.5)


def test_the_last_row_of_the_timing_table_is_the_sum(tmp_path):
    files = [benchmark(tmp_path, f"cnn/enkf/a/seed-{seed}", 2.0, 3.0) for seed in range(3)]
    table = book.times_to_markdown(book.read_times(files, tmp_path / "benchmarks"))
    assert table.splitlines()[-1] == "| all | 6 | 15 | 100 | 8 | 3 | 300 |"


def test_folders_of_seeds_and_below_them_are_one_row(tmp_path):
    files = [
        benchmark(tmp_path, "l2l/genetic/seed-0/generation-000/individual-00", 2.0),
        benchmark(tmp_path, "l2l/genetic/seed-1/found/test", 3.0),
        benchmark(tmp_path, "l2l/manual/test", 5.0),
    ]
    found = book.read_times(files, tmp_path / "benchmarks")
    assert [(time.name, time.wall_s) for time in found] == [("l2l/genetic", 5.0), ("l2l/manual", 5.0)]


def test_overhead_is_what_jobs_took_beyond_their_runs(tmp_path):
    files = [
        benchmark(tmp_path, "l2l/genetic/seed-0/a", 6.0, run_s=5.0),
        benchmark(tmp_path, "l2l/genetic/seed-0/b", 3.0, run_s=2.5),
        benchmark(tmp_path, "l2l/genetic/seed-0/not-run", 1.0),
        benchmark(tmp_path, "cnn/enkf/seed-0", 10.0, run_s=10.0),
    ]
    cnn, l2l = book.read_times(files, tmp_path / "benchmarks", depth=1)
    assert (cnn.overhead_percent, l2l.overhead_percent) == (0.0, 25.0)
    assert book.together([cnn, l2l]).overhead_percent == 12.5
