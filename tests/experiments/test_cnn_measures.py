"""Measures against cases whose answer is known without them."""

import numpy as np
import pytest
import torch

from gradfree.experiments import cnn_measures as measures
from gradfree.models import cnn

RNG = np.random.default_rng


def test_one_hot_puts_a_one_at_the_label():
    assert measures.one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_the_spread_is_the_standard_deviation_that_members_were_drawn_with():
    members = RNG(0).normal(3.0, 0.25, (500, 200)).astype(np.float32)
    assert measures.spread(members) == pytest.approx(0.25, rel=0.01)


def test_the_spread_of_a_collapsed_ensemble_is_not_rounded_away():
    """Members differ by 1e-5 around weights of size one, as late in a training."""
    members = (RNG(0).normal(size=400) + RNG(1).normal(0, 1e-5, (50, 400))).astype(np.float32)
    oracle = np.sqrt(members.astype(np.float64).var(axis=0).mean())
    assert measures.spread(members) == pytest.approx(oracle, rel=1e-3)


def test_many_samples_of_unit_covariance_have_the_rank_of_the_space():
    assert measures.effective_rank(RNG(0).normal(size=(2000, 10))) == pytest.approx(10, rel=0.02)


def test_samples_on_a_line_have_rank_one_wherever_the_line_lies():
    line = RNG(0).normal(size=(50, 1)) * RNG(1).normal(size=(1, 300)) + 7.0
    assert measures.effective_rank(line) == pytest.approx(1, rel=1e-6)


def test_the_rank_of_few_members_is_at_most_their_number_less_one():
    found = measures.effective_rank(RNG(0).normal(size=(6, 5000)))
    assert 4.5 < found <= 5


def test_the_rank_is_the_ratio_of_eigenvalue_sums():
    rows = RNG(0).normal(size=(40, 5)) * [3, 1, 1, 0.5, 0.1]
    eigenvalues = np.linalg.eigvalsh(np.cov(rows.T))
    assert measures.effective_rank(rows) == pytest.approx(eigenvalues.sum() ** 2 / (eigenvalues**2).sum())


@pytest.mark.parametrize("size", [1e-2, 1e-3, 1e-4])
def test_the_rank_of_a_collapsed_ensemble_is_not_a_matter_of_rounding(size):
    """float32 members of size one that differ by little, against the same numbers in float64."""
    mean, small = RNG(0).normal(size=2000), size * RNG(1).normal(size=(40, 2000))
    rows = (mean + small).astype(np.float32)
    exact = rows.astype(np.float64)
    eigenvalues = np.linalg.eigvalsh((exact - exact.mean(axis=0)) @ (exact - exact.mean(axis=0)).T)
    oracle = eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
    assert measures.effective_rank(rows) == pytest.approx(oracle, rel=0.01)


@pytest.mark.parametrize("rows", [np.empty((0, 5)), np.ones((1, 5)), np.ones((4, 5))])
def test_without_variance_there_is_no_rank(rows):
    assert measures.effective_rank(rows) == 0.0


def test_a_histogram_counts_every_value_and_those_beyond_its_edges_outermost():
    values = np.array([-9.0, -1.0, -0.2, 0.4, 0.4, 1.0, 77.0, -np.inf])
    assert measures.histogram(values, np.linspace(-1, 1, 5)).tolist() == [3, 1, 2, 2]


def network_that_answers(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Parameters and one image (1, 28, 28) for which the logits are the given ones: ReLU, and one path of weights."""
    conv1, conv2, output = (np.zeros(layer.shape) for layer in cnn.LAYERS.values())
    conv1[0, 0, 0, 0], conv2[0, 0, 0, 0], output[:, 0] = 1.0, 1.0, logits
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 0, 0] = 1.0
    return np.concatenate([part.ravel() for part in (conv1, conv2, output)]).astype(np.float32), image


def test_error_and_cross_entropy_are_those_worked_out_by_hand():
    logits = np.array([2.0, 1.0, *[0.0] * 8])
    parameters, image = network_that_answers(logits)
    images, labels = np.repeat(image, 4, axis=0), np.array([0, 0, 0, 1])
    error, loss = measures.scores(parameters, images, labels, "relu")
    normalization = np.log(np.exp(2) + np.exp(1) + 8)
    assert error == 25.0 and loss == pytest.approx(normalization - (3 * 2.0 + 1.0) / 4, rel=1e-5)


def test_large_logits_do_not_overflow():
    parameters, image = network_that_answers(np.array([3000.0, *[0.0] * 9]))
    assert measures.scores(parameters, image, np.array([1]), "relu") == (100.0, pytest.approx(3000.0))


@pytest.mark.parametrize("answer", [np.nan, np.inf])
def test_a_network_whose_answers_are_not_finite_is_wrong_on_every_image(answer):
    """As a missing value it would silently leave the means over seeds."""
    parameters, image = network_that_answers(np.array([answer, *[0.0] * 9]))
    error, loss = measures.scores(parameters, image, np.array([0]), "relu")
    assert error == 100.0 and np.isnan(loss)


def test_activations_are_those_of_the_layers_and_the_output_has_no_bounds():
    parameters, images = RNG(0).normal(size=cnn.N_PARAMETERS).astype(np.float32), RNG(1).random((3, 28, 28), np.float32)
    layers = [x.numpy() for x in cnn.layers(torch.from_numpy(parameters), torch.from_numpy(images), "sigmoid")]
    found = measures.activations(parameters, images, "sigmoid")
    np.testing.assert_allclose(found["activation_mean"], [x.mean() for x in layers], rtol=1e-5)
    np.testing.assert_allclose(found["activation_std"], [x.std() for x in layers], rtol=1e-5)
    outside = [np.mean((x < 0.05) | (x > 0.95)) for x in layers[:2]]
    np.testing.assert_allclose(found["saturated_share"], [*outside, np.nan])


@pytest.mark.parametrize(("activation", "expected"), [("sigmoid", 0.0), ("tanh", 0.0)])
def test_a_network_of_zeros_is_not_saturated_and_one_of_large_weights_is(activation, expected):
    images = RNG(1).random((2, 28, 28), np.float32)
    quiet = measures.activations(np.zeros(cnn.N_PARAMETERS, np.float32), images, activation)
    loud = measures.activations(np.full(cnn.N_PARAMETERS, 50, np.float32), images, activation)
    assert quiet["saturated_share"][:2].tolist() == [expected] * 2 and loud["saturated_share"][:2].min() > 0.99


def test_an_activation_without_bounds_saturates_nowhere():
    found = measures.activations(np.zeros(cnn.N_PARAMETERS, np.float32), np.zeros((1, 28, 28), np.float32), "relu")
    assert np.isnan(found["saturated_share"]).all()
