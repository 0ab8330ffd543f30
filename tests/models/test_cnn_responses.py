"""The shared evaluation of all varied networks equals evaluating each varied network."""

import numpy as np
import pytest

from gradfree.models import cnn
from gradfree.models.cnn_responses import responses

DISTANCE = 0.05


@pytest.fixture
def network():
    rng = np.random.default_rng(0)
    return 0.2 * rng.standard_normal(cnn.N_PARAMETERS, dtype=np.float32), rng.random((3, 28, 28), dtype=np.float32)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "step", "gauss"])
@pytest.mark.parametrize("index", [0, 77, 249, 250, 2600, 5249])
def test_each_response_is_the_difference_of_two_whole_networks(network, activation, index):
    parameters, images = network
    varied = parameters.copy()
    varied[index] += DISTANCE
    before, after = cnn.forward(np.stack([parameters, varied]), images, activation)
    found = responses(parameters, images, DISTANCE, activation)
    if index < 250:
        channel, weight = divmod(index, 25)
        of_weight = found.conv1[channel, ..., weight]
    else:
        channel, weight = divmod(index - 250, 250)
        of_weight = found.conv2[channel, ..., weight]
    np.testing.assert_allclose(of_weight * DISTANCE, after - before, atol=2e-4)
    np.testing.assert_allclose(found.logits, before, atol=1e-4)


def test_features_are_what_the_output_layer_sees(network):
    parameters, images = network
    found = responses(parameters, images, DISTANCE, vary_conv1=False)
    assert found.conv1 is None
    np.testing.assert_allclose(found.features @ cnn.split(parameters)[2].T, found.logits, atol=1e-5)
