"""Graph and encoding of the reservoir against the published numbers; silent and exploded networks."""

import numpy as np
import pytest

from gradfree.models import reservoir
from gradfree.models.readout import Spikes
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Model

MODEL = Model()
STREAM = Stream(3, ("test",))


@pytest.fixture(scope="module")
def graph() -> reservoir.Graph:
    return reservoir.draw(STREAM, "published", MODEL)


@pytest.mark.parametrize(
    ("sources", "targets", "outdegree", "mean_pA"),
    [
        ((0, 1600), (0, 1600), 96, 70),
        ((0, 1600), (1600, 2000), 32, 70),
        ((1600, 2000), (0, 1600), 160, -90),
        ((1600, 2000), (1600, 2000), 32, -90),
    ],
)
def test_each_neuron_of_the_reservoir_has_the_published_outdegrees_and_weights(
    graph, sources, targets, outdegree, mean_pA
):
    source, target = graph.recurrent.source, graph.recurrent.target
    here = (source >= sources[0]) & (source < sources[1]) & (target >= targets[0]) & (target < targets[1])
    assert (np.bincount(source[here], minlength=2000)[sources[0] : sources[1]] == outdegree).all()
    weights = graph.recurrent.weight_pA[here]
    assert weights.mean() == pytest.approx(mean_pA, abs=4 * 100 / np.sqrt(here.sum()))
    assert weights.std() == pytest.approx(100, rel=0.02)


def test_there_are_281_600_different_synapses_in_the_reservoir_and_none_from_a_neuron_to_itself(graph):
    source, target = graph.recurrent.source.astype(int), graph.recurrent.target
    assert len(np.unique(source * 2000 + target)) == len(source) == 281_600
    assert (source != target).all()


def test_targets_are_spread_evenly(graph):
    """In-degrees of excitatory neurons from excitatory ones are hypergeometric: mean 96, variance close to binomial."""
    source, target = graph.recurrent.source, graph.recurrent.target
    indegree = np.bincount(target[(source < 1600) & (target < 1600)], minlength=1600)
    assert indegree.mean() == 96
    assert indegree.var() == pytest.approx(96 * (1 - 96 / 1599), rel=0.15)


def test_each_neuron_hears_eight_different_input_neurons(graph):
    source, target = graph.feedforward.source, graph.feedforward.target
    assert (np.bincount(target, minlength=2000) == 8).all()
    assert len(np.unique(target.astype(int) * 784 + source)) == 16_000
    assert source.max() < 784


def test_wirings_share_all_but_the_generators(graph):
    other = reservoir.draw(STREAM, "one_strong_synapse_per_pixel", MODEL)
    np.testing.assert_array_equal(other.recurrent.weight_pA, graph.recurrent.weight_pA)
    np.testing.assert_array_equal(other.feedforward.source, graph.feedforward.source)
    assert graph.generator_pA.std() == pytest.approx(400, rel=0.1)
    assert (other.generator_pA == 1300).all()


def test_rates_are_linear_from_black_to_the_brightest_pixel_of_each_image():
    images = np.zeros((2, 28, 28))
    images[0, 3, 4], images[0, 5, 6] = 0.5, 0.25
    images[1, 0, 0] = 1.0
    rates = reservoir.pixel_rates(images, MODEL)
    assert rates[0, 3 * 28 + 4] == rates[1, 0] == 100
    assert rates[0, 5 * 28 + 6] == pytest.approx(50.5)
    assert np.sum(rates == 1) == 2 * 784 - 3


def test_a_black_image_has_the_smallest_rate_everywhere():
    assert (reservoir.pixel_rates(np.zeros((1, 784)), MODEL) == 1).all()


@pytest.mark.parametrize("shape", [(2, 14, 14), (784,), (2, 783)])
def test_images_of_the_wrong_shape_are_refused(shape):
    with pytest.raises(ValueError, match="one per input neuron"):
        reservoir.pixel_rates(np.zeros(shape), MODEL)


@pytest.mark.parametrize("pixel", [-0.1, np.nan, np.inf])
def test_impossible_pixels_are_refused(pixel):
    with pytest.raises(ValueError, match="expected finite numbers of at least 0"):
        reservoir.pixel_rates(np.full((1, 784), pixel), MODEL)


def spikes_at(excitatory_Hz: float, inhibitory_Hz: float) -> Spikes:
    """One image in which all neurons of a population fire equally often."""
    counts = np.repeat([round(excitatory_Hz / 2), round(inhibitory_Hz / 2)], [1600, 400])
    neuron = np.repeat(np.arange(2000), counts).astype(np.int32)
    step = np.full(len(neuron), MODEL.onset_step + 5, np.int32)
    return Spikes(step, neuron, np.array([0, len(neuron)]), np.array([17]))


def test_mean_rates_are_spikes_per_neuron_and_second():
    np.testing.assert_allclose(reservoir.mean_rates(spikes_at(10, 30), MODEL), [[10, 30]])
    reservoir.require_plausible(spikes_at(10, 30), MODEL)


@pytest.mark.parametrize(
    ("rates", "state", "key"),
    [
        ((0, 30), "silent", "plausible_rates.excitatory_Hz"),
        ((10, 0), "silent", "plausible_rates.inhibitory_Hz"),
        ((100, 30), "exploded", "plausible_rates.excitatory_Hz"),
        ((10, 400), "exploded", "plausible_rates.inhibitory_Hz"),
    ],
)
def test_a_silent_or_exploded_reservoir_is_an_error_that_names_image_and_block(rates, state, key):
    with pytest.raises(reservoir.ImplausibleRates, match=f"{state}.*image 17.*{key}.*reservoir.model.connectivity"):
        reservoir.require_plausible(spikes_at(*rates), MODEL)
