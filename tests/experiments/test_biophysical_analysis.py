"""One neuron that is turned off, growth of derivatives, and the map of success."""

import numpy as np
import pytest

from gradfree import config
from gradfree.experiments import (
    biophysical_spiral,
    biophysical_stability,
    biophysical_success,
    biophysical_sweep,
    biophysical_turnoff,
    biophysical_vanishing,
)
from gradfree.experiments.biophysical_network import network_of
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.slopes import along_random_directions
from gradfree.randomness import Stream
from gradfree.settings.biophysical_networks import Stability, Success, TurnOff
from gradfree.settings.biophysical_odes import Vanishing

STREAM = Stream(3, ("biophysical", "analysis")).child("seed", 0)


@pytest.fixture(scope="module")
def chapter(request):
    return config.read(request.config.rootpath, "smoke").biophysical


@pytest.fixture(scope="module")
def turned(chapter):
    block = chapter.training("turnoff", "turnoff").model_dump()
    block |= {"starts": [0.4, 1.0], "iterations": 30, "n_members": 100, "training_ms": 200.0, "n_weights": 2001}
    return biophysical_turnoff.run(TurnOff(**block), STREAM)


def test_the_exact_derivative_of_the_landscape_is_its_slope(turned):
    level, slope = turned["mean_v"].isel(duration=0).values, turned["mean_v_slope"].isel(duration=0).values
    numeric = np.gradient(level, turned["weight"].values)
    smooth = slice(1700, -1)  # beyond the block of spiking nothing jumps
    np.testing.assert_allclose(numeric[smooth], slope[smooth], rtol=0.01)


def test_the_strategy_turns_the_neuron_off_and_exact_descent_does_not(turned):
    """Published: from 0.178, near W = 0.4, the strategy arrives at zero; near W = 1 exact descent never learns."""
    ends = turned["loss_path"].sel(objective="mean_output").isel(iteration=-1)
    assert ends.sel(optimizer="es", start=0.4) < 0.02
    assert ends.sel(optimizer="bp", start=1.0) > 0.25


def test_both_descents_begin_at_the_same_weights_and_losses(turned):
    first = turned["loss_path"].isel(iteration=0)
    np.testing.assert_array_equal(first.sel(optimizer="es"), first.sel(optimizer="bp"))


def test_a_number_of_spikes_has_no_slope_to_descend_on(turned):
    path = turned["weight_path"].sel(optimizer="bp", objective="spikes")
    assert (path == path.isel(iteration=0)).all()


@pytest.fixture(scope="module")
def growth(chapter):
    block = chapter.training("stability", "duration").model_dump()
    block |= {"values": [1, 59], "n_draws": 3, "n_directions": 8}
    block["network"] |= {"n_neurons": 32, "batch_size": 16}
    return biophysical_stability.run(Stability(**block), STREAM)


def test_gradients_of_long_trials_are_larger_and_no_longer_slopes_of_the_smoothed_loss(growth):
    norms, cosines = growth["recurrent_gradient_norm"].median("draw"), growth["cosine"].median("draw")
    assert norms[1] > 10 * norms[0]
    assert cosines[0] > 0.8 > cosines[1]


def test_stiffness_is_seen_along_the_orbit(chapter):
    block = chapter.training("stability", "stiffness")
    thick, thin = (biophysical_stability.orbit_growth(network_of(block.changed(c)).kind, 60.0) for c in (20.0, 1.0))
    assert thin.max() > 5 * thick.max() > 0 and thin.min() < thick.min() < 0


@pytest.fixture
def success(chapter):
    return Success(**chapter.training("success", "success-duration").model_dump() | {"values": [1, 2]})


def test_a_place_of_the_map_is_the_training_of_its_settings(success):
    from gradfree.experiments import biophysical_network

    found = biophysical_success.run(success, STREAM)
    one = biophysical_network.run(success.changed(2, 0.02, 1.0), STREAM)["validation_accuracy_percent"][-1]
    assert found["validation_accuracy_percent"].sel(value=2, learning_rate=0.02, clip_norm=1.0) == one
    assert found["validation_accuracy_percent"].shape == (2, 2, 2) and np.isfinite(found["failed_share"]).all()


