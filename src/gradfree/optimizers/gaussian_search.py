"""Random search around a point: all generations draw from one distribution, and the best so far defends its place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class RandomState:
    """The champion and the center of the draws (parameter,), their standard deviation, the population size."""

    champion: Array
    center: Array
    std: float
    n_members: int


def init(center: Array, std: float, n_members: int) -> RandomState:
    """Starts at a center (parameter,), which is the first champion."""
    return RandomState(center, center, std, n_members)


def ask(state: RandomState, rng: np.random.Generator) -> tuple[Array, RandomState]:
    """The population (member, parameter): the champion, then draws from N(center, std²)."""
    drawn = rng.standard_normal((state.n_members - 1, len(state.center)), dtype=np.float32) * np.float32(state.std)
    return np.concatenate([state.champion[None], state.center + drawn]).astype(np.float32), state


def tell(state: RandomState, population: Array, fitness: Array) -> RandomState:
    """The best of the population becomes champion; fitness (member,), higher is better, NaN never wins."""
    if not np.isfinite(fitness).any():
        return state
    return replace(state, champion=population[np.nanargmax(fitness)])
