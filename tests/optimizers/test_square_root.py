"""The square-root filter against the exact linear Gaussian posterior."""

import numpy as np
import pytest

from gradfree.optimizers import enkf, square_root

N_PARAMETERS, N_MEMBERS = 5, 12
RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(8, 2, N_PARAMETERS))
OBSERVATIONS = RNG.normal(size=(8, 2))
NOISE = np.array([[0.5, 0.1], [0.1, 0.3]])


def prior() -> np.ndarray:
    return RNG.normal(size=(N_MEMBERS, N_PARAMETERS)) + 1


def predict(ensemble, batch=slice(None)) -> np.ndarray:
    return np.einsum("jp,bop->jbo", ensemble, IMAGES[batch])


def posterior(ensemble) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of a Gaussian with the mean and covariance of the ensemble, given all images."""
    covariance = np.cov(ensemble.T, bias=True)
    precision = np.linalg.inv(covariance)
    information = precision @ ensemble.mean(axis=0)
    for matrix, observation in zip(IMAGES, OBSERVATIONS, strict=True):
        precision = precision + matrix.T @ np.linalg.solve(NOISE, matrix)
        information = information + matrix.T @ np.linalg.solve(NOISE, observation)
    return np.linalg.solve(precision, information), np.linalg.inv(precision)


def assert_has(ensemble, mean, covariance) -> None:
    np.testing.assert_allclose(ensemble.mean(axis=0), mean)
    np.testing.assert_allclose(np.cov(ensemble.T, bias=True), covariance, atol=1e-10)


def test_mean_and_covariance_are_those_of_the_posterior():
    ensemble = prior()
    assert_has(square_root.update(ensemble, predict(ensemble), OBSERVATIONS, NOISE), *posterior(ensemble))


@pytest.mark.parametrize("size", [1, 3, 4])
def test_batches_one_after_the_other_give_what_all_at_once_gives(size):
    ensemble = moved = prior()
    for start in range(0, 8, size):
        batch = slice(start, start + size)
        moved = square_root.update(moved, predict(moved, batch), OBSERVATIONS[batch], NOISE)
    assert_has(moved, *posterior(ensemble))


def test_the_mean_moves_as_in_the_joint_filter_whose_spread_falls_further():
    ensemble = prior()
    own = square_root.update(ensemble, predict(ensemble), OBSERVATIONS, NOISE)
    joint = enkf.update(ensemble, predict(ensemble), OBSERVATIONS, NOISE, "joint")
    np.testing.assert_allclose(own.mean(axis=0), joint.mean(axis=0))
    assert (joint.std(axis=0) < own.std(axis=0)).all() and (own.std(axis=0) < ensemble.std(axis=0)).all()


def test_members_stay_in_the_affine_span_of_the_ensemble():
    few = prior()[:3]
    moved = square_root.update(few, predict(few), OBSERVATIONS, NOISE)
    directions = np.linalg.qr((few - few.mean(axis=0))[:2].T)[0]
    change = moved - few.mean(axis=0)
    np.testing.assert_allclose(change @ directions @ directions.T, change, atol=1e-10)


def test_a_failed_member_stays_and_moves_nobody():
    ensemble = prior()
    predictions = predict(ensemble)
    predictions[4, 1, 0] = np.nan
    rest = np.arange(N_MEMBERS) != 4
    moved = square_root.update(ensemble, predictions, OBSERVATIONS, NOISE)
    np.testing.assert_array_equal(moved[4], ensemble[4])
    alone = square_root.update(ensemble[rest], predictions[rest], OBSERVATIONS, NOISE)
    np.testing.assert_allclose(moved[rest], alone)
    everyone = square_root.update(ensemble, np.full_like(predictions, np.nan), OBSERVATIONS, NOISE)
    np.testing.assert_array_equal(everyone, ensemble)
