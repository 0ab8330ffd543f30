"""Evolution strategies that estimate the gradient of a smoothed loss from evaluations alone.

The estimate goes to a first-order rule of `optimizers.gradient`. With antithetic pairs and centered ranks this is the
strategy of Salimans et al. 2017 (arXiv:1703.03864); without them, without baseline, and with member 0 left at the mean
it is the estimator of Hazelden et al. 2023 (code of May 2023). Low-rank perturbations: Sarkar et al. 2025 (EGGROLL,
arXiv:2511.16652). SNES: Wierstra et al., JMLR 15 (2014); PGPE: Sehnke et al., Neural Networks 23 (2010).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gradfree.optimizers import gradient

Array = NDArray[np.floating]
Shaping = Literal["none", "baseline", "ranks"]


@dataclass(frozen=True)
class Estimator:
    """How perturbations are drawn and what becomes of fitness.

    shaping: `none` uses fitness as it is, `baseline` subtracts its mean, `ranks` replaces it by centered ranks.
    keep_mean: member 0 is the mean itself. rank: perturbations of the matrices `shapes` are products of `rank` pairs of
    vectors; 0 draws every entry. adapt: `snes` and `pgpe` learn a standard deviation of each parameter.
    """

    n_members: int
    antithetic: bool = True
    shaping: Shaping = "ranks"
    keep_mean: bool = False
    rank: int = 0
    shapes: tuple[tuple[int, int], ...] = ()
    adapt: Literal["none", "snes", "pgpe"] = "none"
    std_rate: float = 0.1

    def __post_init__(self) -> None:
        if self.n_members < 2 or (self.antithetic and self.n_members % 2):
            raise ValueError(f"n_members must be at least 2, and even for antithetic pairs; found {self.n_members}")
        if self.antithetic and self.keep_mean:
            raise ValueError("antithetic pairs leave no place for the mean: set keep_mean or antithetic to false")
        if self.adapt == "pgpe" and not self.antithetic:
            raise ValueError("pgpe compares the two members of antithetic pairs: set antithetic to true")


@dataclass(frozen=True)
class EvolutionState:
    """The mean (in `descent`), its rule and moments, and the standard deviation of each parameter (parameter,)."""

    descent: gradient.GradientState
    std: Array
    estimator: Estimator
    gradient_norm: float = 0.0  # of the last estimate

    @property
    def mean(self) -> Array:
        """The center of the population (parameter,)."""
        return self.descent.parameters


def init(
    mean: Array,
    sigma: float,
    estimator: Estimator,
    rule: str = "adam",
    learning_rate: float = 0.01,
    momentum: float = 0.0,
) -> EvolutionState:
    """Starts at `mean` (parameter,) with standard deviation `sigma` in all directions.

    SNES as published has the rule `sgd` with rate 1.
    """
    if not sigma > 0:
        raise ValueError(f"sigma must be positive, found {sigma}")
    if estimator.rank and sum(rows * columns for rows, columns in estimator.shapes) != len(mean):
        raise ValueError(f"shapes {estimator.shapes} do not add up to the {len(mean)} parameters")
    return EvolutionState(gradient.init(mean, rule, learning_rate, momentum), np.full_like(mean, sigma), estimator)


def ask(state: EvolutionState, rng: np.random.Generator) -> tuple[Array, EvolutionState]:
    """The population to evaluate (member, parameter); of antithetic pairs, first all one halves, then the others."""
    estimator = state.estimator
    n_draws = estimator.n_members // (2 if estimator.antithetic else 1)
    draws = _draws(rng, n_draws, state)
    draws *= state.std
    if estimator.keep_mean:
        draws[0] = 0
    population = np.empty((estimator.n_members, len(state.mean)), draws.dtype)
    np.add(state.mean, draws, out=population[:n_draws])
    if estimator.antithetic:
        np.subtract(state.mean, draws, out=population[n_draws:])
    return population, state


def tell(state: EvolutionState, population: Array, evaluations: Array) -> EvolutionState:
    """The state after one step; evaluations (member,) are fitness, higher is better.

    A failed evaluation (NaN) counts as the worst of the finite ones. If none is finite the mean stays where it is.
    """
    if not np.isfinite(evaluations).any():
        return state
    found, std = estimate(state, population, evaluations), state.std
    if state.estimator.adapt != "none":
        std = (_snes if state.estimator.adapt == "snes" else _pgpe)(state, *_weighed(state, population, evaluations))
    descent = gradient.RULES[state.descent.rule](state.descent, found)
    return replace(state, descent=descent, std=std, gradient_norm=float(np.linalg.norm(found)))


def estimate(state: EvolutionState, population: Array, evaluations: Array) -> Array:
    """The estimated gradient of the loss (parameter,); for SNES the natural gradient."""
    draws, utilities = _weighed(state, population, evaluations)
    half = len(draws)
    weights = utilities[:half] - utilities[half:] if state.estimator.antithetic else utilities
    found = -(weights @ draws)
    return found if state.estimator.adapt == "snes" else found / (len(utilities) * np.square(state.std))


def _weighed(state: EvolutionState, population: Array, evaluations: Array) -> tuple[Array, Array]:
    """Perturbations of the first halves of pairs (draw, parameter), and the utilities of all members (member,)."""
    estimator = state.estimator
    utilities = SHAPINGS[estimator.shaping](completed(evaluations)).astype(population.dtype)
    if estimator.adapt == "snes":  # magnitudes sum up to 2, as those of the published utilities nearly do
        utilities = 2 * utilities / max(float(np.abs(utilities).sum()), 1e-12)
    half = estimator.n_members // 2 if estimator.antithetic else estimator.n_members
    return population[:half] - state.mean, utilities


def completed(evaluations: Array) -> Array:
    """Fitness with NaN and infinities replaced by the worst finite value."""
    finite = np.isfinite(evaluations)
    return np.where(finite, evaluations, evaluations[finite].min())


def centered_ranks(fitness: Array) -> Array:
    """Ranks scaled to [-0.5, 0.5]; equal values share the mean of their ranks, so that a plateau has no slope."""
    values, place, counts = np.unique(fitness, return_inverse=True, return_counts=True)
    if len(values) == 1:
        return np.zeros(len(fitness))
    middle = np.cumsum(counts) - (counts + 1) / 2
    return (middle / (len(fitness) - 1) - 0.5)[place]


SHAPINGS: dict[str, Callable[[Array], Array]] = {
    "none": lambda fitness: fitness,
    "baseline": lambda fitness: fitness - fitness.mean(),
    "ranks": centered_ranks,
}


def _snes(state: EvolutionState, draws: Array, utilities: Array) -> Array:
    """SNES: log of the standard deviation moves along the natural gradient."""
    shares = utilities
    if state.estimator.antithetic:
        shares = shares[: len(draws)] + shares[len(draws) :]
    step = shares @ (np.square(draws / state.std) - 1)
    return state.std * np.exp(0.5 * state.estimator.std_rate * step).astype(state.std.dtype)


def _pgpe(state: EvolutionState, draws: Array, utilities: Array) -> Array:
    """PGPE: pairs that do better than the mean widen the deviation along their large entries; at most 20 % a step."""
    pairs = 0.5 * (utilities[: len(draws)] + utilities[len(draws) :])
    slope = (pairs - utilities.mean()) @ ((np.square(draws) - np.square(state.std)) / state.std) / len(draws)
    largest = 0.2 * state.std
    return state.std + np.clip(state.estimator.std_rate * slope, -largest, largest)


def _draws(rng: np.random.Generator, n_draws: int, state: EvolutionState) -> Array:
    """Perturbations (draw, parameter) of variance one."""
    estimator, dtype = state.estimator, state.mean.dtype
    if not estimator.rank:
        return rng.standard_normal((n_draws, len(state.mean)), dtype=dtype)
    pieces = []
    for rows, columns in estimator.shapes:
        left = rng.standard_normal((n_draws, rows, estimator.rank), dtype=dtype)
        right = rng.standard_normal((n_draws, estimator.rank, columns), dtype=dtype)
        pieces.append((left @ right / np.sqrt(estimator.rank)).reshape(n_draws, -1))
    return np.concatenate(pieces, axis=1).astype(dtype)
