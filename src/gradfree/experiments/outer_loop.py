"""The outer loop: from the outcomes of one generation to the individuals of the next, as plain data.

A population is a small JSON file. It holds all that the optimizer knows, so that a search can be killed anywhere and
prolonged at any time, and nothing depends on the order in which individuals were run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradfree.optimizers import covariance_adaptation, genetic, random_search, self_adaptive
from gradfree.optimizers.search_space import SearchSpace
from gradfree.randomness import Stream

if TYPE_CHECKING:
    from gradfree.settings.l2l import Search
    from gradfree.settings.search import Gene, Value

Array = NDArray[np.floating]


class Place(NamedTuple):
    """Where an individual was run."""

    generation: int
    individual: int


@dataclass(frozen=True)
class Individual:
    """Genes, their position in the unit cube, and the place whose run counts for it too, if there is one.

    `fitness` is that of a run in an earlier generation; two that are alike within a generation share one run as well.
    """

    genes: dict[str, Value]
    position: list[float]
    same_as: Place | None = None
    fitness: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What a run came to: its fitness, NaN if it failed, and why."""

    fitness: float
    failure: str = ""


@dataclass(frozen=True)
class Population:
    """One generation: its individuals, the optimizer's state, and the fitness of all generations before, in order."""

    generation: int
    individuals: list[Individual]
    state: Any
    fitness: list[list[float]]


class SearchStopped(RuntimeError):
    """More than half of a generation failed: a search among failures would only find noise."""


def first_population(search: Search, genes: Mapping[str, Gene], stream: Stream) -> Population:
    """Generation 0 of a search among genes by name; `stream` names the search."""
    space = _space(search, genes)
    rng, n_genes = stream.generator("initial"), len(space)
    middle, step_size = np.full(n_genes, 0.5), search.initial_step_size
    state: Any = {
        "genetic": lambda: genetic.init(genetic.uniform(rng, search.population_size, np.zeros(n_genes), 1.0)),
        "random": lambda: random_search.init(search.population_size, n_genes),
        "evolution": lambda: self_adaptive.init(middle, step_size, search.population_size),
        "covariance": lambda: covariance_adaptation.init(middle, step_size, search.population_size),
    }[search.optimizer]()
    return _ask(Population(-1, [], state, []), search, space, stream)


def next_population(
    previous: Population, outcomes: Sequence[Outcome], search: Search, genes: Mapping[str, Gene], stream: Stream
) -> Population:
    """The generation after one whose outcomes are known. Raises SearchStopped if more than half of it failed."""
    fitness = np.array([_fitness_of(previous, index, outcomes) for index in range(len(previous.individuals))])
    if np.isnan(fitness).sum() > len(fitness) / 2:
        failures = "\n".join(f"  {outcome.failure}" for outcome in outcomes if outcome.failure)
        raise SearchStopped(
            f"{np.isnan(fitness).sum()} of {len(fitness)} individuals of generation {previous.generation} failed, more "
            f"than half; correct the optimizee, its time limit or the bounds of genes, then start again:\n{failures}"
        )
    asked = np.array([individual.position for individual in previous.individuals])
    state = MODULES[search.optimizer].tell(previous.state, asked, fitness)
    told = [*previous.fitness, fitness.tolist()]
    known = replace(previous, state=state, fitness=told)
    return _ask(known, search, _space(search, genes), stream)


MODULES: Mapping[str, Any] = {
    "genetic": genetic,
    "random": random_search,
    "evolution": self_adaptive,
    "covariance": covariance_adaptation,
}
STATES: Mapping[str, Any] = {
    "genetic": genetic.GeneticState,
    "random": random_search.RandomState,
    "evolution": self_adaptive.SelfAdaptiveState,
    "covariance": covariance_adaptation.CovarianceState,
}


def _space(search: Search, genes: Mapping[str, Gene]) -> SearchSpace:
    return SearchSpace(genes, truncating=search.variant == "published")


def _fitness_of(population: Population, index: int, outcomes: Sequence[Outcome]) -> float:
    """Fitness of an individual, if need be of the run that counts for it."""
    individual = population.individuals[index]
    if individual.fitness is not None:
        return individual.fitness
    return outcomes[index if individual.same_as is None else individual.same_as.individual].fitness


def _ask(known: Population, search: Search, space: SearchSpace, stream: Stream) -> Population:
    """The next population of a search whose optimizer was told all that is known."""
    generation = known.generation + 1
    rng = stream.generator("ask", generation)
    if search.optimizer == "genetic":
        positions, state = genetic.ask(known.state, _operators(search), rng)
    else:
        positions, state = MODULES[search.optimizer].ask(known.state, rng)
    individuals: list[Individual] = []
    for position in positions:
        drawn = Individual(space.decode(position), position.tolist())
        shared = None if search.carry_over else _shared_run(drawn, known, individuals, state, search)
        individuals.append(shared or drawn)
    return Population(generation, individuals, state, known.fitness)


def _shared_run(
    drawn: Individual, known: Population, before: Sequence[Individual], state: Any, search: Search
) -> Individual | None:
    """The individual with the run that counts for it too: that of an elite, of a clone if published, of a twin."""
    index, n_bred = len(before), search.population_size - search.n_elites
    if (
        search.optimizer == "genetic"
        and state.origin[index] >= 0
        and (search.variant == "published" or index >= n_bred)
    ):
        origin = int(state.origin[index])
        parent, fitness = known.individuals[origin], known.fitness[-1][origin]
        if not np.isnan(fitness):
            return replace(drawn, same_as=parent.same_as or Place(known.generation, origin), fitness=fitness)
    for twin, individual in enumerate(before):
        if individual.genes == drawn.genes and individual.same_as is None:
            return replace(drawn, same_as=Place(known.generation + 1, twin))
    return None


def _operators(search: Search) -> genetic.Operators:
    low, high = (None, None) if search.variant == "published" else (0.0, 1.0)
    names = {field.name for field in fields(genetic.Operators)} & type(search).model_fields.keys()
    return genetic.Operators(**{name: getattr(search, name) for name in names}, low=low, high=high)


def to_json(population: Population) -> str:
    """A population as readable text; what is not a number becomes null."""
    return json.dumps(_plain(asdict(population)), indent=1) + "\n"


def from_json(text: str, search: Search) -> Population:
    """The population that `to_json` wrote."""
    content = json.loads(text)
    state = {key: _array(value) if isinstance(value, list) else value for key, value in content["state"].items()}
    individuals = [_individual(each) for each in content["individuals"]]
    fitness = [[np.nan if value is None else value for value in row] for row in content["fitness"]]
    return Population(content["generation"], individuals, STATES[search.optimizer](**state), fitness)


def individual_of(text: str, index: int) -> Individual:
    """One individual of a population that `to_json` wrote."""
    return _individual(json.loads(text)["individuals"][index])


def _individual(content: Mapping[str, Any]) -> Individual:
    return Individual(**{**content, "same_as": Place(*content["same_as"]) if content["same_as"] else None})


def _array(values: list[Any]) -> NDArray[Any]:
    return np.array(values) if all(isinstance(value, int) for value in values) else np.array(values, dtype=np.float64)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and np.isnan(value) else value
