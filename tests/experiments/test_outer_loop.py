"""From one generation to the next: what runs again, what does not, and that a file holds all there is to know."""

import json
from itertools import pairwise

import numpy as np
import pytest

from gradfree.experiments import finalists, outer_loop
from gradfree.experiments.outer_loop import MODULES, Outcome, Place
from gradfree.randomness import Stream
from gradfree.settings.l2l import Search
from gradfree.settings.search import Gene

GENES = {"x": Gene(kind="float", low=0, high=1), "y": Gene(kind="log-float", low=0.01, high=1)}
FEW = {"n": Gene(kind="int", low=0, high=1), "shape": Gene(kind="categorical", options=("round", "square"))}
STREAM = Stream(1, ("l2l", "test"))


def search(**changes) -> Search:
    common = {
        "optimizee": "parabola", "optimizer": "genetic", "n_seeds": 1, "population_size": 6, "generations": 4,
        "variant": "corrected", "carry_over": False, "tournament_size": 2, "crossover": "blend", "crossover_rate": 0.7,
        "blend_alpha": 0.5, "mutation_rate": 0.7, "gene_mutation_rate": 0.5, "mutation_std": 0.2, "n_elites": 1,
        "initial_step_size": 0.25, "task": None, "comparisons": None,
        "n_finalists": 1, "finalist_runs": 1,
    }  # fmt: skip
    return Search(**{**common, **changes})


def outcomes(population, fail=()):
    """A run for everybody who needs one; what is shared has none of its own."""
    found = []
    for index, individual in enumerate(population.individuals):
        fitness = -sum(float(value) ** 2 for value in individual.genes.values() if not isinstance(value, str))
        failed = index in fail or individual.same_as is not None
        found.append(Outcome(np.nan if failed else fitness, "it fell; see its.log" if index in fail else ""))
    return found


def evolve(n_generations, genes=GENES, through_files=False, **changes):
    settings = search(**changes)
    populations = [outer_loop.first_population(settings, genes, STREAM)]
    for _ in range(n_generations):
        previous = populations[-1]
        if through_files:
            previous = outer_loop.from_json(outer_loop.to_json(previous), settings)
        populations.append(outer_loop.next_population(previous, outcomes(previous), settings, genes, STREAM))
    return populations


@pytest.mark.parametrize("optimizer", MODULES)
def test_a_search_through_files_is_the_search_in_memory(optimizer):
    """So that it can be killed anywhere: nothing else is remembered."""
    in_memory, through_files = (evolve(5, through_files=how, optimizer=optimizer) for how in (False, True))
    for here, there in zip(in_memory, through_files, strict=True):
        assert outer_loop.to_json(here) == outer_loop.to_json(there)
    assert in_memory[1].individuals != in_memory[2].individuals


@pytest.mark.parametrize("optimizer", MODULES)
def test_all_optimizers_propose_genes_within_their_bounds(optimizer):
    for population in evolve(6, optimizer=optimizer):
        assert len(population.individuals) == 6
        for individual in population.individuals:
            assert all(gene.allows(individual.genes[name]) for name, gene in GENES.items())


def test_the_file_is_plain_json_without_anything_that_is_not_a_number():
    settings, population = search(), evolve(1)[-1]
    failed = outer_loop.next_population(population, outcomes(population, fail=(0,)), settings, GENES, STREAM)
    content = json.loads(outer_loop.to_json(failed), parse_constant=pytest.fail)
    assert content["fitness"][1][0] is None and content["generation"] == 2
    assert outer_loop.individual_of(outer_loop.to_json(failed), 3) == failed.individuals[3]


def test_elites_come_last_with_the_fitness_and_place_of_their_run():
    populations = evolve(4)
    for before, after in pairwise(populations[1:]):
        elite = after.individuals[-1]
        fitness = after.fitness[-1]
        assert elite.fitness == max(fitness)
        assert elite.genes == before.individuals[int(np.argmax(fitness))].genes
        source = populations[elite.same_as.generation].individuals[elite.same_as.individual]
        assert source.same_as is None and source.genes == elite.genes


def clones(population):
    return [each for each in population.individuals[:-1] if each.same_as is not None]


def test_clones_run_again_with_fresh_noise_unless_as_published():
    still = {"crossover_rate": 0.0, "mutation_rate": 0.0, "population_size": 20}
    corrected, published = (evolve(1, variant=variant, **still)[1] for variant in ("corrected", "published"))
    assert all(each.same_as.generation == 0 for each in clones(published)) and len(clones(published)) > 5
    assert [each for each in clones(corrected) if each.same_as.generation == 0] == []


def test_twins_of_a_generation_share_one_run():
    population = evolve(0, genes=FEW, population_size=20)[0]
    alone = [each.genes for each in population.individuals if each.same_as is None]
    assert len(alone) == 4
    for each in population.individuals:
        assert each.same_as is None or population.individuals[each.same_as.individual].genes == each.genes
    after = outer_loop.next_population(population, outcomes(population), search(population_size=20), FEW, STREAM)
    assert not np.isnan(after.fitness[0]).any()


def test_where_results_are_carried_over_everybody_runs():
    for population in evolve(3, genes=FEW, carry_over=True, population_size=10):
        assert [each for each in population.individuals if each.same_as is not None] == []


def test_published_genes_may_leave_their_range_and_corrected_ones_may_not():
    wild = {"mutation_std": 5.0, "mutation_rate": 1.0, "gene_mutation_rate": 1.0}
    values = {
        variant: np.array([[*each.genes.values()] for population in evolve(3, variant=variant, **wild)[1:]
                           for each in population.individuals])
        for variant in ("published", "corrected")
    }  # fmt: skip
    assert values["published"].min() < 0 and values["corrected"].min() >= 0 and values["corrected"].max() <= 1


def best_of(populations):
    """The first of those that would be run again."""
    return finalists.ranked([outer_loop.to_json(population) for population in populations], 1)[0]


def test_the_best_is_found_with_its_place_and_the_earlier_of_equals():
    populations = evolve(5)
    best = best_of(populations)
    place = Place(*best["place"])
    assert best["fitness"] == np.nanmax(populations[-1].fitness)
    assert populations[place.generation].individuals[place.individual].genes == best["genes"]
    assert populations[place.generation].individuals[place.individual].same_as is None


def test_more_generations_only_add():
    """The number of generations is nowhere in a population."""
    longer, shorter = evolve(4, generations=9), evolve(2, generations=2)
    assert [outer_loop.to_json(each) for each in longer[:3]] == [outer_loop.to_json(each) for each in shorter]


def test_half_of_a_generation_may_fail_and_more_than_half_stops_the_search():
    population, settings = evolve(0)[0], search()
    after = outer_loop.next_population(population, outcomes(population, fail=(0, 1, 2)), settings, GENES, STREAM)
    assert np.isnan(after.fitness[0]).sum() == 3 and Place(*best_of([population, after])["place"]).individual > 2
    with pytest.raises(outer_loop.SearchStopped, match=r"4 of 6 individuals of generation 0 failed(.|\n)*see its\.log"):
        outer_loop.next_population(population, outcomes(population, fail=(0, 1, 2, 3)), settings, GENES, STREAM)


def test_seeds_are_searches_of_their_own():
    one, other = (outer_loop.first_population(search(), GENES, STREAM.child("seed", seed)) for seed in (0, 1))
    assert one.individuals != other.individuals
