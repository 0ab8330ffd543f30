"""Chapter l2l: how long Snakemake plans a search, and whether that grows linearly with its length.

    python benchmarks/planning.py

A dry run of searches whose nodes are individuals and populations; the reference is a dry run of a tenth of them.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
N_SEEDS, POPULATION = 4, 5


def plan(generations: int) -> tuple[int, float, float]:
    """Nodes, seconds of processor, and wall time in s of a dry run of `N_SEEDS` searches."""
    search = f"{{long: {{n_seeds: {N_SEEDS}, population_size: {POPULATION}, generations: {generations}}}}}"
    wanted = [f"results/laptop/l2l/long/seed-{seed}/population-{generations:03d}.json" for seed in range(N_SEEDS)]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(Path(sys.executable).with_name("snakemake")), "-s", str(ROOT / "Snakefile"), "-d", folder,
            "--workflow-profile", "none", "--scheduler", "greedy", "-c1", "--dry-run", "--quiet", "rules",
            "--config", f"l2l={{settings: {search}}}", "--", *wanted,
        ]  # fmt: skip
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
        after, wall_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return N_SEEDS * (generations * POPULATION + generations + 1), processor_s, wall_s


def main() -> None:
    """Prints both plans and the ratio of their costs per node."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--generations", type=int, default=416, help="416 are 9988 nodes")
    generations = options.parse_args().generations
    plans = [plan(number) for number in (generations // 10, generations)]
    for nodes, processor_s, wall_s in plans:
        print(f"{nodes} nodes are planned in {processor_s:.1f} s of processor, {wall_s:.1f} s of wall time")
    (few, of_few, _), (many, of_many, _) = plans
    print(f"each further node costs {1000 * (of_many - of_few) / (many - few):.2f} ms")
    print(f"with its start, the long plan costs {of_many / many / (of_few / few):.2f} times the short one per node")


if __name__ == "__main__":
    main()
