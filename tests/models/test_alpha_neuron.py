"""Exact propagators against closed forms and against a fine integration of the equations."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from gradfree.models.alpha_neuron import propagators, slope_per_pA

MEMBRANE_MS, SYNAPTIC_MS, CAPACITANCE_PF = 10.0, 2.0, 250.0


def response(weight_pA: float, dt_ms: float, n_steps: int) -> np.ndarray:
    """Potential above rest after each step, one spike having arrived at the start."""
    exact = propagators(dt_ms, MEMBRANE_MS, SYNAPTIC_MS, CAPACITANCE_PF)
    slope, current, potential, found = weight_pA * slope_per_pA(SYNAPTIC_MS), 0.0, 0.0, []
    for _ in range(n_steps):
        potential = (
            exact.potential_from_slope * slope
            + exact.potential_from_current * current
            + exact.membrane_decay * potential
        )
        current = exact.current_from_slope * slope + exact.synaptic_decay * current
        slope *= exact.synaptic_decay
        found.append(potential)
    return np.array(found)


def test_the_steps_follow_the_differential_equations():
    def equations(_, state):
        slope, current, potential = state
        return (
            -slope / SYNAPTIC_MS,
            slope - current / SYNAPTIC_MS,
            current / CAPACITANCE_PF - potential / MEMBRANE_MS,
        )

    times = np.arange(1, 301) * 0.1
    start = [500 * np.e / SYNAPTIC_MS, 0.0, 0.0]
    solution = solve_ivp(equations, (0, 30), start, t_eval=times, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(response(500, 0.1, 300), solution.y[2], atol=1e-7)


def test_a_coarse_grid_hits_the_same_potentials_as_a_fine_one():
    np.testing.assert_allclose(response(100, 1.0, 20), response(100, 0.05, 400)[19::20], rtol=1e-12)


def test_the_postsynaptic_potential_peaks_at_0_0130_mV_per_pA_after_6_65_ms():
    potential = response(1.0, 0.01, 2000)
    assert potential.max() == pytest.approx(0.0130, abs=5e-5)
    assert (potential.argmax() + 1) * 0.01 == pytest.approx(6.65, abs=0.02)


def test_one_spike_reaches_the_threshold_of_15_mV_from_about_1154_pA_on():
    assert 15 / response(1.0, 0.1, 200).max() == pytest.approx(1154, abs=1)


@pytest.mark.parametrize(("mean_current_pA", "reaches"), [(374.0, False), (376.0, True)])
def test_a_steady_drive_reaches_the_threshold_from_the_rheobase_of_375_pA_on(mean_current_pA, reaches):
    """One spike per step of a weight whose charge, e synaptic times, is that of the mean current over the step."""
    weight_pA = mean_current_pA * 0.1 / (np.e * SYNAPTIC_MS)
    potential = np.cumsum(response(weight_pA, 0.1, 3000))[-1]
    assert (potential >= 15) == reaches
