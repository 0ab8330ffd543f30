"""One Morris-Lecar neuron under constant currents: what it does, and the exact derivative by the current.

The compiled scheme runs on complex numbers: a current with an imaginary part of 1e-30 carries the derivative along
(complex-step differentiation: Squire & Trapp, SIAM Review 40, 1998). It is that of the discretized system to rounding,
hence the same number that backpropagation through all steps gives, for one parameter at the cost of one simulation.
"""

from __future__ import annotations

import cmath
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradfree.compiling import compiled
from gradfree.models.morris_lecar import Neuron

Array = NDArray[np.floating]
TINY = 1e-30
SATURATED = 300.0


@compiled
def logistic(x: Any) -> Any:
    """1 / (1 + exp(-x)) of a complex number; far out it is constant."""
    if x.real > SATURATED:
        return 1.0 + 0.0j
    if x.real < -SATURATED:
        return 0.0 + 0.0j
    return 1.0 / (1.0 + cmath.exp(-x))


@compiled
def simulate(
    currents: NDArray[np.complexfloating], start_v: Array, start_w: Array, n_steps: int, dt_ms: float, constants: Array,
    threshold_mV: float, width_mV: float, every: int, totals: NDArray[np.complexfloating], spikes: NDArray[np.int64],
    trace: NDArray[np.complexfloating],
) -> None:  # fmt: skip
    """Fills totals (2, neuron), means of V and of the output, spikes (neuron,), and V at every so many steps."""
    capacitance, calcium, potassium, leak, calcium_mV, potassium_mV, leak_mV, v1, v2, v3, v4, phi = (
        constants[0], constants[1], constants[2], constants[3], constants[4], constants[5], constants[6],
        constants[7], constants[8], constants[9], constants[10], constants[11],
    )  # fmt: skip
    for neuron in range(len(currents)):
        v, w = start_v[neuron] + 0.0j, start_w[neuron] + 0.0j
        for step in range(n_steps):
            if every and step % every == 0:
                trace[step // every, neuron] = v
            root = cmath.exp((v - v3) / (2 * v4))
            half = 0.25 * dt_ms * phi * (root + 1 / root)
            w = (2 * half * logistic(2 * (v - v3) / v4) + (1 - half) * w) / (1 + half)
            m = logistic(2 * (v - v1) / v2)
            total = 0.5 * dt_ms / capacitance * (calcium * m + potassium * w + leak)
            drive = calcium * calcium_mV * m + potassium * potassium_mV * w + leak * leak_mV + currents[neuron]
            new = (v * (1 - total) + dt_ms / capacitance * drive) / (1 + total)
            if new.real > threshold_mV >= v.real:
                spikes[neuron] += 1
            v = new
            totals[0, neuron] += v / n_steps
            totals[1, neuron] += logistic((v - threshold_mV) / width_mV) / n_steps


@dataclass(frozen=True)
class Response:
    """Means over time of the potential in mV and of the output, their derivatives by the current, spikes (neuron,).

    trace and sensitivity (time, neuron): the potential in mV and its derivative by the current.
    """

    mean_v: Array
    mean_output: Array
    mean_v_slope: Array
    mean_output_slope: Array
    spikes: NDArray[np.int64]
    trace: Array
    sensitivity: Array


def respond(
    kind: Neuron, currents: Array, start_v: Array, start_w: Array, duration_ms: float, dt_ms: float,
    threshold_mV: float = 20.0, width_mV: float = 0.01, every: int = 0,
) -> Response:  # fmt: skip
    """Simulates neurons (neuron,) with currents in µA/cm²; the output is a steep function of V, nearly a step."""
    constants = np.array([
        kind.capacitance_uF_per_cm2, kind.calcium_mS_per_cm2, kind.potassium_mS_per_cm2, kind.leak_mS_per_cm2,
        kind.calcium_reversal_mV, kind.potassium_reversal_mV, kind.leak_reversal_mV,
        kind.v1_mV, kind.v2_mV, kind.v3_mV, kind.v4_mV, kind.phi_per_ms,
    ])  # fmt: skip
    n_steps = round(duration_ms / dt_ms)
    currents = np.asarray(currents, dtype=float)
    totals, spikes = np.zeros((2, len(currents)), complex), np.zeros(len(currents), np.int64)
    trace = np.zeros((-(-n_steps // every) if every else 0, len(currents)), complex)
    simulate(
        currents + 1j * TINY, np.asarray(start_v, float), np.asarray(start_w, float), n_steps, dt_ms, constants,
        threshold_mV, width_mV, every, totals, spikes, trace,
    )  # fmt: skip
    (mean_v, mean_output), (v_slope, output_slope) = totals.real, totals.imag / TINY
    return Response(mean_v, mean_output, v_slope, output_slope, spikes, trace.real, trace.imag / TINY)
