"""Evolution of ant brains: chains of chunks, kills, bounds, elites, and what an evaluation is."""

import numpy as np
import pytest
import xarray as xr
from mortal import Killed, Mortal

from gradfree.experiments import ant_evolution as evolution
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.models import ant_brain
from gradfree.randomness import Stream
from gradfree.settings.ant_evolution import Evolution
from gradfree.settings.ants import Colony
from gradfree.tasks.foraging import arena

STREAM = Stream(3, ("ants", "test"))
SMALL = {
    "n_seeds": 1, "generations": 6, "chunk_generations": 6, "variant": "corrected", "trials": 1, "ticks": 40,
    "units_per_pile_patch": 2, "smell": True, "n_hidden": 3, "n_dead_genes": 2, "n_individuals": 8, "initial_pool": 8,
    "n_elites": 2, "tournament_size": 4, "crossover_rate": 0.7, "blend_alpha": 0.5, "mutation_rate": 0.7,
    "gene_mutation_rate": 0.45, "mutation_std": 1.0, "weight_limit": 20.0, "champion_every": 1,
}  # fmt: skip


def settings(**changes: object) -> Evolution:
    return Evolution(**{**SMALL, **changes})


def run(config: Evolution, *arguments: object, **options: object) -> xr.Dataset:
    return evolution.run(config, Colony(), STREAM, *arguments, **options)


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    return run(settings())


def test_a_chain_of_chunks_gives_the_numbers_of_one_run(whole):
    config = settings(chunk_generations=2)
    chain = [run(config)]
    for chunk in (1, 2):
        chain.append(run(config, chunk, chain[-1]))
    for name in evolution.PER_INDIVIDUAL:
        np.testing.assert_array_equal(np.concatenate([part[name] for part in chain]), whole[name], err_msg=name)
    np.testing.assert_array_equal(chain[-1]["population"], whole["population"])
    np.testing.assert_array_equal(np.concatenate([part["champion"] for part in chain]), whole["champion"])
    assert np.concatenate([part["generation"] for part in chain]).tolist() == list(range(6))


def test_more_generations_or_seeds_leave_the_block_of_a_chunk_as_it_is():
    longer = settings(chunk_generations=2, generations=60, n_seeds=9)
    assert longer.of_a_chunk() == settings(chunk_generations=2).of_a_chunk()


@pytest.mark.parametrize("lives", [1, 4])
def test_a_killed_chunk_goes_on_and_ends_with_the_same_numbers(whole, tmp_path, lives):
    with pytest.raises(Killed):
        run(settings(), checkpoints=Mortal(tmp_path, lives))
    xr.testing.assert_identical(run(settings(), checkpoints=Checkpoints(tmp_path, "key")), whole)


def test_genes_are_finite_within_their_bounds_and_some_lie_on_them(whole):
    weights, delays = np.split(whole["population"].values, 2, axis=1)
    assert np.isfinite(whole["champion"]).all()
    assert np.abs(weights).max() == 20 and delays.min() == 1 and 6 < delays.max() <= 7


def test_the_best_two_stay_as_the_last_two_of_the_next_generation():
    config = settings(chunk_generations=1, generations=1)
    first = run(config)
    second = run(config, 1, first)
    order = np.argsort(-first["fitness"].values[-1], kind="stable")[:2]
    np.testing.assert_array_equal(second["population"].values[-2:], first["population"].values[order])


def test_generation_zero_is_random_with_whole_delays_from_one_to_six():
    first = run(settings(chunk_generations=1, generations=1, n_individuals=40, initial_pool=40))
    weights, delays = np.split(first["population"].values, 2, axis=1)
    assert np.unique(delays).tolist() == [1, 2, 3, 4, 5, 6]
    assert abs(weights.mean()) < 1 and weights.std() == pytest.approx(40 / np.sqrt(12), rel=0.05)


