"""The cross-entropy method with a diagonal Gaussian (Rubinstein 1999; Rubinstein & Kroese 2004, chapter 5).

With rho the elite share: the elite's mean and standard deviation pull those of the distribution toward them, smoothed,
and noise that decays keeps the standard deviation from collapsing early (Szita & Lőrincz 2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class CrossEntropyState:
    """Mean and standard deviation (parameter,) and what does not change."""

    mean: Array
    std: Array
    n_members: int
    elite_share: float
    smoothing: float
    extra_std: float
    extra_decay: float


def init(
    mean: Array,
    std: float,
    n_members: int,
    elite_share: float = 0.1,
    smoothing: float = 0.1,
    extra_std: float = 0.1,
    extra_decay: float = 0.99,
) -> CrossEntropyState:
    """Starts from N(mean, std²). elite_share and smoothing: 0.1 (L2L's run script has rho 0.9, meaning the rest).

    smoothing: weight of the past. extra_std: added to the elite's, in units of `std`; it shrinks by extra_decay.
    """
    stds = np.full(len(mean), std, dtype=np.float32)
    return CrossEntropyState(mean, stds, n_members, elite_share, smoothing, extra_std * std, extra_decay)


def ask(state: CrossEntropyState, rng: np.random.Generator) -> tuple[Array, CrossEntropyState]:
    """The population (member, parameter)."""
    drawn = rng.standard_normal((state.n_members, len(state.mean)), dtype=np.float32)
    return (state.mean + state.std * drawn).astype(np.float32), state


def tell(state: CrossEntropyState, population: Array, fitness: Array) -> CrossEntropyState:
    """Moves toward the elite; fitness (member,), higher is better, NaN never joins the elite."""
    n_elite = min(max(int(state.elite_share * len(population)), 2), int(np.isfinite(fitness).sum()))
    if n_elite < 2:
        return state
    elite = population[np.argsort(-np.nan_to_num(fitness, nan=-np.inf), kind="stable")[:n_elite]]
    keep = state.smoothing
    mean = keep * state.mean + (1 - keep) * elite.mean(axis=0)
    std = keep * state.std + (1 - keep) * (elite.std(axis=0) + np.float32(state.extra_std))
    extra_std = state.extra_std * state.extra_decay
    return CrossEntropyState(
        mean, std, state.n_members, state.elite_share, state.smoothing, extra_std, state.extra_decay
    )
