"""The model against NEST, where it is installed: `pip install 'gradfree[nest]'`."""

from importlib.util import find_spec

import numpy as np
import pytest

from gradfree.models import readout, reservoir, reservoir_brian
from gradfree.models.alpha_neuron import propagators, slope_per_pA
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Connectivity, Encoding, Model, Populations, Protocol

pytestmark = [
    pytest.mark.nest,
    pytest.mark.skipif(find_spec("nest") is None, reason="NEST is not installed: pip install 'gradfree[nest]'"),
]
STREAM = Stream(17, ("test",))
# Quiet until the image comes, so that nothing is on its way when it does: NEST cannot set the state of a current.
QUIET_AT_FIRST = Model(
    populations=Populations(n_input=20, n_excitatory=40, n_inhibitory=20),
    connectivity=Connectivity(
        input_indegree=3, excitatory_outdegrees=(8, 4), inhibitory_outdegrees=(8, 4), output_indegrees=(30, 15)
    ),
    encoding=Encoding(min_rate_Hz=0, max_rate_Hz=400),
    protocol=Protocol(warm_up_rate_Hz=0, cooling_ms=10, image_ms=60, lead_in_ms=10),
)


def network(model: Model, mean_pA: float = 100):
    """Graph, and the outputs with weights of one member."""
    projections = readout.connect(STREAM.generator("outputs"), 3, model)
    weights = readout.initial_weights(STREAM.generator("weights"), projections, 1, mean_pA, mean_pA / 2)[0]
    return reservoir.draw(STREAM.child("graph"), "one_strong_synapse_per_pixel", model), (projections, weights)


def test_a_neuron_without_noise_has_the_potential_that_it_has_in_nest():
    import nest_network

    arrivals_ms, weights_pA = np.array([5.0, 7.3, 7.3, 20.1]), np.array([300.0, -200.0, 450.0, 250.0])
    time_ms, expected = nest_network.potential_mV(arrivals_ms, weights_pA, until_ms=60)
    exact, (slope, current, potential), found = propagators(0.1, 10, 2, 250), (0.0, 0.0, 0.0), []
    for step in range(len(time_ms)):
        potential = (
            exact.potential_from_slope * slope
            + exact.potential_from_current * current
            + exact.membrane_decay * potential
        )
        current = exact.current_from_slope * slope + exact.synaptic_decay * current
        arriving_pA = weights_pA[np.rint(arrivals_ms / 0.1) == step + 1].sum()
        slope = exact.synaptic_decay * slope + slope_per_pA(2) * arriving_pA
        found.append(potential)
    assert np.abs(np.array(found) - expected).max() < 1e-9
    assert np.abs(expected).max() > 3


def test_nest_gives_the_same_spikes_from_the_same_noise():
    import nest_network

    graph, outputs = network(QUIET_AT_FIRST, mean_pA=600)
    rates_Hz = STREAM.generator("image").uniform(100, 400, (1, 20))
    expected = nest_network.given_noise(rates_Hz[0], 4, graph, STREAM, QUIET_AT_FIRST, outputs)
    found = reservoir_brian.simulate(rates_Hz, [4], graph, STREAM, QUIET_AT_FIRST, outputs, "numpy")
    for name, spikes in found.items():
        assert len(spikes.step) > 50, name
        np.testing.assert_array_equal(
            np.column_stack([spikes.step, spikes.neuron]),
            np.column_stack([expected[name].step, expected[name].neuron]),
            name,
        )


@pytest.mark.skipif(not reservoir_brian.compiler_is_there(), reason="no C++ compiler here")
def test_the_whole_network_fires_as_often_and_as_unevenly_as_in_nest_with_other_noise():
    """Other noise, hence tolerances: means over 3 images vary by a few percent from one noise to another."""
    import nest_network

    model = Model(protocol=Protocol(image_ms=300))
    graph, outputs = network(model)
    images = (STREAM.generator("images").random((3, 784)) < 0.15).astype(float)
    rates_Hz = reservoir.pixel_rates(images, model)
    ours = reservoir_brian.simulate(rates_Hz, range(3), graph, STREAM, model, outputs)
    theirs = nest_network.own_noise(rates_Hz, graph, model, outputs)
    for name, n_neurons in (("input", 784), ("reservoir", 2000), ("output", 36)):
        a, b = (spikes[name].counts(model.onset_step, n_neurons).mean(axis=0) / 0.3 for spikes in (ours, theirs))
        assert a.mean() == pytest.approx(b.mean(), rel=0.1), name
        assert a.std() == pytest.approx(b.std(), rel=0.15), name
        assert np.corrcoef(a, b)[0, 1] > 0.8, name
