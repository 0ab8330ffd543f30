"""Chapter l2l: how busy a generation keeps two cores, and how much of its jobs' time is overhead.

    python benchmarks/generation.py

Runs the first generation of the search `cnn-genetic` of the laptop scale, three seeds, in a folder of its own, with the
data of this folder's results. The reference is what two cores could do: Snakemake's benchmark files say how long each
job took and, by their own time, when it ended.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from gradfree.claims import book

ROOT = Path(__file__).parents[1]
DATA = ("results/data", "results/laptop/data")
N_SEEDS = 3


def run_generation(folder: Path, cores: int) -> None:
    """Runs it. Raises FileNotFoundError if the images are not there yet."""
    for data in DATA:
        if not (ROOT / data).exists():
            raise FileNotFoundError(f"{ROOT / data}: run `snakemake results/laptop/data/letters/letters.json` first")
        (folder / data).parent.mkdir(parents=True, exist_ok=True)
        (folder / data).symlink_to((ROOT / data).resolve())
    command = [
        str(Path(sys.executable).with_name("snakemake")), "-s", str(ROOT / "Snakefile"), "-d", str(folder),
        "--workflow-profile", "none", "--scheduler", "greedy", f"-c{cores}", "--quiet", "all",
        "--allowed-rules", "start_search", "run_individual", "breed", "--",
        *(f"results/laptop/l2l/cnn-genetic/seed-{seed}/population-001.json" for seed in range(N_SEEDS)),
    ]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    subprocess.run(command, check=True, capture_output=True, env=environment)


def busy_percent(files: list[Path], cores: int) -> float:
    """Share of the cores' time, from the start of the first job to the end of the last, in which they had a job."""
    seconds = [json.loads(file.read_text())["s"] for file in files]
    ends = [file.stat().st_mtime for file in files]
    elapsed = max(ends) - min(end - s for end, s in zip(ends, seconds, strict=True))
    return 100 * sum(seconds) / (cores * elapsed)


def main() -> None:
    """Prints both shares."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cores", type=int, default=2)
    cores = options.parse_args().cores
    with tempfile.TemporaryDirectory() as name:
        run_generation(Path(name), cores)
        benchmarks = Path(name) / "results/laptop/benchmarks"
        files = sorted(benchmarks.glob("l2l/**/*.jsonl"))
        (time,) = book.read_times(files, benchmarks)
        print(
            f"{time.jobs} jobs of {time.wall_s / time.jobs:.1f} s, of which {time.overhead_percent:.0f} % is overhead"
        )
        print(f"{cores} cores had one for {busy_percent(files, cores):.0f} % of the generation")


if __name__ == "__main__":
    main()
