"""What the reservoir answers to images, simulated once and stored: every experiment with the readout starts from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from gradfree import store
from gradfree.models import reservoir, reservoir_brian
from gradfree.models.readout import Spikes, concatenate
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Model, Part, Wiring
from gradfree.tasks.images import ImageSet

N_TRAINING = 60_000  # images of MNIST are numbered: first those for training, then those for tests
POOLS: dict[Part, range] = {
    "train": range(0, 50_000),
    "validation": range(50_000, N_TRAINING),
    "test": range(N_TRAINING, N_TRAINING + 10_000),
}


@dataclass(frozen=True)
class Shown:
    """Images by number (image,), with their digits."""

    numbers: NDArray[np.int64]
    labels: NDArray[np.int64]


def choose_chunk(images: ImageSet, digits: Sequence[int], chunk: Mapping[Part, tuple[int, int]]) -> Shown:
    """The images of a job, which may be of several parts; see `choose`."""
    chosen = [choose(images, part, digits, first, stop) for part, (first, stop) in chunk.items()]
    return Shown(np.concatenate([one.numbers for one in chosen]), np.concatenate([one.labels for one in chosen]))


def choose(images: ImageSet, part: Part, digits: Sequence[int], first: int, stop: int) -> Shown:
    """The images `first` to `stop` - 1 of a part, counted in its pool digit after digit in turn.

    Raises:
        ValueError: a digit outside 0..9, or a class that has not enough images.
    """
    labels, pool, n_per_class = _labels(images), np.array(POOLS[part]), -(-stop // len(digits))
    chosen = []
    for digit in digits:
        if digit not in range(10):
            raise ValueError(f"digit {digit} is none: expected numbers from 0 to 9 in reservoir.spikes.digits")
        found = pool[labels[pool] == digit][:n_per_class]
        if len(found) < n_per_class:
            raise ValueError(
                f"digit {digit} has {len(found)} images in part {part!r} of {images.name}: expected at least "
                f"{n_per_class}; lower reservoir.spikes.images_per_class.{part}"
            )
        chosen.append(found)
    numbers = np.stack(chosen, axis=1).ravel()[first:stop]
    return Shown(numbers, labels[numbers])


def pixels(images: ImageSet, numbers: ArrayLike) -> NDArray[np.float32]:
    """Images by number, flat (image, pixel)."""
    numbers = np.asarray(numbers, dtype=np.int64)
    shape = (-1, images.train_images[0].size)
    training = numbers < N_TRAINING
    flat = np.empty((len(numbers), shape[1]), np.float32)
    flat[training] = images.train_images[numbers[training]].reshape(shape)
    flat[~training] = images.test_images[numbers[~training] - N_TRAINING].reshape(shape)
    return flat


def run(model: Model, wiring: Wiring, images: ImageSet, shown: Shown, stream: Stream) -> xr.Dataset:
    """Simulates the reservoir for some images; spikes as event lists, images in the order of `shown`.

    Graph and noise derive from `stream` and from the numbers of the images alone. Raises reservoir.ImplausibleRates if
    the network went silent or exploded.
    """
    graph = reservoir.draw(stream.child("graph"), wiring, model)
    rates_Hz = reservoir.pixel_rates(pixels(images, shown.numbers), model)
    spikes = reservoir_brian.simulate(rates_Hz, shown.numbers, graph, stream.child("noise"), model)
    reservoir.require_plausible(spikes["reservoir"], model)
    return _dataset(spikes, shown, wiring, model)


def load(
    stores: Sequence[Path | str], digits: Sequence[int], parts: Sequence[Part]
) -> list[tuple[Spikes, NDArray[np.int64]]]:
    """For each part the reservoir spikes of its images of `digits` in some chunks, and the labels (image,): the digits.

    Every chunk is read once.

    Raises:
        store.StoreError: a chunk is missing or damaged.
        ValueError: a digit has no image in a part.
    """
    chunks = [store.load(path) for path in stores]
    return [_load_part(chunks, digits, part) for part in parts]


def _load_part(chunks: Sequence[xr.Dataset], digits: Sequence[int], part: Part) -> tuple[Spikes, NDArray[np.int64]]:
    spikes, labels = [], []
    for chunk in chunks:
        found = chunk.label.values.astype(np.int64)
        wanted = np.flatnonzero(np.isin(found, digits) & np.isin(chunk.number.values, POOLS[part]))
        spikes.append(spikes_of(chunk, images=wanted))
        labels.append(found[wanted])
    together = np.concatenate(labels)
    known = set(together.tolist())
    missing = ", ".join(str(digit) for digit in sorted(set(digits) - known))
    if missing:
        raise ValueError(
            f"no image of digit {missing} was simulated for part {part!r}, only of {sorted(known)}; add it to "
            "reservoir.spikes.digits"
        )
    return concatenate(spikes), together


def spikes_of(dataset: xr.Dataset, population: str = "reservoir", images: NDArray[np.intp] | None = None) -> Spikes:
    """The event lists of one population, `reservoir` or `input`, of a stored chunk, or of some of its `images`."""
    stored = Spikes(
        step=dataset[f"{population}_step"].values,
        neuron=dataset[f"{population}_neuron"].values,
        first=np.concatenate([[0], np.cumsum(dataset[f"{population}_events"].values, dtype=np.int64)]),
        image=dataset.number.values.astype(np.int64),
    )
    chosen = stored if images is None else stored.take(images)
    return replace(chosen, step=chosen.step.astype(np.int32), neuron=chosen.neuron.astype(np.int32))


def _labels(images: ImageSet) -> NDArray[np.int64]:
    return np.concatenate([images.train_labels, images.test_labels])


def _dataset(spikes: dict[str, Spikes], shown: Shown, wiring: Wiring, model: Model) -> xr.Dataset:
    excitatory, inhibitory = reservoir.mean_rates(spikes["reservoir"], model).T.astype(np.float32)
    variables = {
        "label": ("image", shown.labels.astype(np.uint8), "1", "digit"),
        "number": ("image", shown.numbers.astype(np.int32), "1", "number of the image; test images from 60 000 on"),
        "excitatory_rate": ("image", excitatory, "Hz", "mean rate of excitatory neurons while the image is on"),
        "inhibitory_rate": ("image", inhibitory, "Hz", "mean rate of inhibitory neurons while the image is on"),
    }
    for name in ("reservoir", "input"):
        events, population = f"{name}_event", spikes[name]
        step = population.step.astype(np.uint16 if model.n_steps < 2**16 else np.uint32)
        neuron = population.neuron.astype(np.uint16)
        counts = np.diff(population.first).astype(np.int32)
        variables |= {
            f"{name}_step": (events, step, "dt", "step of each spike from the start of the cooling on, by image"),
            f"{name}_neuron": (events, neuron, "1", "neuron that fired; excitatory ones first"),
            f"{name}_events": ("image", counts, "spikes", f"spikes of the {name} neurons"),
        }
    attributes = {"wiring": wiring, "dt_ms": model.dt_ms, "onset_step": model.onset_step, "n_steps": model.n_steps}
    return xr.Dataset(
        {
            name: (dim, values, {"units": units, "long_name": text})
            for name, (dim, values, units, text) in variables.items()
        },
        attrs=attributes,
    )
