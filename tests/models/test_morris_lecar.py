"""Morris-Lecar neurons against tables of rates, Brian2, finite differences, and the order of their schemes."""

from dataclasses import replace

import numpy as np
import pytest

from gradfree.models import morris_lecar as ml

# Firing rates in Hz of accurate solutions (LSODA, relative tolerance 1e-8), spikes of the last of several seconds
RATES = {
    "network": {39.5: 0, 40: 3, 40.5: 5, 42: 7, 45: 10, 50: 13, 60: 17, 80: 22, 100: 24, 120: 0},
    "snlc": {39.5: 0, 40: 1, 40.5: 4, 42: 7, 45: 10, 50: 13, 60: 17, 80: 21, 100: 24, 120: 0},
    "hopf": {90: 10, 100: 12, 120: 14, 150: 15, 200: 15, 250: 0},
    "homoclinic": {38: 33, 39: 37, 40: 42, 40.5: 46, 42: 0},
}


def spikes_of_last_second(trace: np.ndarray, dt_ms: float) -> np.ndarray:
    late = trace[-round(1000 / dt_ms) :]
    return ((late[1:] > 0) & (late[:-1] <= 0)).sum(0)


@pytest.mark.parametrize("name", RATES)
def test_firing_rates_over_current_are_those_of_an_accurate_solver(name):
    currents = np.array(list(RATES[name]), float)
    found = spikes_of_last_second(ml.trace(currents, 2500, 0.25, ml.neuron(name)), 0.25)
    assert np.abs(found - np.array(list(RATES[name].values()))).max() <= 1  # a spike at the edge of the window


def test_the_authors_neuron_without_division_by_its_capacitance_fires_twenty_times_as_steeply():
    """C = 1, 100 µA/cm²: 30 spikes in 500 ms with potentials between -49.7 and 47 mV, as in the published trace."""
    trace = ml.trace(np.array([100.0]), 600, 0.025, ml.neuron("turn-off"))
    late = trace[-20000:, 0]
    assert ((late[1:] > 0) & (late[:-1] <= 0)).sum() in (30, 31)
    assert (late.min(), late.max()) == pytest.approx((-50.7, 47.9), abs=0.5)


@pytest.mark.parametrize(("scheme", "order"), [("semi_implicit", 1), ("euler", 1), ("runge_kutta", 4)])
def test_the_error_of_a_scheme_falls_with_its_order(scheme, order):
    def end(dt_ms: float, by: str) -> float:
        return ml.trace(np.array([60.0]), 8, dt_ms, ml.NETWORK, by)[-1, 0]

    steps = np.array([0.04, 0.02, 0.01]) * (5 if order == 4 else 1)
    errors = [abs(end(dt, scheme) - end(0.0025, "runge_kutta")) for dt in steps]
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(order, abs=0.25)


def test_one_neuron_is_that_of_brian():
    import brian2 as b2

    b2.prefs.codegen.target = "numpy"
    equations = """
    dv/dt = (60 - 4 * m * (v - 120) - 8 * w * (v + 84) - 2 * (v + 60)) / 20 / ms : 1
    dw/dt = (0.5 * (1 + tanh((v - 12) / 17)) - w) * cosh((v - 12) / 34) * 2 / 30 / ms : 1
    m = 0.5 * (1 + tanh((v + 1.2) / 18)) : 1
    """
    group = b2.NeuronGroup(1, equations, method="rk4", dt=0.1 * b2.ms)
    group.v, group.w = ml.REST_V_MV, ml.REST_W
    monitor = b2.StateMonitor(group, "v", record=0)
    b2.Network(group, monitor).run(100 * b2.ms)
    ours = ml.trace(np.array([60.0]), 100, 0.1, ml.NETWORK)[:-1, 0]
    np.testing.assert_allclose(ours, monitor.v[0], atol=1e-6)


def test_the_jacobian_is_that_of_finite_differences():
    v, w, step = np.array([-40.0, 0.0, 30.0]), np.array([0.1, 0.3, 0.6]), 1e-6
    kind = ml.neuron("hopf")
    by_v = np.subtract(ml.derivatives(v + step, w, 50, kind), ml.derivatives(v - step, w, 50, kind)) / (2 * step)
    by_w = np.subtract(ml.derivatives(v, w + step, 50, kind), ml.derivatives(v, w - step, 50, kind)) / (2 * step)
    np.testing.assert_allclose(ml.jacobian(v, w, kind), np.moveaxis([by_v, by_w], (0, 1), (2, 1)), rtol=1e-5, atol=1e-8)


def test_numpy_and_torch_compute_the_same_step():
    import torch

    v, w = np.linspace(-80, 60, 29), np.linspace(0, 1, 29)
    for scheme in ml.SCHEMES.values():
        ours = scheme(v, w, 50.0, 0.1, ml.NETWORK)
        theirs = scheme(torch.tensor(v), torch.tensor(w), 50.0, 0.1, ml.NETWORK)
        np.testing.assert_allclose(np.array(theirs), ours, rtol=1e-12)


def test_impossible_neurons_are_refused_with_what_is_wrong():
    with pytest.raises(ValueError, match=r"unknown parameter set 'hopff'; did you mean 'hopf'"):
        ml.neuron("hopff")
    with pytest.raises(ValueError, match="leak_mS_per_cm2 must not be negative, found -1"):
        ml.neuron("hopf", leak_mS_per_cm2=-1)
    with pytest.raises(ValueError, match="capacitance_uF_per_cm2 must be positive"):
        replace(ml.NETWORK, capacitance_uF_per_cm2=0)
