"""Random search around a point and the cross-entropy method: what they find, and whom they believe."""

import numpy as np
import pytest

from gradfree.optimizers import cross_entropy, gaussian_search

OPTIMUM = np.linspace(-1, 1, 8)


def fitness_of(population):
    return -np.square(population - OPTIMUM).sum(axis=1)


def search(module, state, n_generations, fail_every=0):
    for generation in range(n_generations):
        population, state = module.ask(state, np.random.default_rng(generation))
        fitness = fitness_of(population)
        if fail_every:
            fitness[::fail_every] = np.nan
        state = module.tell(state, population, fitness)
    return state


def test_the_cross_entropy_method_finds_the_optimum_to_its_extra_noise_and_random_search_does_not():
    found = search(cross_entropy, cross_entropy.init(np.zeros(8), 1.0, 60), 60).mean
    champion = search(gaussian_search, gaussian_search.init(np.zeros(8), 1.0, 60), 60).champion
    assert fitness_of(found[None]) > -0.02 > -0.1 > fitness_of(champion[None])


def test_a_smoothed_step_is_the_weighted_mean_of_past_and_elite():
    state = cross_entropy.init(np.zeros(2), 2.0, 20, elite_share=0.1, smoothing=0.25, extra_std=0.0)
    population = np.arange(40.0).reshape(20, 2)
    moved = cross_entropy.tell(state, population, population[:, 0])
    elite = population[-2:]
    np.testing.assert_allclose(moved.mean, 0.75 * elite.mean(axis=0))
    np.testing.assert_allclose(moved.std, 0.25 * 2 + 0.75 * elite.std(axis=0))


def test_the_champion_is_the_best_of_all_generations_and_shown_again():
    state, best = gaussian_search.init(np.zeros(8), 1.0, 10), -np.inf
    for generation in range(20):
        population, state = gaussian_search.ask(state, np.random.default_rng(generation))
        assert (population[0] == state.champion.astype(np.float32)).all() and len(population) == 10
        state = gaussian_search.tell(state, population, fitness_of(population))
        best = max(best, fitness_of(population).max())
        assert fitness_of(state.champion[None])[0] == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("module", [cross_entropy, gaussian_search])
def test_failed_members_win_nothing_and_a_generation_of_failures_changes_nothing(module):
    state = module.init(np.zeros(8), 1.0, 30)
    population, state = module.ask(state, np.random.default_rng(0))
    population[3] = 1e6
    fitness = fitness_of(population)
    fitness[3] = np.nan
    moved = module.tell(state, population, fitness)
    center = moved.mean if module is cross_entropy else moved.champion
    assert np.abs(center).max() < 10
    assert module.tell(state, population, np.full(30, np.nan)) is state
