"""One neuron and its derivative by the current, against torch and the published table of means."""

import numpy as np
import torch

from gradfree.models import morris_lecar as ml
from gradfree.models import morris_lecar_sensitivity as sensitivity


def test_the_derivative_is_that_of_backpropagation_through_all_steps():
    kind, dt_ms, n_steps = ml.neuron("turn-off"), 0.05, 800
    currents = torch.tensor([45.0, 80.0, 100.0], dtype=torch.float64, requires_grad=True)
    v, w = torch.full((3,), -40.0, dtype=torch.float64), torch.full((3,), 0.4, dtype=torch.float64)
    potentials, outputs = [], []
    for _ in range(n_steps):
        v, w = ml.semi_implicit(v, w, currents, dt_ms, kind)
        potentials.append(v)
        outputs.append(ml.release(v, 20.0, 5.0))
    found = sensitivity.respond(kind, currents.detach(), [-40.0] * 3, [0.4] * 3, n_steps * dt_ms, dt_ms, width_mV=5.0)
    for values, mean, slope in (
        (potentials, found.mean_v, found.mean_v_slope),
        (outputs, found.mean_output, found.mean_output_slope),
    ):
        expected = torch.stack(values).mean(0)
        np.testing.assert_allclose(mean, expected.detach(), rtol=1e-9)
        (gradient,) = torch.autograd.grad(expected.sum(), currents, retain_graph=True)
        np.testing.assert_allclose(slope, gradient, rtol=1e-6)
    over = torch.stack(potentials).detach().numpy() > 20
    np.testing.assert_array_equal(found.spikes, (over[1:] & ~over[:-1]).sum(0))


def test_means_over_time_are_those_of_an_accurate_solver():
    """Time averages over 1500 ms for C = 1 (Runge-Kutta, step 0.01 ms)."""
    weights = np.array([0.25, 0.3, 0.5, 0.8, 1.0, 1.2])
    n = len(weights)
    found = sensitivity.respond(ml.neuron("turn-off"), 100 * weights, [-40.0] * n, [0.5] * n, 1500, 0.02)
    np.testing.assert_allclose(found.mean_v, [-37.8, -28.5, -17.0, -8.2, -3.6, 9.9], atol=0.5)
    np.testing.assert_allclose(found.mean_output, [0, 0.103, 0.225, 0.279, 0.293, 0.003], atol=0.01)
    np.testing.assert_allclose(found.spikes / 1.5, [0, 23, 49, 59, 61, 0.7], atol=1.1)
