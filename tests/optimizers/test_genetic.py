"""The genetic algorithm: against DEAP's own loop where it can be compared, and against what its operators promise."""

import random
from dataclasses import replace

import numpy as np
import pytest
from deap import tools

from gradfree.optimizers import genetic
from gradfree.randomness import python_seeded

OPERATORS = genetic.Operators(tournament_size=3, low=-5.0, high=5.0)


def sphere(population):
    return -np.square(population - 1.5).sum(axis=1)


def evolve(operators, n_generations, fitness=sphere, seed=0, low=(-5,) * 4, high=(5,) * 4):
    rng = np.random.default_rng(seed)
    state, seen = genetic.init(genetic.uniform(rng, 20, low, high)), []
    for _ in range(n_generations):
        population, state = genetic.ask(state, operators, rng)
        state = genetic.tell(state, population, fitness(population))
        seen.append(state)
    return seen


def bred(operators, n_members=10, n_parameters=3, seed=0, fitness=None):
    """A population and the generation bred from it."""
    rng = np.random.default_rng(seed)
    first = rng.uniform(-5, 5, (n_members, n_parameters))
    state = genetic.tell(genetic.init(first), first, rng.random(n_members) if fitness is None else fitness)
    return state, genetic.ask(state, operators, np.random.default_rng(seed + 1))[1]


def test_it_approaches_the_optimum_of_a_sphere():
    found = evolve(replace(OPERATORS, mutation_std=0.3, n_elites=1), 60)
    assert found[0].fitness.max() < -1
    assert found[-1].fitness.max() > -0.05


@pytest.mark.parametrize("crossover", genetic.CROSSOVERS)
def test_the_same_generator_gives_the_same_generations_whatever_the_global_state(crossover):
    operators = replace(OPERATORS, crossover=crossover)
    runs = []
    for seed in (1, 2):
        random.seed(seed)
        runs.append(evolve(operators, 5)[-1].population)
    np.testing.assert_array_equal(*runs)
    assert not np.array_equal(runs[0], evolve(operators, 5, seed=3)[-1].population)


def test_the_global_generator_goes_on_as_if_nothing_had_happened():
    random.seed(4)
    expected = [random.random(), random.gauss(0, 1)]
    random.seed(4)
    evolve(OPERATORS, 3)
    assert [random.random(), random.gauss(0, 1)] == expected


def test_blend_and_mutation_are_those_of_deap():
    operators = replace(OPERATORS, crossover_rate=1.0, mutation_rate=0.0, tournament_size=1, low=None, high=None)
    state, after = bred(operators, n_members=2)
    with python_seeded(np.random.default_rng(1)):
        parents = [random.choice(range(2)) for _ in range(2)]
        children = [state.population[parent].tolist() for parent in parents]
        tools.cxBlend(*children, 0.5)
    np.testing.assert_array_equal(after.population, children)


def test_selection_pressure_is_that_of_tournaments_with_replacement():
    """P(best of N wins a tournament of k) = 1 - (1 - 1/N)^k."""
    copies = replace(OPERATORS, crossover_rate=0, mutation_rate=0, duplicate_mutation_rate=0, tournament_size=3)
    wins = [(bred(copies, seed=seed, fitness=np.arange(10.0))[1].origin == 9).mean() for seed in range(200)]
    assert np.mean(wins) == pytest.approx(1 - 0.9**3, abs=0.03)


@pytest.mark.parametrize("crossover", ["one_point", "two_point", "uniform"])
def test_exchanging_crossovers_keep_the_genes_of_each_column(crossover):
    """No gene is lost or doubled, as happens when slices of arrays are swapped as views."""
    operators = replace(OPERATORS, crossover=crossover, crossover_rate=1, mutation_rate=0, duplicate_mutation_rate=0)
    state, after = bred(replace(operators, tournament_size=1), n_parameters=6)
    with python_seeded(np.random.default_rng(1)):
        parents = [random.choice(range(10)) for _ in range(10)]
    np.testing.assert_array_equal(np.sort(after.population, axis=0), np.sort(state.population[parents], axis=0))
    assert not np.array_equal(after.population, state.population[parents])


def test_genes_stay_within_bounds_of_their_own():
    low, high = np.array([-5.0, 0.0, 2.0, 2.0]), np.array([5.0, 1.0, 2.5, 9.0])
    for state in evolve(replace(OPERATORS, mutation_std=10.0, low=low, high=high), 6, low=low, high=high)[1:]:
        assert (state.population >= low).all() and (state.population <= high).all()


def test_without_bounds_genes_leave_them_as_in_the_published_search():
    states = evolve(replace(OPERATORS, mutation_std=10.0, low=None, high=None), 6)
    assert np.abs(states[-1].population).max() > 5


def test_elites_are_the_best_and_come_last():
    state, after = bred(replace(OPERATORS, n_elites=2))
    best = np.argsort(-state.fitness)[:2]
    np.testing.assert_array_equal(after.population[-2:], state.population[best])
    np.testing.assert_array_equal(after.origin[-2:], best)


def test_untouched_copies_know_where_they_come_from_and_others_come_from_nowhere():
    state, after = bred(replace(OPERATORS, crossover_rate=0.3, mutation_rate=0.3), n_members=60)
    untouched = after.origin >= 0
    np.testing.assert_array_equal(after.population[untouched], state.population[after.origin[untouched]])
    assert 0.1 < untouched.mean() < 0.9


def test_later_duplicates_are_mutated_once_more():
    operators = replace(OPERATORS, crossover_rate=0, mutation_rate=0, duplicate_mutation_rate=1, gene_mutation_rate=1)
    after = bred(operators, n_members=30)[1]
    assert len(np.unique(after.population, axis=0)) == 30
    same = bred(replace(operators, duplicate_mutation_rate=0), n_members=30)[1]
    assert len(np.unique(same.population, axis=0)) < 30


def test_a_failed_individual_never_wins_against_one_that_did_not():
    fitness = np.array([np.nan] * 9 + [-1e9])
    copies = replace(OPERATORS, crossover_rate=0, mutation_rate=0, duplicate_mutation_rate=0, n_elites=1)
    after = bred(replace(copies, tournament_size=10), n_members=10, fitness=fitness)[1]
    assert after.origin[-1] == 9 and (after.origin[:-1] == 9).mean() > 0.4


def test_a_generation_that_was_not_told_its_fitness_is_asked_for_again():
    state, after = bred(OPERATORS)
    again, unchanged = genetic.ask(after, OPERATORS, np.random.default_rng(99))
    np.testing.assert_array_equal(again, after.population)
    assert unchanged is after and state.fitness is not None


def test_what_was_asked_for_may_be_overwritten():
    state, _ = bred(OPERATORS)
    population, after = genetic.ask(state, OPERATORS, np.random.default_rng(1))
    population[:] = 0
    assert after.population.any()


@pytest.mark.parametrize(
    ("change", "message"),
    [({"tournament_size": 11}, "tournament_size 11: expected 1 to 10"), ({"n_elites": 10}, "n_elites 10")],
)
def test_a_tournament_or_elite_larger_than_the_population_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        bred(replace(OPERATORS, **change))


def test_a_population_of_one_is_refused():
    with pytest.raises(ValueError, match="at least two individuals"):
        genetic.init(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="expected one fitness for each of 4"):
        genetic.tell(genetic.init(np.zeros((4, 3))), np.zeros((4, 3)), np.zeros(3))
