"""The compiled adjoint against automatic differentiation."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import torch

from gradfree.models import morris_lecar_adjoint as adjoint
from gradfree.models import morris_lecar_network as net

SMALL = net.Network(n_inputs=6, n_neurons=10, n_outputs=3, dt_ms=0.2, word_ms=10, readout_ms=20)


def case(seed: int, n_trials: int, n_words: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Parameters, vocabulary, words and start potentials."""
    rng = np.random.default_rng(seed)
    vocabulary, words = 0.2 * (rng.random((4, 6)) < 0.5), rng.integers(0, 4, (n_trials, n_words))
    start_v = net.start_potentials(SMALL, n_trials, rng)
    return net.initial(SMALL, rng), vocabulary, words, start_v


def mean_square(logits: np.ndarray) -> tuple[float, np.ndarray]:
    return np.square(logits).mean(), 2 * logits / logits.size


def total(logits: np.ndarray) -> tuple[float, np.ndarray]:
    return logits.sum(), np.ones_like(logits)


@pytest.mark.parametrize("synapse_ms", [None, 30.0])
@pytest.mark.parametrize("truncate", [None, 130])
def test_derivatives_are_those_of_automatic_differentiation(truncate, synapse_ms):
    network, (parameters, *trials) = replace(SMALL, synapse_ms=synapse_ms), case(1, 5, 8)
    leaf = torch.tensor(parameters, dtype=torch.float64, requires_grad=True)
    logits, _ = net.differentiable(network, leaf, *trials, truncate)
    value = logits.square().mean()
    (expected,) = torch.autograd.grad(value, leaf)
    found = adjoint.backpropagate(network, parameters, *trials, mean_square, truncate)
    assert found.loss == pytest.approx(value.item(), rel=1e-4)
    for name, place in SMALL.slices.items():
        scale = expected[place].abs().max().item()
        np.testing.assert_allclose(found.gradient[place] / scale, expected[place] / scale, atol=2e-3, err_msg=name)


@pytest.mark.parametrize("checkpoint", [1, 7, 60, 399, 10_000])
@pytest.mark.parametrize(("truncate", "synapse_ms"), [(None, None), (130, None), (130, 30.0)])
def test_checkpoints_change_no_bit_of_the_derivatives(truncate, synapse_ms, checkpoint):
    network = replace(SMALL, synapse_ms=synapse_ms)
    run = (network, *case(3, 5, 8), mean_square, truncate)  # 400 steps
    kept, found = adjoint.backpropagate(*run), adjoint.backpropagate(*run, checkpoint)
    assert found.loss == kept.loss and np.abs(kept.gradient).max() > 0
    np.testing.assert_array_equal(found.gradient, kept.gradient)
    np.testing.assert_array_equal(found.adjoint_norms, kept.adjoint_norms)


def test_memory_of_checkpoints_is_that_of_two_square_roots_of_the_steps():
    """Here 1600 steps: 2 · 40 states instead of 1600; a fifth more is left to vectors and matrices."""
    parameters, *trials = case(4, 200, 32)
    tracemalloc.start()
    try:
        adjoint.backpropagate(SMALL, parameters, *trials, total, None, 40)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.2 * (2 * 40 + 1) * 3 * trials[-1].nbytes


def test_adjoint_norms_are_those_of_the_derivative_by_the_start_potentials():
    parameters, vocabulary, words, start_v = case(2, 3, 4)
    start = torch.tensor(start_v, requires_grad=True)
    logits, _ = net.differentiable(SMALL, torch.tensor(parameters), vocabulary, words, start)
    (expected,) = torch.autograd.grad(logits.sum(), start)
    found = adjoint.backpropagate(SMALL, parameters, vocabulary, words, start_v, total)
    assert found.adjoint_norms[0] == pytest.approx(expected.norm().item(), rel=1e-3)