def test_a_pool_gives_its_best_and_leaves_out_ants_that_never_move():
    config = settings(n_individuals=4, n_elites=0, initial_pool=60, chunk_generations=1, generations=1)
    pool = evolution.random_genomes(config, STREAM.generator("population"))
    found = run(config)["population"].values
    fitness = evolution.evaluate(config, Colony(), pool, STREAM.child("pool"))["fitness"]
    np.testing.assert_array_equal(found, pool[np.argsort(-fitness, kind="stable")[:4]])


def test_in_common_worlds_equal_brains_are_equally_fit_and_in_worlds_of_their_own_they_are_not():
    brain = evolution.random_genomes(settings(ticks=200), np.random.default_rng(5))[[3, 3, 3]]
    for variant, distinct in (("corrected", 1), ("published", 3)):
        config = settings(variant=variant, ticks=200)
        fitness = evolution.evaluate(config, Colony(), brain, STREAM)["fitness"]
        assert len(np.unique(fitness)) == distinct, variant


def test_the_fitness_of_several_trials_is_the_mean_over_worlds_that_all_share():
    config = settings(ticks=100, trials=3)
    population = evolution.random_genomes(config, np.random.default_rng(6))
    found = evolution.evaluate(config, Colony(), population, STREAM)["fitness"]
    training = config.training(Colony())
    single = [
        evolution.forage(training, population, arena.draw(training.arena, training.trial, [rng])[[0] * 8]).fitness
        for rng in (STREAM.generator("trial", trial) for trial in range(3))
    ]
    np.testing.assert_allclose(found, np.mean(single, axis=0), rtol=1e-12)
    assert np.ptp(single, axis=0).max() > 0


def test_diversity_falls_as_a_population_converges():
    found = run(settings(generations=12, chunk_generations=12))
    assert found["weight_std"].values[-1] < 0.5 * found["weight_std"].values[0]
    assert found["weight_std"].values[0] == pytest.approx(40 / np.sqrt(12), rel=0.1)


def test_an_evolution_without_smell_trains_and_is_tested_without_smell():
    config = settings(smell=False, n_hidden=10, n_dead_genes=0, ticks=70)
    training, testing = config.training(Colony()), config.testing(Colony())
    assert not training.senses.smell and not testing.senses.smell
    assert (training.trial.ticks, testing.trial.ticks, training.brain.n_hidden) == (70, 2000, 10)
    assert evolution.n_genes(config) == 250 == ant_brain.n_synapses(10)


@pytest.mark.parametrize(("chunk", "before"), [(1, None), (2, 0), (1, 1)])
def test_a_chunk_without_the_one_before_is_refused(chunk, before):
    config = settings(chunk_generations=1, generations=1)
    previous = None if before is None else run(config).assign_coords(generation=[2 * before])
    with pytest.raises(ValueError, match=f"starts with generation {chunk} needs the one before"):
        run(config, chunk, previous)


def test_a_genome_that_is_not_finite_is_refused_and_enters_no_population():
    config = settings()
    genomes = evolution.random_genomes(config, np.random.default_rng(7))
    genomes[2, 5] = np.nan
    with pytest.raises(ValueError, match="brain 2 hold nan at gene 5: expected finite"):
        evolution.evaluate(config, Colony(), genomes, STREAM)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_individuals": 9}, "n_individuals 9 minus n_elites 2 is odd"),
        ({"n_elites": 8}, "n_elites 8 leaves no offspring"),
        ({"generations": 7}, "generations 7 is no multiple of chunk_generations 6"),
        ({"champion_every": 4}, "chunk_generations 6 is no multiple of champion_every 4"),
        ({"initial_pool": 5}, "initial_pool 5 is smaller than n_individuals 8"),
        ({"crossover_rate": 1.5}, "less than or equal to 1"),
        ({"variant": "correct"}, "'published' or 'corrected'"),
    ],
)
def test_impossible_settings_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        settings(**changes)
