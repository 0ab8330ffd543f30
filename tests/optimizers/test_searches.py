"""Random search, evolution strategy and CMA-ES: what they find, and that their state is all they know."""

import numpy as np
import pytest

from gradfree.optimizers import covariance_adaptation, random_search, self_adaptive

START = np.array([0.9, 0.1, 0.9])
OPTIMUM = np.array([0.3, 0.4, 0.5])


def loss(population):
    """An ellipsoid of condition 100."""
    return (np.square(population - OPTIMUM) * [1, 10, 100]).sum(axis=1)


def search(module, state, n_generations, fail_every=0):
    best = np.inf
    for generation in range(n_generations):
        population, state = module.ask(state, np.random.default_rng(generation))
        losses = loss(population)
        if fail_every:
            losses[::fail_every] = np.nan
        state, best = module.tell(state, population, -losses), min(best, np.nanmin(losses))
    return best, state


STRATEGIES = [self_adaptive, covariance_adaptation]


@pytest.mark.parametrize("module", STRATEGIES)
def test_strategies_come_nearer_than_random_search(module):
    at_random = search(random_search, random_search.init(12, 3), 30)[0]
    assert search(module, module.init(START, 0.2, 12), 30)[0] < at_random / 3


@pytest.mark.parametrize("module", STRATEGIES)
def test_strategies_still_approach_if_a_third_of_each_generation_fails(module):
    assert search(module, module.init(START, 0.2, 12), 30, fail_every=3)[0] < loss(START[None])[0] / 10


def test_random_search_draws_from_the_whole_cube_and_learns_nothing():
    population, state = random_search.ask(random_search.init(4000, 2), np.random.default_rng(0))
    assert population.min() >= 0 and population.max() <= 1
    np.testing.assert_allclose(population.mean(axis=0), 0.5, atol=0.02)
    assert random_search.tell(state, population, population[:, 0]) == state


def test_cma_made_anew_each_time_is_the_cma_that_was_never_interrupted():
    """The oracle is the package's own loop, fed the same normal numbers."""
    import cma

    source = covariance_adaptation._Source()
    strategy = cma.CMAEvolutionStrategy(
        START.tolist(), 0.2, {"popsize": 6, "randn": source, "seed": np.nan, "verbose": -9}
    )
    state = covariance_adaptation.init(START, 0.2, 6)
    for generation in range(12):
        population, state = covariance_adaptation.ask(state, np.random.default_rng(generation))
        source.seed(state.seeds[-1])
        expected = strategy.ask()
        np.testing.assert_array_equal(population, expected)
        strategy.tell(expected, loss(np.array(expected)).tolist())
        state = covariance_adaptation.tell(state, population, -loss(population))


def test_two_cma_searches_in_turn_go_on_as_each_by_itself():
    """Only the newest search is remembered, and what is answered must not depend on it."""

    def populations(start, step_sizes):
        states = [covariance_adaptation.init(start, size, 6) for size in step_sizes]
        for generation in range(4):
            for place, state in enumerate(states):
                population, state = covariance_adaptation.ask(state, np.random.default_rng(generation))
                states[place] = covariance_adaptation.tell(state, population, -loss(population))
                yield step_sizes[place], generation, covariance_adaptation.center(states[place])

    together = {key[:2]: key[2] for key in populations(START, [0.1, 0.2])}
    for size in (0.1, 0.2):
        for key in populations(START, [size]):
            np.testing.assert_array_equal(together[key[:2]], key[2])


def test_the_center_of_cma_is_the_weighted_mean_of_the_better_half():
    """Hansen's default weights of six children: log 3.5 - log rank for the best three, normalized."""
    population, state = covariance_adaptation.ask(covariance_adaptation.init(START, 0.2, 6), np.random.default_rng(0))
    state = covariance_adaptation.tell(state, population, -loss(population))
    weights = np.log(3.5) - np.log([1, 2, 3])
    best = population[np.argsort(loss(population))[:3]]
    np.testing.assert_allclose(covariance_adaptation.center(state), weights @ best / weights.sum(), rtol=1e-6)


def test_cma_leaves_the_global_generator_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global one is what this is about
    search(covariance_adaptation, covariance_adaptation.init(START, 0.2, 6), 3)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_cma_asked_twice_answers_the_same():
    population, state = covariance_adaptation.ask(covariance_adaptation.init(START, 0.2, 6), np.random.default_rng(0))
    again, same = covariance_adaptation.ask(state, np.random.default_rng(1))
    np.testing.assert_array_equal(again, population)
    assert same is state


def test_the_step_size_grows_far_from_the_optimum_and_shrinks_near_it():
    far = search(self_adaptive, self_adaptive.init(np.full(3, 50.0), 0.1, 20), 20)[1]
    near = search(self_adaptive, self_adaptive.init(OPTIMUM, 0.5, 20), 20)[1]
    assert far.step_size > 0.1 and near.step_size < 0.1


def test_a_generation_in_which_all_fail_changes_nothing():
    state = self_adaptive.init(START, 0.2, 4)
    population, asked = self_adaptive.ask(state, np.random.default_rng(0))
    told = self_adaptive.tell(asked, population, np.full(4, np.nan))
    np.testing.assert_array_equal(told.parent, START)
    assert told.step_size == 0.2


@pytest.mark.parametrize("module", STRATEGIES)
def test_fewer_than_two_children_are_refused(module):
    with pytest.raises(ValueError, match="at least"):
        module.init(START, 0.2, 1)


@pytest.mark.parametrize("module", STRATEGIES)
def test_a_fitness_nobody_asked_for_is_refused(module):
    with pytest.raises(ValueError, match=r"ask returned|asked for"):
        module.tell(module.init(START, 0.2, 4), np.zeros((4, 3)), np.zeros(4))
