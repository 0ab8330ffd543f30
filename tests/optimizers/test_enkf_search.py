"""The EnKF behind init, ask, tell: without remedies it is the bare update; each remedy does what it says."""

import numpy as np
import pytest
from test_enkf import problem

from gradfree.optimizers import enkf
from gradfree.optimizers import enkf_search as search
from gradfree.optimizers.enkf_search import Remedies

RNG = np.random.default_rng


def one_step(remedies, n_members=10, noise=0.01, form="sequential"):
    ensemble, predictions, observations, _ = problem(n_members, dtype=np.float32)
    state = search.SearchState(ensemble, np.zeros(30, np.float32), ensemble.mean(axis=0))
    population, state = search.ask(state, remedies, RNG(0))
    return population, search.tell(state, remedies, population, predictions, observations, noise, form)


@pytest.mark.parametrize("form", enkf.FORMS)
def test_without_remedies_one_step_is_one_update(form):
    ensemble, predictions, observations, noise = problem(10, dtype=np.float32)
    _, state = one_step(Remedies(), form=form)
    np.testing.assert_array_equal(state.ensemble, enkf.update(ensemble, predictions, observations, noise, form))
    np.testing.assert_allclose(state.averaged, state.ensemble.mean(axis=0), atol=1e-6)


def test_initial_members_have_the_requested_spread():
    assert search.init(RNG(0), 200, 100, 0.1).ensemble.std() == pytest.approx(0.1, rel=0.02)


def test_an_ensemble_to_be_redrawn_surrounds_one_network_instead_of_none():
    members = search.init(RNG(0), 200, 1000, 0.1, redraw_std=0.02).ensemble
    assert members.mean(axis=0).std() == pytest.approx(0.1, rel=0.1)
    assert (members - members.mean(axis=0)).std() == pytest.approx(0.02, rel=0.05)


def test_a_redrawn_ensemble_keeps_its_mean_and_has_the_requested_spread():
    mean = np.linspace(-1, 1, 500, dtype=np.float32)
    members = search.redraw(RNG(0), mean, 0.02, 40)
    np.testing.assert_allclose(members.mean(axis=0), mean, atol=1e-6)
    assert (members - mean).std() == pytest.approx(0.02, rel=0.02)
    assert search.redraw(RNG(0), mean, 0.02, 7).shape == (7, 500)


def test_inflation_multiplies_the_spread_and_leaves_the_mean():
    plain, inflated = one_step(Remedies())[1].ensemble, one_step(Remedies(inflation=1.5))[1].ensemble
    np.testing.assert_allclose(inflated.mean(axis=0), plain.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(inflated.std(axis=0), 1.5 * plain.std(axis=0), rtol=1e-4)


def test_half_a_step_moves_the_mean_half_the_way():
    start, _, _, _ = problem(10, dtype=np.float32)
    whole, half = one_step(Remedies())[1].ensemble, one_step(Remedies(step_size=0.5))[1].ensemble
    np.testing.assert_allclose(half.mean(axis=0) - start.mean(axis=0), (whole - start).mean(axis=0) / 2, atol=1e-5)


def test_momentum_repeats_the_last_step_when_the_next_update_does_nothing():
    remedies = Remedies(momentum=0.8)
    population, state = one_step(remedies)
    first_step = state.ensemble.mean(axis=0) - population.mean(axis=0)
    _, predictions, observations, _ = problem(10, dtype=np.float32)
    after = search.tell(state, remedies, state.ensemble, predictions, observations, 1e12, "sequential")
    np.testing.assert_allclose(after.ensemble.mean(axis=0) - state.ensemble.mean(axis=0), 0.8 * first_step, atol=1e-5)


def test_the_average_of_the_first_steps_is_their_plain_mean():
    remedies, means = Remedies(averaging=0.99), []
    ensemble, predictions, observations, _ = problem(10, dtype=np.float32)
    state = search.SearchState(ensemble, np.zeros(30, np.float32), ensemble.mean(axis=0))
    for _ in range(5):
        state = search.tell(state, remedies, state.ensemble, predictions, observations, 1.0, "sequential")
        means.append(state.ensemble.mean(axis=0))
    np.testing.assert_allclose(state.averaged, np.mean(means, axis=0), atol=1e-5)


def test_with_blocks_only_the_block_in_turn_varies_and_moves():
    remedies = Remedies(blocks=(slice(0, 10), slice(10, 30)))
    start, _, _, _ = problem(10, dtype=np.float32)
    population, state = one_step(remedies)
    assert np.ptp(population[:, 10:], axis=0).max() == 0 < np.ptp(population[:, :10], axis=0).min()
    np.testing.assert_array_equal(state.ensemble[:, 10:], start[:, 10:])
    assert not np.allclose(state.ensemble[:, :10], start[:, :10])


def test_adaptive_noise_is_a_multiple_of_the_innovation():
    _, predictions, observations, _ = problem(10, dtype=np.float32)
    level = search.mean_squared_innovation(predictions, observations)
    adapted, fixed = one_step(Remedies(adaptive_noise=3.0))[1], one_step(Remedies(), noise=3 * level)[1]
    np.testing.assert_allclose(adapted.ensemble, fixed.ensemble, rtol=1e-6)


def test_new_members_come_from_the_gaussian_of_the_ensemble_and_leavers_leave_the_others():
    ensemble = RNG(0).normal(size=(500, 3)).astype(np.float32) @ np.diag([1, 2, 3]).astype(np.float32) + 5
    state = search.SearchState(ensemble, np.zeros(3), ensemble.mean(axis=0))
    grown = search.resize(RNG(1), state, 4000).ensemble
    np.testing.assert_array_equal(grown[:500], ensemble)
    scale = np.outer([1, 2, 3], [1, 2, 3])
    five_standard_errors = 5 * np.sqrt(2 / 3500)
    np.testing.assert_allclose(np.cov(grown[500:].T) / scale, np.cov(ensemble.T) / scale, atol=five_standard_errors)
    shrunk = search.resize(RNG(1), state, 100).ensemble
    assert len(shrunk) == 100 and all((row == ensemble).all(axis=1).any() for row in shrunk)


def test_failed_members_are_replaced_and_if_almost_all_fail_it_says_so():
    ensemble = RNG(0).normal(size=(10, 4)).astype(np.float32)
    state = search.SearchState(ensemble, np.zeros(4), ensemble.mean(axis=0))
    failed = np.arange(10) < 3
    repaired = search.replace_failed(RNG(1), state, failed).ensemble
    np.testing.assert_array_equal(repaired[3:], ensemble[3:])
    assert np.isfinite(repaired).all() and not np.isclose(repaired[:3], ensemble[:3]).any()
    with pytest.raises(ValueError, match="9 of 10 members"):
        search.replace_failed(RNG(1), state, np.arange(10) < 9)
