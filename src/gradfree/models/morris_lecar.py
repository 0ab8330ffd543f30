"""Morris-Lecar neurons: parameter sets, equations and schemes, for NumPy arrays and for torch tensors alike.

Equations: Morris & Lecar, Biophys. J. 35 (1981), in the form of Ermentrout & Terman, Mathematical Foundations of
Neuroscience (2010), chapter 3. V in mV, t in ms, C in µF/cm², conductances in mS/cm², currents in µA/cm².
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = Any  # an array of NumPy or a tensor of torch: both know tanh, cosh and arithmetic
REST_V_MV, REST_W = -20.0, 0.014173  # where trials start [published code of Hazelden et al., May 2023]


@dataclass(frozen=True)
class Neuron:
    """Constants of one kind of neuron. Raises ValueError for values without meaning."""

    capacitance_uF_per_cm2: float = 20.0
    calcium_mS_per_cm2: float = 4.0
    potassium_mS_per_cm2: float = 8.0
    leak_mS_per_cm2: float = 2.0
    calcium_reversal_mV: float = 120.0
    potassium_reversal_mV: float = -84.0
    leak_reversal_mV: float = -60.0
    v1_mV: float = -1.2
    v2_mV: float = 18.0
    v3_mV: float = 12.0
    v4_mV: float = 17.0
    phi_per_ms: float = 2 / 30

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.endswith("mS_per_cm2") and value < 0:
                raise ValueError(f"{field.name} must not be negative, found {value}; a conductance lets current pass")
            if field.name in ("capacitance_uF_per_cm2", "v2_mV", "v4_mV", "phi_per_ms") and value <= 0:
                raise ValueError(f"{field.name} must be positive, found {value}")


NETWORK = Neuron()
SETS = {
    "network": NETWORK,  # Hazelden et al., code of May 2023: recurrent network
    "turn-off": replace(NETWORK, capacitance_uF_per_cm2=1.0, leak_reversal_mV=-55.0),  # there, C = 20 is not applied
    "turn-off-textbook": replace(NETWORK, leak_reversal_mV=-55.0),
    "snlc": replace(NETWORK, v4_mV=17.4, phi_per_ms=0.067),  # Ermentrout & Terman 2010, table 3.1
    "hopf": replace(NETWORK, calcium_mS_per_cm2=4.4, v3_mV=2.0, v4_mV=30.0, phi_per_ms=0.04),
    "homoclinic": replace(NETWORK, v4_mV=17.4, phi_per_ms=0.23),
}


def neuron(name: str, **changes: float) -> Neuron:
    """A named set, with changes of single constants. Raises ValueError that lists the names."""
    if name not in SETS:
        nearest = difflib.get_close_matches(name, SETS, n=1, cutoff=0.4)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(f"unknown parameter set {name!r}{hint}; sets are {', '.join(SETS)}")
    return replace(SETS[name], **changes)


def logistic(x: Values) -> Values:
    """1 / (1 + exp(-x)), which never overflows."""
    return 0.5 * (1 + _library(x).tanh(0.5 * x))


def release(v: Values, threshold_mV: float, width_mV: float) -> Values:
    """What the synapses see of a membrane potential, between 0 and 1."""
    return logistic((v - threshold_mV) / width_mV)


def derivatives(v: Values, w: Values, current: Values, kind: Neuron) -> tuple[Values, Values]:
    """dV/dt in mV/ms and dw/dt in 1/ms; v, w, current of any, equal shapes."""
    calcium, potassium, leak = kind.calcium_mS_per_cm2, kind.potassium_mS_per_cm2, kind.leak_mS_per_cm2
    m = calcium_gate(v, kind)
    ionic = calcium * m * (v - kind.calcium_reversal_mV) + potassium * w * (v - kind.potassium_reversal_mV)
    dv = (current - ionic - leak * (v - kind.leak_reversal_mV)) / kind.capacitance_uF_per_cm2
    return dv, (potassium_gate(v, kind) - w) * rate(v, kind)


def calcium_gate(v: Values, kind: Neuron) -> Values:
    """m at equilibrium, which it reaches at once."""
    return logistic(2 * (v - kind.v1_mV) / kind.v2_mV)


def potassium_gate(v: Values, kind: Neuron) -> Values:
    """w at equilibrium."""
    return logistic(2 * (v - kind.v3_mV) / kind.v4_mV)


def rate(v: Values, kind: Neuron) -> Values:
    """How fast w goes to its equilibrium, phi / tau_w, in 1/ms."""
    return kind.phi_per_ms * _library(v).cosh((v - kind.v3_mV) / (2 * kind.v4_mV))


def semi_implicit(v: Values, w: Values, current: Values, dt_ms: float, kind: Neuron) -> tuple[Values, Values]:
    """The published scheme (code of May 2023): trapezoidal in w with the old V, then in V with the new w. Order 1."""
    half = 0.5 * dt_ms * rate(v, kind)
    w = (2 * half * potassium_gate(v, kind) + (1 - half) * w) / (1 + half)
    calcium, potassium = kind.calcium_mS_per_cm2 * calcium_gate(v, kind), kind.potassium_mS_per_cm2 * w
    total = calcium + potassium + kind.leak_mS_per_cm2
    driven = calcium * kind.calcium_reversal_mV + potassium * kind.potassium_reversal_mV
    driven = driven + kind.leak_mS_per_cm2 * kind.leak_reversal_mV + current
    step = dt_ms / kind.capacitance_uF_per_cm2
    return (v * (1 - 0.5 * step * total) + step * driven) / (1 + 0.5 * step * total), w


def euler(v: Values, w: Values, current: Values, dt_ms: float, kind: Neuron) -> tuple[Values, Values]:
    """Explicit Euler. Order 1."""
    dv, dw = derivatives(v, w, current, kind)
    return v + dt_ms * dv, w + dt_ms * dw


def runge_kutta(v: Values, w: Values, current: Values, dt_ms: float, kind: Neuron) -> tuple[Values, Values]:
    """The classical Runge-Kutta scheme: the reference with fixed steps. Order 4."""
    v1, w1 = derivatives(v, w, current, kind)
    v2, w2 = derivatives(v + 0.5 * dt_ms * v1, w + 0.5 * dt_ms * w1, current, kind)
    v3, w3 = derivatives(v + 0.5 * dt_ms * v2, w + 0.5 * dt_ms * w2, current, kind)
    v4, w4 = derivatives(v + dt_ms * v3, w + dt_ms * w3, current, kind)
    return v + dt_ms / 6 * (v1 + 2 * v2 + 2 * v3 + v4), w + dt_ms / 6 * (w1 + 2 * w2 + 2 * w3 + w4)


SCHEMES = {"semi_implicit": semi_implicit, "euler": euler, "runge_kutta": runge_kutta}


def trace(
    current: NDArray[np.floating],
    duration_ms: float,
    dt_ms: float,
    kind: Neuron,
    scheme: str = "runge_kutta",
    start: tuple[float, float] = (REST_V_MV, REST_W),
) -> NDArray[np.floating]:
    """Potentials (time + 1, neuron) in mV of neurons with constant currents (neuron,), with step dt_ms."""
    v, w = (np.full(np.shape(current), value, dtype=float) for value in start)
    found = [v]
    for _ in range(round(duration_ms / dt_ms)):
        v, w = SCHEMES[scheme](v, w, current, dt_ms, kind)
        found.append(v)
    return np.array(found)


def jacobian(v: NDArray[np.floating], w: NDArray[np.floating], kind: Neuron) -> NDArray[np.floating]:
    """Derivatives of (dV/dt, dw/dt) with respect to (V, w), shape (…, 2, 2), in closed form."""
    m, gate, speed = calcium_gate(v, kind), potassium_gate(v, kind), rate(v, kind)
    calcium, potassium = kind.calcium_mS_per_cm2, kind.potassium_mS_per_cm2
    dm, dgate = 2 / kind.v2_mV * m * (1 - m), 2 / kind.v4_mV * gate * (1 - gate)
    dspeed = speed * np.tanh((v - kind.v3_mV) / (2 * kind.v4_mV)) / (2 * kind.v4_mV)
    dv_dv = -(calcium * (dm * (v - kind.calcium_reversal_mV) + m) + potassium * w + kind.leak_mS_per_cm2)
    dv_dw = -potassium * (v - kind.potassium_reversal_mV)
    dw_dv = dgate * speed + (gate - w) * dspeed
    rows = [dv_dv / kind.capacitance_uF_per_cm2, dv_dw / kind.capacitance_uF_per_cm2, dw_dv, -speed]
    return np.stack(rows, axis=-1).reshape(*np.shape(v), 2, 2)


def _library(x: Values) -> Any:
    if isinstance(x, np.ndarray | float | np.floating):
        return np
    import torch

    return torch
