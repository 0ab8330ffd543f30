"""Measures against cases whose answer is known without them."""

import numpy as np
import pytest
import torch

from gradfree.experiments import cnn_measures as measures
from gradfree.models import cnn

RNG = np.random.default_rng


def test_one_hot_puts_a_one_at_the_label():
    assert measures.one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


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
