"""An evolution strategy with intermediate recombination and self-adapted step size, (mu/mu, lambda)-sigma-SA-ES.

Beyer & Schwefel, Natural Computing 1, 2002, section 4: every child has a step size of its own, a log-normal variation
of the parent's, and the step sizes of the best quarter survive with the children that they made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class SelfAdaptiveState:
    """The parent (parameter,), its step size, the number of children, and their step sizes (member,) once asked for."""

    parent: Array
    step_size: float
    n_members: int
    step_sizes: Array | None = None


def init(parent: Array, step_size: float, n_members: int) -> SelfAdaptiveState:
    """Starts at a point (parameter,). Raises ValueError for fewer than two children."""
    if n_members < 2:
        raise ValueError(f"expected at least two children to select from, found {n_members}")
    return SelfAdaptiveState(np.array(parent, dtype=np.float64), step_size, n_members)


def ask(state: SelfAdaptiveState, rng: np.random.Generator) -> tuple[Array, SelfAdaptiveState]:
    """Children (member, parameter)."""
    n_parameters = len(state.parent)
    learning_rate = 1 / np.sqrt(2 * n_parameters)
    step_sizes = state.step_size * np.exp(learning_rate * rng.standard_normal(state.n_members))
    population = state.parent + step_sizes[:, None] * rng.standard_normal((state.n_members, n_parameters))
    return population, replace(state, step_sizes=step_sizes)


def tell(state: SelfAdaptiveState, population: Array, fitness: Array) -> SelfAdaptiveState:
    """The state whose parent is the mean of the best quarter of the children (member, parameter); never NaN."""
    if state.step_sizes is None:
        raise ValueError("tell needs the state that ask returned")
    best = np.argsort(-np.where(np.isnan(fitness), -np.inf, fitness), kind="stable")[: max(state.n_members // 4, 1)]
    best = best[np.isfinite(fitness[best])]
    if len(best) == 0:
        return replace(state, step_sizes=None)
    step_size = float(np.exp(np.log(state.step_sizes[best]).mean()))
    return replace(state, parent=population[best].mean(axis=0), step_size=step_size, step_sizes=None)
