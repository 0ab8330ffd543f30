"""The output clusters, driven by the stored spikes of the reservoir.

Nothing feeds back from the outputs, and all members share graph and noise. The reservoir's spikes are therefore the
same for every member, and only the output neurons, 10 excitatory and 2 inhibitory per class, are simulated for each of
them: exactly as in a simulation of the whole network, spike by spike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradfree.models import readout_kernel as kernel
from gradfree.models.alpha_neuron import propagators, slope_per_pA
from gradfree.models.noise import table as noise_table
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Model

Array = NDArray[np.float64]
Indices = NDArray[np.int32]

PROJECTIONS = ("eeo", "eio", "ieo", "iio")  # source (e, i of the reservoir) to excitatory or inhibitory output (eo, io)
MOST_LANES = 32  # members simulated side by side: their states and the weights of a cluster stay in the caches


@dataclass(frozen=True, eq=False)
class Projections:
    """The synapses onto the output clusters; trained ones in the order of the parameters: eeo, eio, ieo, iio.

    Within a projection they are sorted by target neuron. Cluster k owns the output neurons n k to n k + n - 1, n = 12
    as published; its first 10 are excitatory. All sources of a neuron are different (no multapses).
    """

    source: Indices  # (parameter,) neuron of the reservoir; excitatory ones come first
    target: Indices  # (parameter,) output neuron
    projection: NDArray[np.int8]  # (parameter,) 0 eeo, 1 eio, 2 ieo, 3 iio
    inner_source: Indices  # (synapse,) output neuron; static synapses inside the clusters
    inner_target: Indices  # (synapse,) output neuron
    n_clusters: int
    neurons_per_cluster: int

    @property
    def n_parameters(self) -> int:
        """Trained weights: 28 800 for three clusters, 96 000 for ten."""
        return len(self.source)

    @property
    def n_outputs(self) -> int:
        """Output neurons."""
        return self.n_clusters * self.neurons_per_cluster

    @property
    def excitatory(self) -> slice:
        """Parameters with an excitatory source: eeo and eio."""
        return slice(0, int(np.searchsorted(self.projection, 2)))

    @property
    def inhibitory(self) -> slice:
        """Parameters with an inhibitory source: ieo and iio."""
        return slice(self.excitatory.stop, self.n_parameters)

    @property
    def cluster(self) -> Indices:
        """Cluster that each trained synapse reaches (parameter,)."""
        return (self.target // self.neurons_per_cluster).astype(np.int32)

    @cached_property
    def tables(self) -> kernel.Tables:
        """The same synapses as the kernel reads them."""
        return kernel.tables(
            self.source, self.target, self.inner_source, self.inner_target, self.n_clusters, self.neurons_per_cluster
        )


@dataclass(frozen=True, eq=False)
class Spikes:
    """Reservoir spikes of many images, sorted by step within an image."""

    step: Indices  # (event,) in units of dt from the start of the image's simulation, which begins with the cooling
    neuron: Indices  # (event,) neuron of the reservoir
    first: NDArray[np.int64]  # (image + 1,) events of image i are first[i] : first[i + 1]
    image: NDArray[np.int64]  # (image,) number of the image, which names the noise of the outputs

    def __len__(self) -> int:
        return len(self.first) - 1

    def take(self, images: ArrayLike) -> Spikes:
        """The spikes of some of the images, in this order; images may repeat."""
        images = np.asarray(images, dtype=np.int64)
        lengths = np.diff(self.first)[images]
        first = np.concatenate([[0], np.cumsum(lengths)])
        events = np.arange(first[-1]) + np.repeat(self.first[images] - first[:-1], lengths)
        return Spikes(self.step[events], self.neuron[events], first, self.image[images])

    def counts(self, from_step: int, n_neurons: int) -> NDArray[np.int64]:
        """Spikes of each neuron from a step on (image, neuron); the input of a linear readout."""
        image = np.repeat(np.arange(len(self)), np.diff(self.first))
        late = self.step >= from_step
        flat = np.bincount(image[late] * n_neurons + self.neuron[late], minlength=len(self) * n_neurons)
        return flat.reshape(len(self), n_neurons)


def concatenate(parts: Sequence[Spikes]) -> Spikes:
    """Several sets of images as one."""
    lengths = np.concatenate([np.diff(part.first) for part in parts])
    return Spikes(
        step=np.concatenate([part.step for part in parts]),
        neuron=np.concatenate([part.neuron for part in parts]),
        first=np.concatenate([[0], np.cumsum(lengths)]),
        image=np.concatenate([part.image for part in parts]),
    )


def connect(rng: np.random.Generator, n_clusters: int, settings: Model) -> Projections:
    """Draws the synapses onto `n_clusters` output clusters: fixed indegrees, sources without replacement."""
    sizes, graph = settings.populations, settings.connectivity
    outputs = np.arange(n_clusters * sizes.n_output, dtype=np.int32)
    excitatory = outputs % sizes.n_output < sizes.n_output_excitatory
    groups = outputs[excitatory], outputs[~excitatory]
    sources, targets, projections = [], [], []
    for kind, (n_sources, first) in enumerate([(sizes.n_excitatory, 0), (sizes.n_inhibitory, sizes.n_excitatory)]):
        for to, group in enumerate(groups):
            indegree = graph.output_indegrees[kind]
            sources.append(first + draw_distinct(rng, len(group), n_sources, indegree).ravel())
            targets.append(np.repeat(group, indegree))
            projections.append(np.full(len(group) * indegree, 2 * kind + to))
    inner_source, inner_target = _connect_inside(rng, n_clusters, settings)
    return Projections(
        source=np.concatenate(sources).astype(np.int32),
        target=np.concatenate(targets).astype(np.int32),
        projection=np.concatenate(projections).astype(np.int8),
        inner_source=inner_source,
        inner_target=inner_target,
        n_clusters=n_clusters,
        neurons_per_cluster=sizes.n_output,
    )


def draw_distinct(rng: np.random.Generator, n_rows: int, n_choices: int, n_drawn: int) -> NDArray[np.int64]:
    """Rows of different numbers below n_choices, sorted (row, n_drawn)."""
    return np.sort(rng.permuted(np.tile(np.arange(n_choices), (n_rows, 1)), axis=1)[:, :n_drawn], axis=1)


def initial_weights(
    rng: np.random.Generator, projections: Projections, n_members: int, mean_pA: float, std_pA: float
) -> Array:
    """Weights (member, parameter) in pA, N(mean, std) from excitatory and N(-mean, std) from inhibitory sources."""
    sign = np.where(projections.projection < 2, 1.0, -1.0)
    return sign * mean_pA + std_pA * rng.standard_normal((n_members, projections.n_parameters))


def firing_rates(weights: ArrayLike, projections: Projections, spikes: Spikes, noise: Stream, settings: Model) -> Array:
    """Mean firing rate in Hz of the excitatory neurons of each cluster while the image is on (member, image, cluster).

    Args:
        weights: (member, parameter) in pA; float32 halves the time that memory takes. A member with a weight that is
            not finite has failed: its rates are NaN.
        projections: the synapses.
        spikes: of the reservoir.
        noise: names the noise of the output neurons together with the image; the same for all members.
        settings: of the model.

    Raises:
        ValueError: weights of another shape.
    """
    weights = _require_weights(weights, projections)
    counts = _simulate(weights, projections, spikes, noise, settings, np.zeros((0, 0, 0, 0), np.uint8))
    seconds = settings.protocol.image_ms / 1000
    rates = counts / (seconds * settings.populations.n_output_excitatory)
    rates[~np.isfinite(weights).all(axis=1)] = np.nan
    return rates


def output_spikes(
    weights: ArrayLike, projections: Projections, spikes: Spikes, noise: Stream, settings: Model
) -> Spikes:
    """Spikes of the output neurons of one member with weights (parameter,), from the start of the lead-in on."""
    weights = _require_weights(np.asarray(weights)[None], projections)
    first_step = _first_step(settings)
    raster = np.zeros(
        (len(spikes), projections.n_clusters, settings.n_steps - first_step, projections.neurons_per_cluster), np.uint8
    )
    _simulate(weights, projections, spikes, noise, settings, raster)
    image, step, cluster, neuron = np.nonzero(raster.transpose(0, 2, 1, 3))
    return Spikes(
        step=(step + first_step).astype(np.int32),
        neuron=(cluster * projections.neurons_per_cluster + neuron).astype(np.int32),
        first=np.searchsorted(image, np.arange(len(spikes) + 1)).astype(np.int64),
        image=spikes.image,
    )


def _simulate(
    weights: Array, projections: Projections, spikes: Spikes, noise: Stream, settings: Model, raster: NDArray[np.uint8]
) -> Array:
    """Spike counts of the excitatory outputs (member, image, cluster); fills the raster of the first member if any."""
    lanes = _lanes(len(weights))
    counts = np.zeros((-(-len(weights) // lanes), len(spikes), projections.n_clusters, lanes))
    kernel.simulate(
        kernel.rows(weights, projections.tables.order, lanes),
        projections.tables,
        kernel.Events(spikes.step, spikes.neuron, spikes.first, spikes.image),
        _parameters(settings),
        np.uint64(noise.integer("output noise")),
        noise_table(settings.background.noise_rate_Hz * settings.dt_ms / 1000),
        counts,
        raster,
    )
    flat = counts.transpose(0, 3, 1, 2).reshape(-1, len(spikes), projections.n_clusters)
    return np.ascontiguousarray(flat[: len(weights)])


def _lanes(n_members: int) -> int:
    """Members per tile: as few tiles as fit, evenly filled, whole vectors of eight."""
    per_tile = -(-n_members // -(-n_members // MOST_LANES))
    return per_tile if n_members < 8 else -(-per_tile // 8) * 8


def _first_step(settings: Model) -> int:
    return settings.onset_step - settings.steps(settings.protocol.lead_in_ms)


def _parameters(settings: Model) -> kernel.Parameters:
    neuron = settings.neuron
    return kernel.Parameters(
        exact=propagators(settings.dt_ms, neuron.membrane_time_ms, neuron.synaptic_time_ms, neuron.capacitance_pF),
        slope_per_pA=slope_per_pA(neuron.synaptic_time_ms),
        threshold_mV=neuron.threshold_mV,
        refractory_steps=settings.steps(neuron.refractory_period_ms),
        delay_steps=settings.delay_steps,
        noise_pA=settings.background.noise_weight_pA,
        inner_pA=settings.connectivity.inner_weight_pA,
        n_counted=settings.populations.n_output_excitatory,
        first_step=_first_step(settings),
        onset_step=settings.onset_step,
        n_steps=settings.n_steps,
    )


def _require_weights(weights: ArrayLike, projections: Projections) -> Array:
    array = np.asarray(weights)
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    if array.ndim != 2 or array.shape[1] != projections.n_parameters:
        raise ValueError(
            f"weights of shape {array.shape}: expected (member, {projections.n_parameters}), one weight for each "
            "synapse onto the output clusters; pass a single member as one row"
        )
    return array


def _connect_inside(rng: np.random.Generator, n_clusters: int, settings: Model) -> tuple[Indices, Indices]:
    """Static synapses inside the clusters: each neuron hears a few of the excitatory and of the inhibitory neurons."""
    sizes, indegree = settings.populations, settings.connectivity.inner_indegree
    n_targets = n_clusters * sizes.n_output
    base = np.arange(n_targets)[:, None] // sizes.n_output * sizes.n_output
    excitatory = base + draw_distinct(rng, n_targets, sizes.n_output_excitatory, indegree)
    inhibitory = base + sizes.n_output_excitatory + draw_distinct(rng, n_targets, sizes.n_output_inhibitory, indegree)
    sources = np.concatenate([excitatory, inhibitory], axis=1)
    targets = np.repeat(np.arange(n_targets), 2 * indegree)
    return sources.ravel().astype(np.int32), targets.astype(np.int32)
