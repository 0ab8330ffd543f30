"""A genetic algorithm over real vectors, with DEAP's operators behind init, ask, tell.

Generational, as in the L2L framework (DEAP: Fortin et al., JMLR 13, 2012): tournaments choose parents with replacement,
neighbors mate, children mutate, later duplicates mutate once more, and offspring replace the population; here with
bounds, elites and named randomness. Genes reach DEAP as lists of numbers: it swaps slices in place, which in arrays are
views of one another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradfree.randomness import python_seeded

Array = NDArray[np.floating]
Genes = list[float]
CrossoverName = Literal["blend", "one_point", "two_point", "uniform"]


@dataclass(frozen=True)
class Operators:
    """How offspring come about. Rates are probabilities, lengths are in the units of the genes.

    tournament_size: individuals drawn per parent. crossover_rate: per pair. blend_alpha: children lie up to this share
    beyond their parents. swap_rate: per gene, of `uniform`. mutation_rate: per child; gene_mutation_rate: per gene of a
    mutating child. duplicate_mutation_rate: for a later copy of an individual. n_elites: the best so many of a
    generation go on unchanged, as the last of the next. low, high: bounds for all genes or each of them, None for none.
    """

    tournament_size: int
    crossover: CrossoverName = "blend"
    crossover_rate: float = 0.7
    blend_alpha: float = 0.5
    swap_rate: float = 0.5
    mutation_rate: float = 0.7
    gene_mutation_rate: float = 0.45
    mutation_std: float = 1.0
    duplicate_mutation_rate: float = 0.8
    n_elites: int = 0
    low: ArrayLike | None = None
    high: ArrayLike | None = None


@dataclass(frozen=True)
class GeneticState:
    """A population (member, parameter), and once it was told its fitness (member,).

    origin (member,): which member of the generation before this one is an untouched copy of, -1 if of none.
    """

    population: Array
    origin: NDArray[np.int64]
    fitness: Array | None = None


def uniform(rng: np.random.Generator, n_members: int, low: ArrayLike, high: ArrayLike) -> Array:
    """Individuals (member, parameter) drawn uniformly between the bounds (parameter,)."""
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    return low + (high - low) * rng.random((n_members, *low.shape))


def init(population: Array) -> GeneticState:
    """Starts at a population (member, parameter), such as one of `uniform`. Raises ValueError for fewer than two."""
    if np.ndim(population) != 2 or len(population) < 2:
        raise ValueError(f"expected at least two individuals (member, parameter), found shape {np.shape(population)}")
    population = np.array(population, dtype=np.float64)
    return GeneticState(population, np.full(len(population), -1))


def ask(state: GeneticState, operators: Operators, rng: np.random.Generator) -> tuple[Array, GeneticState]:
    """The individuals to evaluate (member, parameter): those it was started with, then each time the next generation.

    A generation counts as evaluated once `tell` was given its fitness; asked before, it is answered again. Raises
    ValueError if tournament or elites do not fit the population.
    """
    if state.fitness is None:
        return state.population.copy(), state
    _require_fit(operators, len(state.population))
    ranks = np.where(np.isnan(state.fitness), -np.inf, state.fitness)
    with python_seeded(rng):
        parents = _tournaments(ranks, operators)
        offspring = [state.population[parent].tolist() for parent in parents]
        touched = _mate(offspring, operators, rng) | _mutate(offspring, operators, rng)
    elites = np.argsort(-ranks, kind="stable")[: operators.n_elites]
    population = np.array(offspring + state.population[elites].tolist(), dtype=np.float64)
    origin = np.concatenate([np.where(touched, -1, parents), elites])
    return population.copy(), GeneticState(population, origin)


def tell(state: GeneticState, population: Array, fitness: Array) -> GeneticState:
    """The state that knows the fitness (member,) of the population it asked for; NaN failed and never wins."""
    if np.shape(fitness) != (len(population),):
        raise ValueError(f"expected one fitness for each of {len(population)} individuals, found {np.shape(fitness)}")
    return replace(state, population=np.array(population), fitness=np.array(fitness, dtype=np.float64))


def _require_fit(operators: Operators, n_members: int) -> None:
    if not 1 <= operators.tournament_size <= n_members:
        raise ValueError(f"tournament_size {operators.tournament_size}: expected 1 to {n_members}, the population")
    if not 0 <= operators.n_elites < n_members:
        raise ValueError(f"n_elites {operators.n_elites}: expected fewer than the population of {n_members}")


def _tournaments(ranks: Array, operators: Operators) -> NDArray[np.int64]:
    """Which members become parents, one per child."""
    from deap import tools

    n_children = len(ranks) - operators.n_elites
    members = [_Entrant(index, rank) for index, rank in enumerate(ranks)]
    chosen = tools.selTournament(members, n_children, operators.tournament_size, fit_attr="rank")
    return np.array([entrant.index for entrant in chosen], dtype=np.int64)


@dataclass(frozen=True)
class _Entrant:
    """A member in a tournament of DEAP, which compares by attribute."""

    index: int
    rank: float


def _mate(offspring: list[Genes], operators: Operators, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Neighbors (0, 1), (2, 3), … exchange genes in place. Returns who did (member,)."""
    touched = np.zeros(len(offspring), dtype=bool)
    for first in range(0, len(offspring) - 1, 2):
        if rng.random() < operators.crossover_rate:
            CROSSOVERS[operators.crossover](offspring[first], offspring[first + 1], operators)
            touched[first : first + 2] = True
            for child in (first, first + 1):
                offspring[child] = _bounded(offspring[child], operators)
    return touched


def _mutate(offspring: list[Genes], operators: Operators, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Gaussian mutation in place, and once more of later duplicates. Returns whom it struck (member,)."""
    touched, seen = np.zeros(len(offspring), dtype=bool), set[tuple[float, ...]]()
    for child in range(len(offspring)):
        if rng.random() < operators.mutation_rate:
            offspring[child] = _mutant(offspring[child], operators)
            touched[child] = True
    for child in range(len(offspring)):
        if tuple(offspring[child]) in seen and rng.random() < operators.duplicate_mutation_rate:
            offspring[child] = _mutant(offspring[child], operators)
            touched[child] = True
        seen.add(tuple(offspring[child]))
    return touched


def _mutant(genes: Genes, operators: Operators) -> Genes:
    from deap import tools

    (mutant,) = tools.mutGaussian(list(genes), 0.0, operators.mutation_std, operators.gene_mutation_rate)
    return _bounded(mutant, operators)


def _bounded(genes: Genes, operators: Operators) -> Genes:
    return np.clip(genes, operators.low, operators.high).tolist()


def _blend(first: Genes, second: Genes, operators: Operators) -> None:
    from deap import tools

    tools.cxBlend(first, second, operators.blend_alpha)


def _one_point(first: Genes, second: Genes, operators: Operators) -> None:
    from deap import tools

    if len(first) > 1:  # a single gene has no point to cut at
        tools.cxOnePoint(first, second)


def _two_point(first: Genes, second: Genes, operators: Operators) -> None:
    from deap import tools

    if len(first) > 1:
        tools.cxTwoPoint(first, second)


def _uniform(first: Genes, second: Genes, operators: Operators) -> None:
    from deap import tools

    tools.cxUniform(first, second, operators.swap_rate)


CROSSOVERS: dict[str, Callable[[Genes, Genes, Operators], None]] = {
    "blend": _blend,
    "one_point": _one_point,
    "two_point": _two_point,
    "uniform": _uniform,
}
