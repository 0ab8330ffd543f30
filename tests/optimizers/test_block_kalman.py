"""The block-wise filter against the exact Kalman filter and against ridge regression."""

import numpy as np
import pytest

from gradfree.optimizers import block_kalman as filter


def problem(seed=0, n_images=4, n_classes=3):
    """Two blocks of five weights that reach all outputs, and a linear output layer with six features per class."""
    rng = np.random.default_rng(seed)
    weights = {"hidden": rng.normal(size=(2, 5)), "output": rng.normal(size=(n_classes, 6))}
    responses = {"hidden": rng.normal(size=(2, n_images, n_classes, 5))}
    return weights, responses, rng.normal(size=(n_images, 6)), rng.normal(size=(n_images, n_classes))


def test_one_update_is_that_of_the_exact_filter_with_a_block_diagonal_prior():
    weights, responses, features, innovations = problem()
    state = filter.init(weights, {"hidden": 0.7, "output": 0.3}, shared="output")
    told = filter.tell(state, responses, features, innovations, 0.1, output="output")
    hidden = responses["hidden"].reshape(2, 12, 5).transpose(1, 0, 2).reshape(12, 10)
    output = np.einsum("if,kl->ikfl", features, np.eye(3)).transpose(0, 1, 3, 2).reshape(12, 18)
    whole = np.concatenate([hidden, output], axis=1)
    prior = np.diag([0.7] * 10 + [0.3] * 18)
    gain = prior @ whole.T @ np.linalg.inv(whole @ prior @ whole.T + 0.1 * np.eye(12))
    moved, posterior = gain @ innovations.reshape(-1), prior - gain @ whole @ prior
    np.testing.assert_allclose((told.weights["hidden"] - weights["hidden"]).ravel(), moved[:10], atol=1e-5)
    np.testing.assert_allclose((told.weights["output"] - weights["output"]).ravel(), moved[10:], atol=1e-5)
    for block in range(2):
        at = slice(5 * block, 5 * block + 5)
        np.testing.assert_allclose(told.covariances["hidden"][block], posterior[at, at], atol=1e-5)


def test_an_output_layer_alone_becomes_the_ridge_regression_of_all_batches():
    rng = np.random.default_rng(1)
    features, targets = rng.normal(size=(40, 6)), rng.normal(size=(40, 3))
    state = filter.init({"output": np.zeros((3, 6))}, {"output": 2.0}, shared="output")
    for batch in np.split(np.arange(40), 8):
        innovations = targets[batch] - features[batch] @ state.weights["output"].T
        state = filter.tell(state, {}, features[batch], innovations, 0.5, output="output")
    ridge = np.linalg.solve(features.T @ features + 0.5 / 2.0 * np.eye(6), features.T @ targets).T
    np.testing.assert_allclose(state.weights["output"], ridge, atol=1e-4)


def test_with_infinite_noise_nothing_changes_and_layers_without_responses_stay():
    weights, responses, features, innovations = problem()
    state = filter.init(weights, {"hidden": 0.7, "output": 0.3}, shared="output")
    still = filter.tell(state, responses, features, innovations, 1e12, output="output")
    for layer in weights:
        np.testing.assert_allclose(still.weights[layer], weights[layer], atol=1e-6)
        np.testing.assert_allclose(still.covariances[layer], state.covariances[layer], atol=1e-6)
    partly = filter.tell(state, {}, features, innovations, 0.1, output="output")
    np.testing.assert_array_equal(partly.weights["hidden"], weights["hidden"])


def test_covariances_only_shrink():
    weights, responses, features, innovations = problem()
    state = filter.init(weights, {"hidden": 0.7, "output": 0.3}, shared="output")
    told = filter.tell(state, responses, features, innovations, 0.1, output="output")
    for layer in weights:
        change = state.covariances[layer] - told.covariances[layer]
        assert np.linalg.eigvalsh(change).min() > -1e-6 and np.trace(change, axis1=1, axis2=2).min() > 0


def test_responses_that_are_not_finite_end_with_an_error():
    weights, responses, features, innovations = problem()
    responses["hidden"][0, 0, 0, 0] = np.nan
    state = filter.init(weights, {"hidden": 0.7, "output": 0.3}, shared="output")
    with pytest.raises((np.linalg.LinAlgError, ValueError)):
        filter.tell(state, responses, features, innovations, 0.1, output="output")


def test_inflation_multiplies_the_posterior_covariances_of_all_layers():
    weights, responses, features, innovations = problem()
    state = filter.init(weights, {"hidden": 0.7, "output": 0.3}, shared="output")
    plain, inflated = (
        filter.tell(state, responses, features, innovations, 0.1, "output", factor) for factor in (1.0, 1.5)
    )
    for layer in weights:
        np.testing.assert_allclose(inflated.covariances[layer], 1.5 * plain.covariances[layer], rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(inflated.weights[layer], plain.weights[layer])
