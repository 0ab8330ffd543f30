"""The compiled population pass against the torch network, whose derivatives are checked by finite differences."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.signal import lfilter

from gradfree.models import morris_lecar_network as net

SMALL = net.Network(n_inputs=6, n_neurons=10, n_outputs=3, dt_ms=0.2, word_ms=10, readout_ms=20)


@pytest.fixture
def case():
    """Vocabulary, words and start potentials of five trials."""
    rng = np.random.default_rng(1)
    vocabulary = 0.2 * (rng.random((4, 6)) < 0.5)
    return vocabulary, rng.integers(0, 4, (5, 8)), net.start_potentials(SMALL, 5, rng)


def population(n_members: int) -> np.ndarray:
    return np.stack([net.initial(SMALL, np.random.default_rng(seed)) for seed in range(n_members)])


@pytest.mark.parametrize("synapse_ms", [None, 50.0])
def test_both_ways_to_simulate_give_the_same_logits_and_outputs(case, synapse_ms):
    members, network = population(3), replace(SMALL, synapse_ms=synapse_ms)
    found = net.forward(network, members, *case)
    for member, parameters in enumerate(members):
        logits, outputs = net.differentiable(network, torch.tensor(parameters), *case)
        np.testing.assert_allclose(found.logits[member], logits, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(found.mean_release[member], outputs.mean(0), rtol=1e-3, atol=1e-4)
    if synapse_ms is None:
        crossed = (outputs[1:] > 0.5) & (outputs[:-1] <= 0.5)
        np.testing.assert_array_equal(found.spike_counts[-1], crossed.sum(0))
    assert found.spike_counts.sum() > 0


def test_slow_synapses_filter_outputs_exponentially(case):
    """Neurons that hear nobody fire the same with synapses of any kind."""
    parameters = population(1)[0]
    parameters[SMALL.slices["recurrent"]] = 0
    fast = replace(SMALL, readout_ms=80.0)  # the whole trial
    outputs = net.differentiable(fast, torch.tensor(parameters), *case)[1].numpy()
    slow = net.differentiable(replace(fast, synapse_ms=25.0), torch.tensor(parameters), *case)[1].numpy()
    decay = np.exp(-0.2 / 25)
    np.testing.assert_allclose(slow, lfilter([1 - decay], [1, -decay], outputs, axis=0), atol=1e-5)


def test_a_member_does_not_depend_on_the_others(case):
    members = population(3)
    together, alone = net.forward(SMALL, members, *case), net.forward(SMALL, members[1:2], *case)
    np.testing.assert_array_equal(together.logits[1], alone.logits[0])


def test_gradients_through_the_network_are_those_of_finite_differences(case):
    parameters = torch.tensor(population(1)[0], dtype=torch.float64, requires_grad=True)
    value = net.differentiable(SMALL, parameters, *case)[0].square().mean()
    (gradient,) = torch.autograd.grad(value, parameters)
    for index in (3, 75, 170):
        near = parameters.detach().repeat(2, 1)
        near[0, index] += 1e-6
        near[1, index] -= 1e-6
        up, down = (net.differentiable(SMALL, each, *case)[0].square().mean() for each in near)
        assert gradient[index].item() == pytest.approx((up - down).item() / 2e-6, rel=1e-4)


def test_truncation_keeps_the_numbers_and_cuts_the_gradients(case):
    parameters = torch.tensor(population(1)[0], requires_grad=True)
    whole, _ = net.differentiable(SMALL, parameters, *case)
    cut, _ = net.differentiable(SMALL, parameters, *case, truncate_steps=50)
    assert torch.equal(whole, cut)
    gradients = [torch.autograd.grad(logits.sum(), parameters)[0] for logits in (whole, cut)]
    assert torch.equal(gradients[0][SMALL.slices["readout"]], gradients[1][SMALL.slices["readout"]])
    assert not torch.equal(gradients[0], gradients[1])


def test_initial_weights_have_the_published_moments():
    network = net.Network()
    matrices = network.matrices(net.initial(network, np.random.default_rng(0)))
    assert network.n_parameters == 23_171
    assert (matrices["input"].mean(), matrices["input"].std()) == pytest.approx((0.1, 0.051), abs=2e-3)
    assert (matrices["recurrent"].mean(), matrices["recurrent"].std()) == pytest.approx((0.001, 0.046), abs=2e-3)
    assert (matrices["recurrent"] == np.float32(0.001)).mean() == pytest.approx(0.2, abs=0.01)


def test_times_that_are_no_whole_steps_are_refused():
    with pytest.raises(
        ValueError, match=r"word_ms 0\.05 must be a whole number, at least one, of time steps of 0\.1 ms"
    ):
        net.Network(word_ms=0.05)
