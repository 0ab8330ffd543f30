"""How the champion of an evolution is chosen and tested."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from gradfree import config
from gradfree.experiments import ant_evolution, ant_tests
from gradfree.randomness import Stream
from gradfree.settings.ant_runs import Tests as Settings
from gradfree.settings.ants import Colony, Trial

CONFIG = config.read(Path(__file__).parents[2], "smoke").ants.run("impaired").model_copy(update={"initial_pool": 40})
COLONY = Colony(trial=Trial(ticks=200))
TESTS = Settings(n_candidates=2, n_validation=3, n_trials=4)
WORLDS = Stream(5, ("ants", "worlds"))
BRAINS = ant_evolution.random_genomes(CONFIG, np.random.default_rng(0))


def fitness(genomes: np.ndarray, purpose: str, n: int) -> np.ndarray:
    """Mean over worlds (genome,), simulated one genome after the other."""
    condition, found = CONFIG.testing(COLONY), ant_tests.worlds(COLONY, WORLDS, purpose, n)
    return np.array([ant_tests.trials(condition, genome[None], found).fitness.mean() for genome in genomes])


@pytest.fixture(scope="module")
def ranked() -> np.ndarray:
    """Random brains, the best in the validation worlds first."""
    return BRAINS[np.argsort(-fitness(BRAINS, "validation", TESTS.n_validation))]


def chosen(champions: np.ndarray, population: np.ndarray, tests: Settings = TESTS) -> xr.Dataset:
    """Champions of generations 0, 10, 20, … and the population of the generation after the last."""
    chunk = xr.Dataset(
        {
            "champion": (("champion_of", "parameter"), champions),
            "population": (("individual", "parameter"), population),
        },
        {"champion_of": 10 * np.arange(len(champions)), "generation": [10 * len(champions)]},
    )
    return ant_tests.run(CONFIG, COLONY, tests, [chunk], WORLDS)


def test_the_best_of_the_last_champions_in_validation_is_the_champion(ranked):
    found = chosen(ranked[[0, 20, 3, 39]], np.repeat(ranked[-1:], 8, axis=0))
    np.testing.assert_array_equal(found["champion"], ranked[3])  # the best of all is too old to compete
    assert (found["champion_of"], found["champion_is_mean"]) == (20, 0)
    assert found["candidate_of"].values.tolist() == [20, 30, 40]


def test_the_mean_genome_of_the_last_population_competes_too(ranked):
    away = np.random.default_rng(1).normal(0, 0.5, (4, ranked.shape[1]))
    away[:, ranked.shape[1] // 2 :] = 0  # delays stay within their bounds
    found = chosen(ranked[[39, 38]], np.concatenate([ranked[0] + away, ranked[0] - away]))
    np.testing.assert_allclose(found["champion"], ranked[0], rtol=1e-12)
    assert (found["champion_of"], found["champion_is_mean"]) == (20, 1)


def test_the_champion_is_tested_in_worlds_of_their_own(ranked):
    found = chosen(ranked[[30, 0]], ranked[-8:])
    tested = found["test_fitness"].mean("test_trial")
    assert tested.sel(condition="intact") == pytest.approx(fitness(ranked[:1], "test", TESTS.n_trials)[0])
    assert tested.sel(condition="untrained") == pytest.approx(fitness(ranked[30:31], "test", TESTS.n_trials)[0])


def test_test_worlds_choose_nothing(ranked):
    few, many = (chosen(ranked[[5, 6]], ranked[-8:], TESTS.model_copy(update={"n_trials": n})) for n in (2, 6))
    np.testing.assert_array_equal(few["champion"], many["champion"])
    np.testing.assert_array_equal(few["test_fitness"], many["test_fitness"][:, :2])
