"""Leaky integrate-and-fire neurons with alpha-shaped synaptic currents, integrated exactly on a grid of steps.

NEST's `iaf_psc_alpha` with equal kinetics of excitatory and inhibitory synapses; Rotter & Diesmann 1999. The state is
the slope of the synaptic current (minus its decay), the current, and the potential above rest:

    slope'     = -slope / synaptic_time                      a spike of weight w adds w e / synaptic_time
    current'   = slope - current / synaptic_time
    potential' = current / capacitance - potential / membrane_time
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Propagators(NamedTuple):
    """Entries of the matrix that takes the state (slope, current, potential) one step further."""

    synaptic_decay: float  # P11 = P22
    current_from_slope: float  # P21, ms
    membrane_decay: float  # P33
    potential_from_current: float  # P32, mV per pA
    potential_from_slope: float  # P31, mV per (pA/ms)


def propagators(dt_ms: float, membrane_time_ms: float, synaptic_time_ms: float, capacitance_pF: float) -> Propagators:
    """The exact propagators over dt_ms. The two time constants have to differ."""
    synaptic_decay, membrane_decay = math.exp(-dt_ms / synaptic_time_ms), math.exp(-dt_ms / membrane_time_ms)
    beta_ms = synaptic_time_ms * membrane_time_ms / (membrane_time_ms - synaptic_time_ms)
    difference = membrane_decay - synaptic_decay
    return Propagators(
        synaptic_decay=synaptic_decay,
        current_from_slope=dt_ms * synaptic_decay,
        membrane_decay=membrane_decay,
        potential_from_current=beta_ms / capacitance_pF * difference,
        potential_from_slope=beta_ms / capacitance_pF * (beta_ms * difference - dt_ms * synaptic_decay),
    )


def slope_per_pA(synaptic_time_ms: float) -> float:
    """Jump of the slope in pA/ms that makes the current peak at 1 pA."""
    return math.e / synaptic_time_ms
