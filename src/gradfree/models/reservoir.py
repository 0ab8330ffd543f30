"""The spiking reservoir: graph, encoding of images, and what a simulation has to look like.

784 input neurons, one per pixel, drive 1600 excitatory and 400 inhibitory neurons that are connected at random. Who
simulates it is `reservoir_brian`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradfree.models.readout import Spikes, draw_distinct
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Model, Weights, Wiring

Array = NDArray[np.float64]
Indices = NDArray[np.int32]


class ImplausibleRates(RuntimeError):
    """The reservoir went silent or exploded."""


@dataclass(frozen=True, eq=False)
class Synapses:
    """Static synapses (synapse,) from neurons of one population to those of another."""

    source: Indices
    target: Indices
    weight_pA: Array


@dataclass(frozen=True, eq=False)
class Graph:
    """All that is drawn once and then the same for every image."""

    generator_pA: Array  # (input neuron,) weight of its Poisson generator
    feedforward: Synapses  # input neurons to the reservoir
    recurrent: Synapses  # within the reservoir; its excitatory neurons come first


def draw(stream: Stream, wiring: Wiring, model: Model) -> Graph:
    """Draws the graph; each projection has its own named numbers, so that both wirings share all but the generators."""
    sizes, graph, rng = model.populations, model.connectivity, stream.generator
    excitatory, inhibitory = (0, sizes.n_excitatory), (sizes.n_excitatory, sizes.n_inhibitory)
    (ee, ei), (ie, ii) = graph.excitatory_outdegrees, graph.inhibitory_outdegrees
    recurrent = [
        _fixed_outdegree(rng("ee"), excitatory, excitatory, ee, graph.excitatory_weights),
        _fixed_outdegree(rng("ei"), excitatory, inhibitory, ei, graph.excitatory_weights),
        _fixed_outdegree(rng("ie"), inhibitory, excitatory, ie, graph.inhibitory_weights),
        _fixed_outdegree(rng("ii"), inhibitory, inhibitory, ii, graph.inhibitory_weights),
    ]
    return Graph(
        generator_pA=_generator_weights(rng("generator"), wiring, model),
        feedforward=_from_input(rng("input"), model),
        recurrent=Synapses(
            *(np.concatenate([getattr(s, name) for s in recurrent]) for name in ("source", "target", "weight_pA"))
        ),
    )


def pixel_rates(images: ArrayLike, model: Model) -> Array:
    """Rates in Hz of the Poisson generators while each image is on (image, pixel), linear in the pixel.

    Args:
        images: (image, 28, 28) or (image, 784), not negative.
        model: settings.

    Raises:
        ValueError: images with another number of pixels than there are input neurons, or with impossible pixels.
    """
    array, n_input = np.asarray(images, dtype=np.float64), model.populations.n_input
    flat = array.reshape(len(array), -1) if array.ndim > 1 and len(array) else array
    if flat.ndim != 2 or flat.shape[1] != n_input:
        raise ValueError(
            f"images of shape {array.shape}: expected (image, {n_input}) or (image, height, width) with {n_input} "
            "pixels, one per input neuron; rescale the images or change model.populations.n_input"
        )
    if not (np.isfinite(flat).all() and (flat >= 0).all()):
        raise ValueError(f"pixels between {flat.min()} and {flat.max()}: expected finite numbers of at least 0")
    low, high = model.encoding.min_rate_Hz, model.encoding.max_rate_Hz
    brightest = flat.max(axis=1, keepdims=True)
    return low + (high - low) * np.divide(flat, brightest, out=np.zeros_like(flat), where=brightest > 0)


def mean_rates(spikes: Spikes, model: Model) -> Array:
    """Mean rates in Hz of excitatory and of inhibitory neurons while each image is on (image, 2)."""
    sizes, seconds = model.populations, model.protocol.image_ms / 1000
    counts = spikes.counts(model.onset_step, sizes.n_reservoir)
    excitatory, inhibitory = np.split(counts, [sizes.n_excitatory], axis=1)
    return np.column_stack([excitatory.mean(axis=1), inhibitory.mean(axis=1)]) / seconds


def require_plausible(spikes: Spikes, model: Model) -> None:
    """Raises ImplausibleRates if the reservoir was silent or exploded during an image."""
    rates, plausible = mean_rates(spikes, model), model.plausible_rates
    for kind, (name, (low, high)) in enumerate(plausible):
        outside = np.flatnonzero((rates[:, kind] < low) | (rates[:, kind] > high))
        if len(outside):
            first = outside[0]
            state = "silent" if rates[first, kind] < low else "exploded"
            raise ImplausibleRates(
                f"the reservoir is {state}: {name.removesuffix('_Hz')} neurons fire with {rates[first, kind]:.3g} Hz "
                f"during image {spikes.image[first]} ({len(outside)} of {len(spikes)} images are like that), expected "
                f"{low:g} to {high:g} Hz (reservoir.model.plausible_rates.{name}); check "
                "reservoir.model.connectivity and reservoir.model.background"
            )


def _fixed_outdegree(
    rng: np.random.Generator, sources: tuple[int, int], targets: tuple[int, int], outdegree: int, weights: Weights
) -> Synapses:
    """Each source reaches `outdegree` different targets other than itself; populations are (first neuron, size)."""
    (first_source, n_sources), (first_target, n_targets) = sources, targets
    recurrent = sources == targets
    chosen = draw_distinct(rng, n_sources, n_targets - recurrent, outdegree)
    if recurrent:  # numbers from that of the source on mean the neuron after
        chosen += chosen >= np.arange(n_sources)[:, None]
    return Synapses(
        source=np.repeat(np.arange(first_source, first_source + n_sources), outdegree).astype(np.int32),
        target=(first_target + chosen).ravel().astype(np.int32),
        weight_pA=rng.normal(weights.mean_pA, weights.std_pA, n_sources * outdegree),
    )


def _from_input(rng: np.random.Generator, model: Model) -> Synapses:
    n_targets, graph = model.populations.n_reservoir, model.connectivity
    return Synapses(
        source=draw_distinct(rng, n_targets, model.populations.n_input, graph.input_indegree).ravel().astype(np.int32),
        target=np.repeat(np.arange(n_targets), graph.input_indegree).astype(np.int32),
        weight_pA=rng.normal(graph.input_weights.mean_pA, graph.input_weights.std_pA, n_targets * graph.input_indegree),
    )


def _generator_weights(rng: np.random.Generator, wiring: Wiring, model: Model) -> Array:
    encoding, n_input = model.encoding, model.populations.n_input
    if wiring == "one_strong_synapse_per_pixel":
        return np.full(n_input, encoding.strong_generator_pA)
    return rng.normal(encoding.generator.mean_pA, encoding.generator.std_pA, n_input)
