"""The EnKF update against the published loop, against Kalman's theory, and its invariances."""

import numpy as np
import pytest
from published_enkf import published_update

from gradfree.optimizers import enkf


def problem(n_members, n_parameters=30, n_images=6, n_outputs=3, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    ensemble = rng.normal(0.3, 1.0, size=(n_members, n_parameters)).astype(dtype)
    forward = rng.normal(size=(n_images, n_outputs, n_parameters)) / 5
    predictions = np.tanh(np.einsum("bkd,jd->jbk", forward, ensemble)).astype(dtype)
    observations = np.eye(n_outputs)[rng.integers(n_outputs, size=n_images)].astype(dtype)
    return ensemble, predictions, observations, 0.01 * np.eye(n_outputs)


@pytest.mark.parametrize("n_members", [5, 17, 36, 200])  # fewer and more members than twice the 18 observations
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
def test_the_sequential_update_equals_the_published_loop_over_images(n_members, dtype, tolerance):
    arguments = problem(n_members, dtype=dtype)
    expected, found = published_update(*arguments), enkf.update(*arguments)
    assert found.dtype == dtype
    assert np.linalg.norm(found - expected) < tolerance * np.linalg.norm(expected)


def test_joint_and_sequential_agree_for_a_single_image():
    arguments = problem(20, n_images=1)
    np.testing.assert_allclose(enkf.update(*arguments, form="joint"), enkf.update(*arguments), rtol=1e-10)


def test_the_mean_approaches_the_kalman_posterior_of_a_linear_model_like_one_over_the_root_of_members():
    """Theory: mean = C Aᵀ (A C Aᵀ + noise)⁻¹ y for a N(0, C = I) prior (Bishop 2006, section 2.3.3)."""
    rng = np.random.default_rng(1)
    forward, observation = rng.normal(size=(4, 3)), rng.normal(size=4)
    noise = 0.5 * np.eye(4)
    posterior = forward.T @ np.linalg.solve(forward @ forward.T + noise, observation)
    sizes, errors = np.array([30, 300, 3000, 30000]), []
    for size in sizes:
        squared = []
        for _ in range(20):
            ensemble = rng.normal(size=(size, 3))
            moved = enkf.update(ensemble, (ensemble @ forward.T)[:, None], observation[None], noise, "joint")
            squared.append(np.sum((moved.mean(axis=0) - posterior) ** 2))
        errors.append(np.sqrt(np.mean(squared)))
    slope = np.polyfit(np.log(sizes), np.log(errors), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.1)


@pytest.mark.parametrize("form", enkf.FORMS)
def test_members_stay_in_the_affine_span_of_the_initial_ensemble(form):
    ensemble, *rest = problem(8)
    moved = enkf.update(ensemble, *rest, form=form)
    basis = ensemble[1:] - ensemble[0]
    residual = (moved - ensemble[0]) - (moved - ensemble[0]) @ np.linalg.pinv(basis) @ basis
    assert np.abs(residual).max() < 1e-9


@pytest.mark.parametrize("form", enkf.FORMS)
def test_the_update_commutes_with_affine_maps_of_the_parameters_and_with_permutations_of_the_members(form):
    ensemble, *rest = problem(12)
    rng = np.random.default_rng(2)
    matrix, shift, order = rng.normal(size=(30, 30)), rng.normal(size=30), rng.permutation(12)
    moved = enkf.update(ensemble, *rest, form=form)
    np.testing.assert_allclose(
        enkf.update(ensemble @ matrix + shift, *rest, form=form), moved @ matrix + shift, atol=1e-8
    )
    predictions, *others = rest
    np.testing.assert_allclose(
        enkf.update(ensemble[order], predictions[order], *others, form=form), moved[order], atol=1e-9
    )


@pytest.mark.parametrize("form", enkf.FORMS)
def test_with_infinite_noise_nothing_moves_and_identical_members_never_move(form):
    ensemble, predictions, observations, noise = problem(12)
    np.testing.assert_allclose(
        enkf.update(ensemble, predictions, observations, 1e15 * noise, form), ensemble, atol=1e-9
    )
    same = np.repeat(ensemble[:1], 12, axis=0)
    moved = enkf.update(same, np.repeat(predictions[:1], 12, axis=0), observations, noise, form)
    np.testing.assert_allclose(moved, same, atol=1e-12)


def test_with_vanishing_noise_a_linear_model_meets_the_observation():
    rng = np.random.default_rng(3)
    forward, observation, ensemble = rng.normal(size=(4, 30)), rng.normal(size=4), rng.normal(size=(50, 30))
    moved = enkf.update(ensemble, (ensemble @ forward.T)[:, None], observation[None], 1e-12 * np.eye(4), "joint")
    np.testing.assert_allclose(moved @ forward.T, np.broadcast_to(observation, (50, 4)), atol=1e-6)


@pytest.mark.parametrize("form", enkf.FORMS)
def test_a_member_without_finite_predictions_stays_and_moves_nobody(form):
    ensemble, predictions, observations, noise = problem(10)
    broken = predictions.copy()
    broken[3, 2, 1] = np.nan
    moved = enkf.update(ensemble, broken, observations, noise, form)
    others = np.arange(10) != 3
    np.testing.assert_array_equal(moved[3], ensemble[3])
    np.testing.assert_allclose(
        moved[others], enkf.update(ensemble[others], predictions[others], observations, noise, form)
    )


def test_shapes_that_do_not_fit_are_refused_with_what_was_found():
    ensemble, predictions, observations, noise = problem(10)
    with pytest.raises(ValueError, match=r"predictions \(10, 5, 3\)"):
        enkf.update(ensemble, predictions[:, :5], observations, noise)
    with pytest.raises(ValueError, match="at least 2 members"):
        enkf.update(ensemble[:1], predictions[:1], observations, noise)
