"""The output clusters compiled: members are the innermost axis, so one vector instruction serves several of them.

A spike of the reservoir adds one contiguous row of weights, one per member, to what arrives at a target. Clusters do
not hear each other: each is simulated alone with as many members as the caches hold, image after image, so that its
weights are read from memory once. Only spikes inside a cluster are handled member by member; they are rare.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradfree.compiling import compiled
from gradfree.models import noise
from gradfree.models.alpha_neuron import Propagators

Array = NDArray[np.float64]
Indices = NDArray[np.int32]

IMAGES_AT_ONCE = 16  # whose noise is kept


class Tables(NamedTuple):
    """Synapses grouped by cluster and sorted by source; neurons are counted within their cluster."""

    order: NDArray[np.int64]  # (row,) parameter of each row of weights
    starts: NDArray[np.int64]  # (cluster, source + 1) rows of each source
    targets: Indices  # (row,)
    inner_starts: NDArray[np.int64]  # (cluster, neuron + 1) static synapses of each neuron
    inner_targets: Indices  # (synapse,)


class Events(NamedTuple):
    """Spikes of the reservoir, see `readout.Spikes`."""

    step: Indices
    neuron: Indices
    first: NDArray[np.int64]
    image: NDArray[np.int64]


class Parameters(NamedTuple):
    """Numbers of the model in the units of the kernel."""

    exact: Propagators
    slope_per_pA: float
    threshold_mV: float
    refractory_steps: int
    delay_steps: int
    noise_pA: float
    inner_pA: float
    n_counted: int  # neurons of a cluster whose spikes are counted, the first ones
    first_step: int
    onset_step: int
    n_steps: int


class Lanes(NamedTuple):
    """State of a cluster (neuron, member), and what is on its way (step modulo delay + 1, neuron, member)."""

    slope: Array
    current: Array
    potential: Array
    free_step: Array  # first step in which the neuron is no longer refractory
    arrivals: Array


def tables(
    source: Indices, target: Indices, inner_source: Indices, inner_target: Indices, n_clusters: int, n_neurons: int
) -> Tables:
    """Arranges synapses for `simulate`."""
    n_sources = int(source.max()) + 1
    order = np.lexsort((target, source, target // n_neurons))
    inner = np.lexsort((inner_target, inner_source))
    return Tables(
        order=order,
        starts=_starts((target // n_neurons)[order], source[order], n_clusters, n_sources),
        targets=(target % n_neurons)[order].astype(np.int32),
        inner_starts=_starts(inner_source[inner] // n_neurons, inner_source[inner] % n_neurons, n_clusters, n_neurons),
        inner_targets=(inner_target % n_neurons)[inner].astype(np.int32),
    )


def _starts(cluster: Indices, source: Indices, n_clusters: int, n_sources: int) -> NDArray[np.int64]:
    """Where the synapses of each source begin, and end, among those sorted by cluster and source."""
    sorted_keys = cluster.astype(np.int64) * n_sources + source
    keys = np.arange(n_clusters)[:, None] * n_sources + np.arange(n_sources + 1)
    return np.searchsorted(sorted_keys, keys).astype(np.int64)


def rows(weights: NDArray, order: NDArray[np.int64], lanes: int) -> NDArray:
    """Weights (member, parameter) as (tile, row, lane); lanes without a member are 0."""
    n_tiles = -(-len(weights) // lanes)
    arranged = np.zeros((n_tiles, len(order), lanes), weights.dtype)
    for tile in range(n_tiles):
        members = weights[tile * lanes : (tile + 1) * lanes]
        arranged[tile, :, : len(members)] = members.T[order]
    return arranged


@compiled
def deliver(
    lanes: Lanes, slot: int, weights: NDArray, starts: NDArray[np.int64], targets: Indices, source: int
) -> None:
    """One spike of the reservoir: its rows of weights arrive at its targets."""
    for row in range(starts[source], starts[source + 1]):
        arrivals, weight = lanes.arrivals[slot, targets[row]], weights[row]
        for lane in range(weight.size):
            arrivals[lane] += weight[lane]


@compiled
def advance(lanes: Lanes, slot: int, neuron: int, step: int, noise_pA: float, numbers: Parameters) -> int:
    """One exact step of one neuron of all members; how many of them fired. The order of operations is NEST's."""
    exact = numbers.exact
    slope, current, potential = lanes.slope[neuron], lanes.current[neuron], lanes.potential[neuron]
    free, arrivals = lanes.free_step[neuron], lanes.arrivals[slot, neuron]
    now, next_free = float(step), float(step + 1 + numbers.refractory_steps)
    n_fired = 0
    for lane in range(slope.size):
        moved = (
            exact.potential_from_slope * slope[lane]
            + exact.potential_from_current * current[lane]
            + exact.membrane_decay * potential[lane]
        )
        moved = moved if free[lane] <= now else 0.0
        current[lane] = exact.current_from_slope * slope[lane] + exact.synaptic_decay * current[lane]
        slope[lane] = exact.synaptic_decay * slope[lane] + numbers.slope_per_pA * (arrivals[lane] + noise_pA)
        arrivals[lane] = 0.0
        fired = moved >= numbers.threshold_mV
        potential[lane] = 0.0 if fired else moved
        free[lane] = next_free if fired else free[lane]
        n_fired += 1 if fired else 0
    return n_fired


