"""Speed of the spiking reservoir and of its stored spikes, in processor time of one thread.

Brian's program and NEST (where it is installed) simulate the same graph and real digits, outputs included. Building the
program and the network is left out: of Brian only the run of its program counts, and in NEST a run of one image is
subtracted from a run of all. A generation of the EnKF from stored spikes is set against the whole network once per
member, extrapolated from three members.

    python benchmarks/reservoir.py --images 12
"""

from __future__ import annotations

import argparse
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from gradfree.models.readout import Spikes

POPULATIONS = {"input": (0, 784), "excitatory": (0, 1600), "inhibitory": (1600, 2000), "output": (0, 36)}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=12, help="a multiple of three: digits 0, 1, 2 in turn")
    parser.add_argument("--members", type=int, default=98)
    parser.add_argument("--simulated-members", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3, help="of the generation from stored spikes; the best counts")
    parser.add_argument("--wiring", default="published", choices=("published", "one_strong_synapse_per_pixel"))
    parser.add_argument("--data", type=Path, default=Path("results/data/mnist"), help="folder of the images")
    return parser.parse_args()


def processor_time(function: Callable[[], object]) -> tuple[float, object]:
    """Seconds of this process and of the programs that it starts, and what the function returns."""
    who = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    before = [resource.getrusage(one) for one in who]
    found = function()
    after = [resource.getrusage(one) for one in who]
    return sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True)), found


@contextmanager
def timed_programs() -> Iterator[list[float]]:
    """A list that gets the seconds of each program of Brian that runs, without those of building it."""
    from brian2.devices.cpp_standalone.device import CPPStandaloneDevice

    original, seconds = CPPStandaloneDevice.run, []

    def run(*args: object, **kwargs: object) -> None:
        seconds.append(processor_time(lambda: original(*args, **kwargs))[0])

    CPPStandaloneDevice.run = run
    try:
        yield seconds
    finally:
        CPPStandaloneDevice.run = original


def rates(spikes: dict[str, Spikes], onset_step: int) -> dict[str, np.ndarray]:
    """Rates in Hz of each neuron while images are on."""
    found = {}
    for name, (first, stop) in POPULATIONS.items():
        events = spikes[name if name in spikes else "reservoir"]
        found[name] = events.counts(onset_step, 2000).mean(axis=0)[first:stop] / 0.5
    return found


def main() -> None:
    options = arguments()
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):  # read when the library is loaded, hence the imports below
        os.environ[f"{library}_NUM_THREADS"] = "1"
    from gradfree.experiments import reservoir_spikes
    from gradfree.models import readout, reservoir, reservoir_brian
    from gradfree.randomness import Stream
    from gradfree.settings.reservoir import Model
    from gradfree.tasks.library import load_images

    model, stream = Model(), Stream(1, ("benchmark",))
    images = load_images("digits", options.data / "any")
    shown = reservoir_spikes.choose(images, "train", (0, 1, 2), 0, options.images)
    rates_Hz = reservoir.pixel_rates(reservoir_spikes.pixels(images, shown.numbers), model)
    graph = reservoir.draw(stream.child("graph"), options.wiring, model)
    projections = readout.connect(stream.generator("outputs"), 3, model)
    weights = readout.initial_weights(stream.generator("weights"), projections, options.members, 100, 50)

    def with_brian(member: int) -> dict[str, Spikes]:
        return reservoir_brian.simulate(rates_Hz, shown.numbers, graph, stream, model, (projections, weights[member]))

    def generation() -> np.ndarray:
        return readout.firing_rates(weights, projections, spikes["reservoir"], stream, model)

    with timed_programs() as seconds:
        spikes, *_ = [with_brian(member) for member in range(options.simulated_members)]
    brian_s, *_ = each_s = [one / (options.images + 1) for one in seconds]  # the warm-up lasts as long as an image
    found = rates(spikes, model.onset_step)
    print("Brian: " + ", ".join(f"{name} {each.mean():.2f} Hz" for name, each in found.items()))
    generation()  # compiles
    stored_s = min(processor_time(generation)[0] for _ in range(options.repeats))
    mean_s = sum(each_s) / len(each_s)
    network_s = mean_s * options.images * options.members
    print(f"whole network in Brian: {mean_s:.2f} s per image and member, of {len(each_s)} members, without building")
    print(
        f"a generation of {options.members} members and {options.images} images: {stored_s:.2f} s from stored spikes, "
        f"{network_s:.0f} s with the whole network per member; {network_s / stored_s:.0f} times as fast, and "
        f"{network_s / (stored_s + mean_s * options.images):.0f} times if all images have to be simulated first"
    )
    if find_spec("nest") is None:
        print("NEST is not installed: no comparison")
        return
    import nest_network

    def with_nest(n_images: int) -> dict[str, Spikes]:
        return nest_network.own_noise(rates_Hz[:n_images], graph, model, (projections, weights[0]))

    one_s, _ = processor_time(lambda: with_nest(1))
    all_s, others = processor_time(lambda: with_nest(options.images))
    nest_s = (all_s - one_s) / (options.images - 1)
    theirs = rates(others, model.onset_step)
    print("NEST: " + ", ".join(f"{name} {each.mean():.2f} Hz" for name, each in theirs.items()))
    print("standard deviation over neurons, Brian and NEST: " + ", ".join(
        f"{name} {found[name].std():.2f} and {theirs[name].std():.2f} Hz" for name in found
    ))  # fmt: skip
    print(f"an image takes {brian_s:.2f} s in Brian and {nest_s:.2f} s in NEST: {brian_s / nest_s:.2f} of NEST's time")


if __name__ == "__main__":
    main()
