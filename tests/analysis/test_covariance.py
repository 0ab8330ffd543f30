"""Covariances of ensembles against plain definitions, and what theory says of them."""

import numpy as np
import pytest

from gradfree.analysis import covariance as c

RNG = np.random.default_rng(0)
ENSEMBLE, OUTPUTS = RNG.normal(size=(12, 40)), RNG.random((12, 5, 3))


def test_covariances_are_the_means_of_products_of_deviations():
    found, cross = c.prediction_covariance(OUTPUTS), c.cross_covariance(ENSEMBLE, OUTPUTS)
    for image in range(5):
        np.testing.assert_allclose(found[image], np.cov(OUTPUTS[:, image].T, bias=True))
    both = np.cov(np.column_stack([ENSEMBLE, OUTPUTS.mean(axis=1)]).T, bias=True)
    np.testing.assert_allclose(cross, both[:40, 40:])


def test_outputs_that_sum_to_one_lose_a_rank():
    assert c.numerical_rank(c.prediction_covariance(OUTPUTS)).tolist() == [3] * 5
    simplex = OUTPUTS / OUTPUTS.sum(axis=-1, keepdims=True)
    assert c.numerical_rank(c.prediction_covariance(simplex)).tolist() == [2] * 5


def test_singular_values_are_those_of_the_anomalies_and_one_is_zero():
    expected = np.linalg.svd(ENSEMBLE - ENSEMBLE.mean(axis=0), compute_uv=False)
    np.testing.assert_allclose(c.singular_values(ENSEMBLE), expected, atol=1e-6)
    assert c.singular_values(ENSEMBLE)[-1] < 1e-6


@pytest.mark.parametrize(("strengths", "rank"), [([2, 2, 2, 2], 4), ([3, 0, 0], 1), ([0, 0], 0)])
def test_the_effective_rank_counts_equal_directions(strengths, rank):
    assert c.effective_rank(np.array(strengths, float)) == pytest.approx(rank)


def test_the_descent_is_the_cross_covariance_of_each_image_times_its_mean_innovation():
    observations = RNG.random((5, 3))
    expected = sum(
        c.cross_covariance(ENSEMBLE, OUTPUTS[:, [image]]) @ (observations[image] - OUTPUTS[:, image].mean(axis=0))
        for image in range(5)
    )
    np.testing.assert_allclose(c.descent(ENSEMBLE, OUTPUTS, observations), expected)


def test_in_a_linear_model_the_descent_is_the_preconditioned_negative_gradient_of_the_misfit():
    images, observations = RNG.normal(size=(5, 40, 3)), RNG.random((5, 3))
    outputs = np.einsum("jp,bpk->jbk", ENSEMBLE, images)
    covariance = np.cov(ENSEMBLE.T, bias=True)
    residual = observations - np.einsum("p,bpk->bk", ENSEMBLE.mean(axis=0), images)
    gradient = np.einsum("bpk,bk->p", images, residual)
    np.testing.assert_allclose(c.descent(ENSEMBLE, outputs, observations), covariance @ gradient)


def test_groups_are_averaged_and_empty_ones_are_nan():
    found = c.grouped(np.arange(6.0)[:, None], np.array([0, 0, 2, 2, 2, 0]), 3)
    assert found[0, 0] == pytest.approx(2) and np.isnan(found[1, 0]) and found[2, 0] == pytest.approx(3)


def test_principal_components_reproduce_distances_in_a_plane():
    plane = RNG.normal(size=(20, 2)) @ RNG.normal(size=(2, 30)) + 5
    coordinates, shares = c.principal_components(plane, 2)
    np.testing.assert_allclose(
        np.linalg.norm(coordinates[0] - coordinates[1:], axis=1), np.linalg.norm(plane[0] - plane[1:], axis=1)
    )
    assert shares.sum() == pytest.approx(1)


def test_alignment_is_a_cosine():
    assert c.alignment(np.array([1.0, 0]), np.array([1.0, 1])) == pytest.approx(np.sqrt(0.5))
    assert np.isnan(c.alignment(np.zeros(2), np.ones(2)))
