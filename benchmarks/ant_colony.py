"""Colony-ticks per second of the compiled engine against the readable one in the same run.

The readable engine computes all its colonies at once with NumPy (`--readable-colonies` of them for `--readable-ticks`);
the compiled one takes them one after the other. Both live with the same random brains, in turn; the best of the repeats
counts, compilation does not. How often neurons fire makes no difference to either engine.

    python benchmarks/ant_colony.py --colonies 64 --ticks 500 --threads 1
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

HIDDEN, ANTS = 20, 15  # neurons of the published full model; ants of a colony


def work(
    n_colonies: int, n_ticks: int, threads: int, engine: Any = "compiled", hidden: int = HIDDEN, ants: int = ANTS
) -> Callable[[], Any]:
    """A function that lets colonies with random brains forage, and returns their fitness (colony,)."""
    import numpy as np

    from gradfree.experiments import ant_colony
    from gradfree.models import ant_brain
    from gradfree.settings.ants import Brain, Colony, Trial
    from gradfree.tasks.foraging import arena

    settings = Colony(brain=Brain(n_hidden=hidden, n_dead_genes=0), trial=Trial(n_ants=ants, ticks=n_ticks))
    worlds = arena.draw(settings.arena, settings.trial, [np.random.default_rng(k) for k in range(n_colonies)])
    rng, shape = np.random.default_rng(0), (n_colonies, ant_brain.n_synapses(hidden))
    genome = rng.uniform(-20, 20, shape), rng.uniform(1, 7, shape)
    return lambda: ant_colony.run(settings, *genome, worlds, engine=engine, threads=threads).fitness


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    defaults = {"colonies": 64, "ticks": 500, "threads": 1, "repeats": 3, "hidden": HIDDEN, "ants": ANTS}
    for name, default in {**defaults, "readable-colonies": 32, "readable-ticks": 50}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument(
        "--processor-time", action="store_true", help="count processor time: for one thread on a machine that is shared"
    )
    return parser.parse_args()


def main() -> None:
    options = arguments()
    for library in ("OMP", "OPENBLAS", "MKL"):  # read when the library is loaded, hence the imports below
        os.environ[f"{library}_NUM_THREADS"] = str(options.threads)
    import numpy as np

    def each(engine: str, n_colonies: int, n_ticks: int) -> Callable[[], np.ndarray]:
        return work(n_colonies, n_ticks, options.threads, engine, options.hidden, options.ants)

    same = [each(engine, 4, 30)() for engine in ("compiled", "readable")]  # compiles
    print(f"both engines give the same fitness: {np.array_equal(*same)}")
    sizes = {
        "compiled": (options.colonies, options.ticks),
        "readable": (options.readable_colonies, options.readable_ticks),
    }
    works = {engine: each(engine, *size) for engine, size in sizes.items()}
    clock = time.process_time if options.processor_time else time.perf_counter
    times: dict[str, list[float]] = {engine: [] for engine in works}
    for _ in range(options.repeats):
        for engine, run in works.items():
            started = clock()
            run()
            times[engine].append(clock() - started)
    rates = {engine: np.prod(sizes[engine]) / min(record) for engine, record in times.items()}
    for engine, rate in rates.items():
        print(f"{engine}: {rate:,.0f} colony-ticks/s, {sizes[engine][0]} colonies x {sizes[engine][1]} ticks")
    print(
        f"the compiled engine is {rates['compiled'] / rates['readable']:.1f} times as fast, {options.threads} threads"
    )


if __name__ == "__main__":
    main()
