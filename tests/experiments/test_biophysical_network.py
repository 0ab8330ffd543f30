"""Networks as problems: their gradients are those of finite differences, and comparisons between trainers are fair."""

import numpy as np
import pytest

from gradfree import config
from gradfree.experiments import biophysical_network as experiment
from gradfree.randomness import Stream
from gradfree.settings.biophysical_networks import NetworkTraining

STREAM = Stream(3, ("biophysical", "network")).child("seed", 0)
SMALL = {"n_words": 2, "n_neurons": 6, "batch_size": 5, "n_validation": 12, "iterations": 4, "evaluate_every": 2}
SMALL |= {"n_members": 6}


@pytest.fixture(scope="module")
def chapter(request):
    return config.read(request.config.rootpath).biophysical


def block(chapter, setting: str = "es", **changes) -> NetworkTraining:
    found = chapter.training("network", setting).model_dump()
    return NetworkTraining(**{**found, **SMALL, **changes})


def slopes(problem, batch, indices, h=2e-3) -> np.ndarray:
    """Central differences of the loss along single parameters."""
    steps = np.zeros((len(indices), len(problem.start)), np.float32)
    steps[np.arange(len(indices)), indices] = h
    up, down = (problem.losses(problem.start + sign * steps, batch).astype(float) for sign in (1, -1))
    return (up - down) / (2 * h)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_backpropagation_gives_the_slope_of_the_loss(chapter, precision):
    problem = experiment.NetworkProblem(block(chapter, precision=precision), STREAM)
    batch = problem.batch(STREAM, 0)
    loss, found = problem.gradient(problem.start, batch)
    assert loss == pytest.approx(problem.losses(problem.start[None], batch)[0], rel=1e-5)
    largest = np.argsort(-np.abs(found))[:8]
    np.testing.assert_allclose(slopes(problem, batch, largest), found[largest], rtol=0.02)


def test_the_exact_step_of_the_readout_follows_the_slope_of_the_loss(chapter):
    problem = experiment.NetworkProblem(block(chapter), STREAM)
    batch = problem.batch(STREAM, 0)
    _, place, found = problem.readout_gradient(problem.start, batch)
    np.testing.assert_allclose(slopes(problem, batch, place), found, rtol=0.02, atol=1e-4)
    np.testing.assert_allclose(problem.gradient(problem.start, batch)[1][place], found, rtol=1e-3, atol=1e-6)


def test_all_trainers_of_a_seed_get_the_same_start_trials_and_validation(chapter):
    problems = [experiment.NetworkProblem(block(chapter, x), STREAM) for x in ("es", "bp-published", "readout-only")]
    for other in problems[1:]:
        np.testing.assert_array_equal(problems[0].start, other.start)
        for name in ("words", "labels", "start_v"):
            mine, theirs = (getattr(each.batch(STREAM, 7), name) for each in (problems[0], other))
            np.testing.assert_array_equal(mine, theirs)
            np.testing.assert_array_equal(getattr(problems[0].validation, name), getattr(other.validation, name))


def test_trials_are_never_shown_twice_and_validation_trials_are_others(chapter):
    problem = experiment.NetworkProblem(block(chapter), STREAM)
    starts = [problem.batch(STREAM, i).start_v for i in range(3)] + [problem.validation.start_v[:5]]
    assert len({start.tobytes() for start in starts}) == 4


def test_without_recurrence_the_recurrent_weights_are_zero(chapter):
    problem = experiment.NetworkProblem(block(chapter, "no-recurrence"), STREAM)
    assert (problem.start[problem.network.slices["recurrent"]] == 0).all()
    found = experiment.run(problem.config, STREAM)["parameters"].values
    assert (found[problem.network.slices["recurrent"]] == 0).all()
    assert (found[problem.network.slices["input"]] != problem.start[problem.network.slices["input"]]).any()


def test_settings_of_the_ladder_train_what_their_names_say(chapter):
    def moved(setting: str) -> set[str]:
        problem = experiment.NetworkProblem(block(chapter, setting), STREAM)
        ends = experiment.run(problem.config, STREAM)["parameters"].values
        return {name for name, place in problem.network.slices.items() if (ends[place] != problem.start[place]).any()}

    assert moved("readout-only") == {"readout"}
    assert moved("es-reservoir") == moved("bp-reservoir") == moved("es-published") == {"input", "readout"}
    assert moved("es") == moved("es-joint") == moved("bp") == {"input", "recurrent", "readout"}
    assert moved("es-published-recurrent") == {"input", "recurrent", "readout"}


def test_counted_spikes_and_errors_have_no_slope(chapter):
    for loss in ("spike_counts", "errors"):
        problem = experiment.NetworkProblem(block(chapter, "bp-spikes", loss=loss), STREAM)
        assert (problem.gradient(problem.start, problem.batch(STREAM, 0))[1] == 0).all()


def test_the_share_of_errors_is_that_of_wrong_answers_and_failures_stay_failures(chapter):
    problem = experiment.NetworkProblem(block(chapter, loss="errors"), STREAM)
    scores = np.array([[[2.0, 1, 0], [0, 1, 2], [0, 3, 1], [1, 0, 0]]])
    assert problem.loss(scores, np.array([0, 0, 1, 0])) == pytest.approx([0.25])
    assert np.isnan(problem.loss(scores * np.nan, np.array([0, 0, 1, 0]))).all()


def test_spikes_are_counted_in_three_groups_of_neighbors():
    np.testing.assert_array_equal(experiment.grouped(np.arange(7.0)[None], 3), [[1, 5, 9]])


def test_cross_entropy_is_that_of_torch_and_does_not_overflow():
    import torch

    scores, labels = 300 * np.random.default_rng(0).standard_normal((20, 3)), np.arange(20) % 3
    expected = torch.nn.functional.cross_entropy(torch.from_numpy(scores), torch.from_numpy(labels))
    assert experiment.cross_entropy(scores, labels) == pytest.approx(expected.item())


def test_times_that_do_not_fit_the_step_are_refused(chapter):
    with pytest.raises(ValueError, match=r"word_ms 10 must be a whole number.*of 0\.3 ms"):
        experiment.network_of(block(chapter, dt_ms=0.3))


def test_initial_input_weights_have_the_wanted_deviation(chapter):
    problem = experiment.NetworkProblem(block(chapter, "es-synapses"), STREAM)
    published = experiment.NetworkProblem(block(chapter, "es"), STREAM)
    place = problem.network.slices["input"]
    assert problem.start[place].std() == pytest.approx(1.6, rel=0.1) and problem.start.dtype == published.start.dtype
    np.testing.assert_array_equal(np.delete(problem.start, place), np.delete(published.start, place))
