"""A few images in full: how they enter the reservoir, and what the output clusters answer before and after training."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree import store
from gradfree.experiments.reservoir_spikes import Shown, spikes_of
from gradfree.models import readout, reservoir
from gradfree.models.readout import Spikes
from gradfree.randomness import Stream
from gradfree.settings.readout import ReadoutTraining
from gradfree.settings.reservoir import Model

Stores = Mapping[str, Sequence[Path]]
MOMENTS = {"before": "initial_weights_pA", "after": "trained_weights_pA"}


def run(
    model: Model, shown: Shown, pixels: NDArray, stores: Stores, trained: Mapping[str, xr.Dataset], stream: Stream
) -> xr.Dataset:
    """Spikes as event lists: of the outputs for each setting and image, of the input neurons for the first image.

    shown: test images, digit k at place k; pixels (image, pixel). stores: chunks of spikes by wiring. trained: stored
    trainings by setting, all of the seed that `stream` names. The outputs hear the noise that they heard when these
    weights were evaluated on test images. Raises ValueError if an image was not simulated.
    """
    inputs = [take(chunks, shown.numbers[:1], "input") for chunks in stores.values()]
    outputs = [_outputs(model, shown, stores, one, stream) for one in trained.values()]
    counts = np.zeros((len(trained), len(MOMENTS), len(shown.numbers)), np.int32)
    for setting, pair in enumerate(outputs):
        for moment, spikes in enumerate(pair):
            counts[setting, moment, : len(spikes)] = np.diff(spikes.first)
    dims = ("setting", "moment", "image")
    variables = {
        "number": ("image", shown.numbers, "1", "number of the image; test images from 60 000 on"),
        "label": ("image", shown.labels, "1", "digit"),
        "brightness": (("image", "pixel"), pixels, "1", "brightness of a pixel"),
        "generator_rate": (
            ("image", "pixel"),
            reservoir.pixel_rates(pixels, model),
            "Hz",
            "rate of a pixel's generator",
        ),
        **_events("input", inputs, ("wiring",), np.array([len(one.step) for one in inputs])),
        **_events("output", [spikes for pair in outputs for spikes in pair], dims, counts),
    }
    sizes, keys = model.populations, ("dt_ms", "onset_step", "n_steps")
    facts = {key: getattr(model, key) for key in keys} | {"lead_in_ms": model.protocol.lead_in_ms}
    facts |= {"n_output": sizes.n_output, "n_output_excitatory": sizes.n_output_excitatory}
    return xr.Dataset(
        {
            name: (dim, values, {"units": units, "long_name": text})
            for name, (dim, values, units, text) in variables.items()
        },
        {"setting": list(trained), "moment": list(MOMENTS), "wiring": list(stores)},
        facts,
    )


def by_wiring(files: Sequence[str]) -> Stores:
    """Chunks of spikes by wiring, which is the folder that they stand in; other files are left out."""
    chunks = [Path(file) for file in files if file.endswith(".zarr")]
    return {wiring: list(paths) for wiring, paths in groupby(chunks, lambda path: path.parent.name)}


def take(stores: Sequence[Path], numbers: NDArray[np.integer], population: str) -> Spikes:
    """Spikes of one population, `reservoir` or `input`, for the images of these numbers, in this order.

    Raises ValueError if an image is in none of the chunks.
    """
    found = []
    for path in stores:
        chunk = store.load(path)
        wanted = np.flatnonzero(np.isin(chunk.number.values, numbers))
        if len(wanted):
            found.append(spikes_of(chunk, population, wanted))
    place = {number: i for i, number in enumerate(number for one in found for number in one.image.tolist())}
    missing = [number for number in numbers.tolist() if number not in place]
    if missing:
        raise ValueError(
            f"images {missing} are in none of {len(stores)} chunks of spikes: expected the first test image of each "
            "digit; check reservoir.spikes.digits"
        )
    return readout.concatenate(found).take([place[number] for number in numbers.tolist()])


def _outputs(model: Model, shown: Shown, stores: Stores, trained: xr.Dataset, stream: Stream) -> list[Spikes]:
    """Spikes of the output clusters with the weights of each moment, for images of the digits that there are."""
    config = ReadoutTraining(**json.loads(trained.attrs["config"]))
    projections = readout.connect(stream.generator("connect"), config.n_classes, model)
    if not np.array_equal(projections.source, trained.synapse_source.values):
        raise ValueError(
            f"the synapses of a training differ from those that the stream {stream.name} draws: expected a training of "
            "the same seed and model; make it again"
        )
    spikes = take(stores[config.wiring], shown.numbers[: config.n_classes], "reservoir")
    weights = [trained[name].values for name in MOMENTS.values()]
    return [readout.output_spikes(one, projections, spikes, stream.child("test"), model) for one in weights]


def _events(name: str, spikes: Sequence[Spikes], dims: tuple[str, ...], counts: NDArray[np.integer]) -> dict:
    """Event lists one after the other, and how many events each has."""
    step, neuron = (np.concatenate([getattr(one, key) for one in spikes]) for key in ("step", "neuron"))
    return {
        f"{name}_step": (f"{name}_event", step, "dt", "step of each spike from the start of the cooling on"),
        f"{name}_neuron": (f"{name}_event", neuron, "1", f"{name} neuron that fired"),
        f"{name}_events": (dims, counts, "spikes", f"spikes of the {name} neurons"),
    }
