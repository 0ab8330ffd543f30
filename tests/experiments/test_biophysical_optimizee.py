"""The evolution strategy on a Morris-Lecar network as an optimizee: the same number of trials for all."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from gradfree import config
from gradfree.experiments.biophysical_network import NetworkProblem
from gradfree.experiments.biophysical_optimizee import EvolutionOnNetwork
from gradfree.randomness import Stream

ROOT = Path(__file__).parents[2]
STREAM = Stream(1, ("l2l", "test"))


@pytest.fixture(scope="module")
def settings():
    """Those of the smoke scale."""
    return config.read(ROOT, "smoke").l2l.optimizees["morris-lecar"].settings


@pytest.fixture
def made(settings):
    return EvolutionOnNetwork({}, **settings)


@pytest.mark.parametrize("n_pairs", [2, 3, 8, 32])
def test_a_run_simulates_the_trials_of_the_budget_whatever_its_population(made, n_pairs):
    run = made.run({"n_pairs": n_pairs}, STREAM, "validation")
    per_step = 2 * n_pairs * made.training["batch_size"]
    assert made.simulations - per_step < int(run["forward_simulations"][-1]) <= made.simulations
    assert int(run["backward_simulations"][-1]) == 0


def test_a_population_beyond_the_budget_is_refused(made):
    with pytest.raises(ValueError, match="66 members exceed the budget of 256 with one step"):
        made.config({"n_pairs": 33}, "validation")


def test_genes_reach_the_training_and_the_other_task_is_trained_with_them_too(made):
    genes = {"sigma": 0.3, "learning_rate": 0.1, "n_pairs": 4}
    searched, other = made.config(genes, "validation"), made.config(genes, "memory")
    for found in (searched, other):
        assert (found.sigma, found.learning_rate, found.n_members, found.optimizer) == (0.3, 0.1, 8, "es")
    assert (searched.task, searched.n_delay) == ("integration", 0)
    assert (other.task, other.n_delay) == ("memory", made.memory["n_delay"])


def test_fitness_is_minus_the_error_of_the_trained_weights_on_trials_that_no_step_saw(made):
    run = made.run({"n_pairs": 4}, STREAM, "validation")
    problem = NetworkProblem(made.config({"n_pairs": 4}, "validation"), STREAM)
    scored = problem.evaluate(run["parameters"].values)
    assert float(run["fitness"]) == pytest.approx(scored["validation_accuracy_percent"] - 100)
    shown = [problem.batch(STREAM, step).start_v for step in range(run.sizes["iteration"])]
    assert not np.isin(problem.validation.start_v, np.concatenate(shown)).any()


def test_runs_differ_in_weights_by_their_stream_only(made):
    one, again, other = (made.run({"n_pairs": 4}, stream, "test") for stream in (STREAM, STREAM, STREAM.child("x")))
    np.testing.assert_array_equal(one["parameters"], again["parameters"])
    assert not np.array_equal(one["parameters"], other["parameters"])


def test_it_refuses_to_go_on_from_another_run(made):
    with pytest.raises(ValueError, match="carry_over: no two runs share a network"):
        made.run({}, STREAM, "validation", start=xr.Dataset())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"training": {"n_neuron": 3}}, "training and memory: unknown keys n_neuron"),
        ({"simulations": 3}, "exceed the budget of 3 with one step"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, change, message):
    with pytest.raises(ValueError, match=message):
        EvolutionOnNetwork({}, **{**settings, **change})
