"""Colony-ticks per second over the number of colonies and of threads, printed and drawn.

Threads share the colonies of one call; the ideal is the rate of one thread times their number. The best of the repeats
counts, and all cases take turns.

    python benchmarks/ant_colony_scaling.py --figure docs/benchmarks/ant_colony_scaling.png
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from _timing import best_of
from ant_colony import work

COLONIES = (1, 2, 4, 8, 16, 32, 64, 128)
TICKS = 100


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figure", type=Path, default=Path("results/benchmarks/ant_colony_scaling.png"))
    parser.add_argument("--max-threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=15)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    threads = [n for n in (1, 2, 4, 8, 16, 32, 64) if n <= options.max_threads]
    work(1, 10, 1)()  # compiles
    sizes = [(n, colonies) for n in threads for colonies in COLONIES]
    times = best_of(options.repeats, *(work(colonies, TICKS, n) for n, colonies in sizes))
    rates: dict[int, list[float]] = {n: [] for n in threads}
    for (n, colonies), time in zip(sizes, times, strict=True):
        rates[n].append(colonies * TICKS / time)
        print(f"{n} threads, {colonies:3} colonies: {rates[n][-1]:9,.0f} colony-ticks/s")
    draw(rates, options.figure)
    print(f"drawn: {options.figure}")


def draw(rates: dict[int, list[float]], path: Path) -> None:
    """Left: rate over colonies. Right: rate with all colonies over threads, beside the ideal."""
    from gradfree.figures import panels

    figure, axes = panels.grid(2, width=3.2, height=2.6)
    for threads, found in rates.items():
        axes[0, 0].plot(COLONIES, found, "o-", markersize=3, label=f"{threads} thread{'s' * (threads > 1)}")
    axes[0, 0].set(xlabel="colonies in one call", ylabel="colony-ticks per second", ylim=(0, None))
    axes[0, 0].set_xscale("log", base=2)
    axes[0, 0].set_xticks(COLONIES, COLONIES)
    axes[0, 0].legend()
    many = [found[-1] for found in rates.values()]
    axes[0, 1].plot(list(rates), [n * many[0] for n in rates], ":", color="#7F7F7F", label="ideal")
    axes[0, 1].plot(list(rates), many, "o-", markersize=3, label=f"{COLONIES[-1]} colonies")
    axes[0, 1].set(xlabel="threads", ylabel="colony-ticks per second", xticks=list(rates), ylim=(0, None))
    axes[0, 1].legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