def test_a_map_that_was_killed_goes_on(success, tmp_path, monkeypatch):
    whole, train, seen = biophysical_success.run(success, STREAM), biophysical_success._train, []

    def mortal(block, stream):
        seen.append(block)
        if len(seen) == 4:
            raise KeyboardInterrupt
        return train(block, stream)

    monkeypatch.setattr(biophysical_success, "_train", mortal)
    with pytest.raises(KeyboardInterrupt):
        biophysical_success.run(success, STREAM, Checkpoints(tmp_path, "x", 0))
    resumed = biophysical_success.run(success, STREAM, Checkpoints(tmp_path, "x", 1e9))
    assert len(seen) == 9  # one place of eight was begun twice
    assert whole.equals(resumed)


@pytest.fixture
def relaxing(chapter):
    block = chapter.training("vanishing", "vanishing-pollu").model_dump() | {"scheme": "implicit_euler"}
    return lambda rate: biophysical_vanishing.RelaxingProblem(Vanishing(**block), rate, STREAM)


def test_relaxation_is_slowed_by_the_schemes_stability_function_and_so_is_its_gradient(relaxing):
    """With weights of zero each step of implicit Euler shrinks the distance to the goal b by 1 / (1 + rate h)."""
    problem = relaxing(50.0)
    parameters, goal = problem.start.copy(), 2.0
    parameters[problem.groups["weights"]] = 0
    parameters[problem.mlp.n_parameters - problem.mlp.sizes[-1] * 11 + 10 : problem.mlp.n_parameters : 11] = goal
    h, n = problem.times[1], np.arange(len(problem.times))
    shrinking = (1 + 50.0 * h) ** -n[:, None]
    assert problem.losses(parameters[None])[0] == pytest.approx(
        np.abs(goal * (1 - shrinking) - problem.expected).mean(), rel=1e-8
    )
    slopes = goal * n[:, None] * (1 + 50.0 * h) ** -(n[:, None] + 1) * 50.0 * h  # by the logarithm of the rate
    signs = np.sign(goal * (1 - shrinking) - problem.expected)
    np.testing.assert_allclose(
        problem.gradient(parameters)[problem.groups["rates"]], (signs * slopes).mean(0) / 20, rtol=1e-6
    )


def test_gradients_by_rates_vanish_as_their_inverse_for_exact_and_smoothed_losses_and_those_by_weights_do_not(chapter):
    block = chapter.training("vanishing", "vanishing-pollu").model_dump()
    block |= {"values": [1e5, 1e6], "n_directions": 4, "iterations": 1}
    found = biophysical_vanishing.run(Vanishing(**block), STREAM).sel(snapshot="before training")
    for quantity in ("exact_norm", "exact_slope", "smooth_slope"):
        ratios = found[quantity].isel(value=0) / found[quantity].isel(value=1)
        assert ratios.sel(group="rates") == pytest.approx(10, rel=0.01)
        assert ratios.sel(group="weights") == pytest.approx(1, rel=0.01)


def test_slopes_along_random_directions_are_exact_where_the_loss_is_linear():
    slope, rng = np.array([1.0, -2.0, 0.5, 3.0]), np.random.default_rng(0)
    exact, smooth = along_random_directions(lambda x: x @ slope, np.ones(4), slope, slice(1, 3), 0.3, 5, rng)
    np.testing.assert_allclose(smooth, exact)
    assert (np.abs(exact) <= np.linalg.norm(slope[1:3]) + 1e-12).all()


def test_a_place_of_the_sweep_is_the_training_with_its_samples_and_sigma(chapter, tmp_path):
    block = chapter.training("sweep", "samples")
    found = biophysical_sweep.run(block, STREAM)["validation_loss"]
    training = block.training.model_copy(update={"n_members": 4, "sigma": 0.1})
    alone = biophysical_spiral.run(training, STREAM)["validation_loss"].values[-1]
    assert found.sel(samples=4, sigma=0.1) == alone
    assert np.unique(found).size == found.size == 4


def test_a_sweep_that_was_killed_goes_on(chapter, tmp_path, monkeypatch):
    block = chapter.training("sweep", "samples")
    whole, problem, seen = biophysical_sweep.run(block, STREAM), biophysical_sweep.SpiralProblem, []

    def mortal(training, stream):
        seen.append(training)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return problem(training, stream)

    monkeypatch.setattr(biophysical_sweep, "SpiralProblem", mortal)
    with pytest.raises(KeyboardInterrupt):
        biophysical_sweep.run(block, STREAM, Checkpoints(tmp_path, "x", 0))
    assert whole.equals(biophysical_sweep.run(block, STREAM, Checkpoints(tmp_path, "x", 1e9)))
    assert len(seen) == 5  # one place of four was begun twice
