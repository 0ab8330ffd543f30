"""Random search over the unit cube: the baseline at the same budget (Bergstra & Bengio, JMLR 13, 2012)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class RandomState:
    """How many points (member) of how many coordinates (parameter) each generation draws; nothing is learned."""

    n_members: int
    n_parameters: int


def init(n_members: int, n_parameters: int) -> RandomState:
    """Starts a search of `n_members` points per generation."""
    return RandomState(n_members, n_parameters)


def ask(state: RandomState, rng: np.random.Generator) -> tuple[Array, RandomState]:
    """Points (member, parameter), uniform in the unit cube."""
    return rng.random((state.n_members, state.n_parameters)), state


def tell(state: RandomState, population: Array, fitness: Array) -> RandomState:
    """The state as it was."""
    return state
