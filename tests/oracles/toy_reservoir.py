"""A small reservoir whose neurons prefer digits, with spikes made up: training a readout of it takes a second."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from gradfree import store
from gradfree.experiments.reservoir_data import Data, Part
from gradfree.models.readout import Spikes
from gradfree.settings.readout import ReadoutTraining
from gradfree.settings.reservoir import Connectivity, Model, Populations, Protocol

MODEL = Model(
    populations=Populations(n_excitatory=160, n_inhibitory=40),
    connectivity=Connectivity(
        excitatory_outdegrees=(8, 8), inhibitory_outdegrees=(8, 8), output_indegrees=(64, 16),
        input_weights={"mean_pA": 70, "std_pA": 400},
    ),
    protocol=Protocol(cooling_ms=20, image_ms=100, lead_in_ms=20),
)  # fmt: skip
N_RESERVOIR = 200
DEFAULTS = dict(
    wiring="published", n_classes=3, optimizer="enkf", variant="corrected", n_members=24, generations=6,
    images_per_class=2, outputs="rates", contrast=2.0, noise_variance=0.05, form="joint", localized=True,
    ensemble="presynaptic", n_components=12, component_power=0.5, mean_pA=600, std_pA=120, bound_pA=3000,
    bound_std_pA=200, resampling=None, inflation=1.0, redraw_pA=None, learning_rate=0.1, evaluate_every=3, snapshots=2,
)  # fmt: skip
PUBLISHED = dict(
    variant="published", outputs="softmax", noise_variance=0.5, form="sequential", localized=False,
    ensemble="independent", resampling=dict(best_share=0.1, worst_share=0.11, noise_std=0.1),
)  # fmt: skip


def config(**overrides) -> ReadoutTraining:
    return ReadoutTraining(**{**DEFAULTS, **overrides})


def part(n_per_class: int, first_number: int, n_classes: int = 3) -> Part:
    """Images whose digit k makes every n-th neuron, from the k-th on, fire three times as often as the others."""
    rng = np.random.default_rng(first_number)
    labels = np.tile(np.arange(n_classes), n_per_class)
    seconds = MODEL.n_steps * MODEL.dt_ms / 1000
    steps, neurons = [], []
    for digit in labels:
        rates_Hz = np.where(np.arange(N_RESERVOIR) % n_classes == digit, 60, 20)
        neuron = np.repeat(np.arange(N_RESERVOIR), rng.poisson(rates_Hz * seconds))
        neurons.append(rng.permutation(neuron).astype(np.int32))
        steps.append(np.sort(rng.integers(0, MODEL.n_steps, len(neuron))).astype(np.int32))
    first = np.concatenate([[0], np.cumsum([len(step) for step in steps])])
    numbers = first_number + np.arange(len(labels))
    return Part(Spikes(np.concatenate(steps), np.concatenate(neurons), first, numbers), labels)


def data(n_per_class: int = 8) -> Data:
    return Data(part(n_per_class, 0), part(4, 50_000), part(6, 60_000))


def chunk(part: Part) -> xr.Dataset:
    """Spikes as they are stored; input neurons fire like those of the reservoir."""
    spikes = part.spikes
    label = {"units": "1", "long_name": "-"}
    variables = {"label": ("image", part.labels, label), "number": ("image", spikes.image, label)}
    for name in ("reservoir", "input"):
        for kind, values in (("step", spikes.step), ("neuron", spikes.neuron)):
            variables[f"{name}_{kind}"] = (f"{name}_event", values, label)
        variables[f"{name}_events"] = ("image", np.diff(spikes.first), label)
    attributes = {"dt_ms": 0.1, "onset_step": MODEL.onset_step, "n_steps": MODEL.n_steps, "commit": "abc"}
    return xr.Dataset(variables, attrs=attributes)


def store_chunk(folder: Path, labels: np.ndarray, numbers: np.ndarray, neurons: Sequence[np.ndarray]) -> None:
    """The store `chunk-0` of images in which each of the given neurons fires once while the image is on."""
    about = {"units": "1", "long_name": "made up"}
    chunk = xr.Dataset(
        {
            "label": ("image", labels.astype(np.uint8), about),
            "number": ("image", numbers.astype(np.int32), about),
            "reservoir_step": ("reservoir_event", np.concatenate([2000 + np.sort(x) for x in neurons]), about),
            "reservoir_neuron": ("reservoir_event", np.concatenate(neurons).astype(np.uint16), about),
            "reservoir_events": ("image", np.array([len(x) for x in neurons], np.int32), about),
        }
    )
    store.save(chunk, folder / "chunk-0.zarr", folder / "chunk-0.json")
