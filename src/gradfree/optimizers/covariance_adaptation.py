"""CMA-ES of the package `cma` (Hansen, arXiv 1604.00772) behind init, ask, tell.

The package's optimizer is an object that cannot be stored readably. The state here is what it was told: a seed and the
fitness of each generation. From these the object is made anew, at some milliseconds per generation; the newest one is
remembered, so that a search that goes on has to replay nothing. What is answered does not depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class CovarianceState:
    """Start (parameter,), its step size, children per generation; a seed and the fitness of each generation."""

    start: Array
    step_size: float
    n_members: int
    seeds: tuple[int, ...] = ()
    told: tuple[Array, ...] = ()


def init(start: Array, step_size: float, n_members: int) -> CovarianceState:
    """Starts at a point (parameter,). Raises ValueError for fewer than two children or fewer than two parameters."""
    if n_members < 2 or len(start) < 2:
        raise ValueError(f"expected at least 2 children and 2 parameters, found {n_members} and {len(start)}")
    return CovarianceState(np.array(start, dtype=np.float64), step_size, n_members)


def ask(state: CovarianceState, rng: np.random.Generator) -> tuple[Array, CovarianceState]:
    """Children (member, parameter)."""
    if len(state.seeds) == len(state.told):
        state = replace(state, seeds=(*state.seeds, int(rng.integers(2**63))))
    return _replay(state), state


def tell(state: CovarianceState, population: Array, fitness: Array) -> CovarianceState:
    """The state that knows the fitness (member,) of what it asked for; NaN counts as worse than all others."""
    if len(fitness) != state.n_members or len(state.seeds) != len(state.told) + 1:
        raise ValueError(f"expected the fitness of the {state.n_members} children asked for, found {len(fitness)}")
    return replace(state, told=(*state.told, np.array(fitness, dtype=np.float64)))


def center(state: CovarianceState) -> Array:
    """The mean of the distribution (parameter,) after all that the state was told."""
    return np.array(_replayed(state).strategy.mean)


def _replay(state: CovarianceState) -> Array:
    """Children of the newest generation, by going through all before it."""
    return _replayed(state).ask(state.seeds[-1]).copy()


def _replayed(state: CovarianceState) -> _Search:
    """The package's optimizer after all that the state was told."""
    search = _newest.pop() if _newest else None
    if search is None or not search.precedes(state):
        search = _Search(state)
    for seed, fitness in zip(state.seeds[len(search.told) :], state.told[len(search.told) :], strict=False):
        search.tell(seed, fitness)
    _newest.append(search)
    return search


class _Search:
    """The package's optimizer and what it has been through."""

    def __init__(self, state: CovarianceState) -> None:
        import cma

        self.start, self.seeds, self.told = state, list[int](), list[Array]()
        self.source, self.children = _Source(), np.empty(0)
        options: dict[str, Any] = {"popsize": state.n_members, "randn": self.source, "seed": np.nan, "verbose": -9}
        self.strategy = cma.CMAEvolutionStrategy(state.start.tolist(), state.step_size, options)

    def precedes(self, state: CovarianceState) -> bool:
        """Whether this search becomes that of the state by going on."""
        mine, told = self.start, state.told[: len(self.told)]
        return (
            (mine.step_size, mine.n_members) == (state.step_size, state.n_members)
            and np.array_equal(mine.start, state.start)
            and tuple(self.seeds) == state.seeds[: len(self.seeds)]
            and np.array_equal(self.told, told, equal_nan=True)
        )

    def ask(self, seed: int) -> Array:
        """Children (member, parameter) of the generation with this seed."""
        if len(self.seeds) == len(self.told):
            self.source.seed(seed)
            self.children, self.seeds = np.array(self.strategy.ask()), [*self.seeds, seed]
        return self.children

    def tell(self, seed: int, fitness: Array) -> None:
        """Goes through one generation."""
        self.strategy.tell(self.ask(seed), _losses(fitness).tolist())
        self.told.append(fitness)


_newest: list[_Search] = []


class _Source:
    """Normal numbers from a generator that is replaced at every generation."""

    def seed(self, seed: int) -> None:
        """From here on numbers are those of this seed."""
        self.rng = np.random.default_rng(seed)

    def __call__(self, *shape: int) -> Array:
        return self.rng.standard_normal(shape)


def _losses(fitness: Array) -> Array:
    """What is minimized: the sign changes here, once; failures are worse than the worst."""
    finite = fitness[np.isfinite(fitness)]
    worst = finite.min() - 1.0 if len(finite) else 0.0
    return -np.where(np.isfinite(fitness), fitness, worst)
