"""In which coordinates the readout is searched: synapse by synapse, or along the activity of presynaptic neurons.

Images can be told apart only through differences of reservoir activity between them. A change of weights at right
angles to all activity patterns changes no output, so an ensemble that varies every synapse independently spends nearly
all of its variance on nothing. A presynaptic ensemble varies the weights from each neuron in proportion to that
neuron's part in the principal components of the activity, the same for all synapses onto a cluster: information that
is there at the synapse. An EnKF update is a linear map between members, so that it is the same in either coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradfree.models.readout import Projections, initial_weights

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Space:
    """Points (member, coordinate) and the weights that they mean."""

    projections: Projections
    origin_pA: Array  # (parameter,) what all members share
    basis: Array | None  # (component, neuron): patterns over the reservoir; None: coordinates are the weights
    bound_pA: float

    @property
    def n_coordinates(self) -> int:
        """Coordinates of a point."""
        if self.basis is None:
            return self.projections.n_parameters
        return self.projections.n_clusters * len(self.basis)

    @property
    def cluster(self) -> NDArray[np.integer]:
        """Output cluster that a coordinate belongs to (coordinate,)."""
        if self.basis is None:
            return self.projections.cluster
        return np.repeat(np.arange(self.projections.n_clusters), len(self.basis))

    @property
    def parts(self) -> tuple[slice, ...]:
        """Coordinates that are resampled with a scale of their own: excitatory and inhibitory weights, or all."""
        if self.basis is None:
            return (self.projections.excitatory, self.projections.inhibitory)
        return (slice(None),)

    def weights_pA(self, points: Array) -> NDArray[np.float32]:
        """Weights (member, parameter) of points (member, coordinate); along components, cut to the bound."""
        if self.basis is None:
            return points.astype(np.float32, copy=False)
        patterns = points.reshape(len(points), self.projections.n_clusters, -1) @ self.basis
        change = patterns[:, self.projections.cluster, self.projections.source]
        return np.clip(self.origin_pA + change, -self.bound_pA, self.bound_pA).astype(np.float32)


def start(
    rng: np.random.Generator,
    projections: Projections,
    n_members: int,
    mean_pA: float,
    std_pA: float,
    bound_pA: float,
    basis: Array | None = None,
) -> tuple[Space, NDArray[np.float32]]:
    """The space and initial points (member, coordinate).

    Without a basis weights are N(±mean, std²), independent, as published. With one, all members share one such draw
    and differ by N(0, std²) along each pattern.
    """
    if basis is None:
        points = initial_weights(rng, projections, n_members, mean_pA, std_pA).astype(np.float32)
        return Space(projections, points.mean(axis=0), None, bound_pA), points
    origin = initial_weights(rng, projections, 1, mean_pA, std_pA)[0].astype(np.float32)
    draws = [exact_sample(rng, n_members, len(basis)) for _ in range(projections.n_clusters)]
    return Space(projections, origin, basis, bound_pA), np.float32(std_pA) * np.concatenate(draws, axis=1)


def exact_sample(rng: np.random.Generator, n_members: int, n_coordinates: int) -> NDArray[np.float32]:
    """Points (member, coordinate) with mean zero and, if there are members enough, the identity as covariance.

    Second-order exact sampling (Pham 2001, doi 10.1175/1520-0493(2001)129<1194:SMFSDA>2.0.CO;2): a filter of few
    members then starts without sampling error. With fewer members the points are independent and standard normal.
    """
    points = rng.standard_normal((n_members, n_coordinates))
    if n_members > n_coordinates:
        points = np.linalg.qr(points - points.mean(axis=0))[0] * np.sqrt(n_members)
    return points.astype(np.float32)


def principal_patterns(counts: NDArray[np.integer], n_components: int, power: float = 0.0) -> NDArray[np.float32]:
    """The first principal directions of spike counts (image, neuron), not centered, as patterns (component, neuron).

    They are orthogonal, as long as their singular values to the `power` (the first, the mean activity, which is several
    times as strong as the others and moves all outputs alike, only as the second), and scaled so that a sum of all with
    independent coefficients of variance one has variance one per neuron on average; at most as many as images.
    """
    _, strengths, directions = np.linalg.svd(counts.astype(np.float64), full_matrices=False)
    patterns = directions[:n_components] * np.minimum(strengths[:n_components, None] / strengths[1], 1) ** power
    return (patterns / np.sqrt(np.square(patterns).sum() / counts.shape[1])).astype(np.float32)