@compiled
def spread(
    lanes: Lanes,
    slot: int,
    neuron: int,
    next_free: float,
    inner_pA: float,
    starts: NDArray[np.int64],
    targets: Indices,
    counts: Array,
) -> None:
    """Counts the spikes that a neuron fired just now, and sends them to the neurons of its cluster."""
    free = lanes.free_step[neuron]
    for lane in range(free.size):
        if free[lane] == next_free:
            counts[lane] += 1.0
            for synapse in range(starts[neuron], starts[neuron + 1]):
                lanes.arrivals[slot, targets[synapse], lane] += inner_pA


@compiled
def live(
    lanes: Lanes,
    weights: NDArray,
    tables: Tables,
    cluster: int,
    events: Events,
    image: int,
    counts_of_noise: noise.Counts,
    numbers: Parameters,
    counts: Array,
    raster: noise.Counts,
) -> None:
    """One image for one cluster of a tile of members, from rest; adds to `counts` (member,)."""
    lanes.slope[:], lanes.current[:], lanes.potential[:] = 0.0, 0.0, 0.0
    lanes.free_step[:], lanes.arrivals[:] = 0.0, 0.0
    n_slots, n_neurons = numbers.delay_steps + 1, lanes.slope.shape[0]
    starts, inner_starts = tables.starts[cluster], tables.inner_starts[cluster]
    n_sources, ignored = starts.size - 1, np.zeros(counts.size)
    event, last = events.first[image], events.first[image + 1]
    while event < last and events.step[event] + numbers.delay_steps < numbers.first_step:
        event += 1
    for step in range(numbers.first_step, numbers.n_steps):
        slot, later = step % n_slots, (step + numbers.delay_steps) % n_slots
        while event < last and events.step[event] + numbers.delay_steps == step:
            if events.neuron[event] < n_sources:
                deliver(lanes, slot, weights, starts, tables.targets, events.neuron[event])
            event += 1
        row = step - numbers.first_step
        for neuron in range(n_neurons):
            noise_pA = numbers.noise_pA * counts_of_noise[row, neuron]
            if advance(lanes, slot, neuron, step, noise_pA, numbers) > 0:
                counted = counts if step >= numbers.onset_step and neuron < numbers.n_counted else ignored
                next_free = float(step + 1 + numbers.refractory_steps)
                spread(lanes, later, neuron, next_free, numbers.inner_pA, inner_starts, tables.inner_targets, counted)
                if raster.shape[0] > 0:
                    raster[row, neuron] = lanes.free_step[neuron, 0] == next_free


@compiled
def simulate(
    weights: NDArray,
    tables: Tables,
    events: Events,
    numbers: Parameters,
    root: noise.Integer,
    table: noise.Table,
    counts: Array,
    raster: noise.Counts,
) -> None:
    """All clusters, members and images: adds spikes to `counts` (tile, image, cluster, lane).

    `weights` are (tile, row, lane); `raster` (image, cluster, step, neuron) gets the spikes of the first lane, and has
    no images if nobody wants them.
    """
    n_tiles, n_images, n_clusters, n_lanes = counts.shape
    n_neurons, n_steps = tables.inner_starts.shape[1] - 1, numbers.n_steps - numbers.first_step
    shape = (n_neurons, n_lanes)
    lanes = Lanes(
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros((numbers.delay_steps + 1, n_neurons, n_lanes)),
    )
    buffer = np.zeros((IMAGES_AT_ONCE, n_steps, n_neurons), np.uint8)
    nothing = np.zeros((0, 0), np.uint8)
    for first in range(0, n_images, IMAGES_AT_ONCE):
        images = range(first, min(first + IMAGES_AT_ONCE, n_images))
        for cluster in range(n_clusters):
            for image in images:
                key = noise.key_of_image(root, events.image[image])
                noise.fill_counts(buffer[image - first], key, numbers.first_step, cluster * n_neurons, table)
            for tile in range(n_tiles):
                for image in images:
                    record = raster[image, cluster] if raster.shape[0] > 0 else nothing
                    live(
                        lanes,
                        weights[tile],
                        tables,
                        cluster,
                        events,
                        image,
                        buffer[image - first],
                        numbers,
                        counts[tile, image, cluster],
                        record,
                    )
