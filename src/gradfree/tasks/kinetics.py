"""Reference trajectories: a spiral and two stiff systems of chemical kinetics.

Robertson 1966 and POLLU (Verwer 1994) are problems of the Test Set for IVP Solvers (Mazzia & Magherini); times, points
and scalings are those of Kim et al., Chaos 31, 093122 (2021). The spiral is the demonstration of torchdiffeq (Chen et
al. 2018).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

K1, K2, K3 = 0.04, 3e7, 1e4
POLLU_RATES = (
    0.35, 26.6, 1.23e4, 8.6e-4, 8.2e-4, 1.5e4, 1.3e-4, 2.4e4, 1.65e4, 9.0e3, 2.2e-2, 1.2e4, 1.88, 1.63e4, 4.8e6,
    3.5e-4, 1.75e-2, 1e8, 4.44e11, 1.24e3, 2.1, 5.78, 4.74e-2, 1.78e3, 3.12,
)  # fmt: skip
POLLU_REACTANTS = (
    (1,), (2, 4), (5, 2), (7,), (7,), (7, 6), (9,), (9, 6), (11, 2), (11, 1), (13,), (10, 2), (14,), (1, 6), (3,), (4,),
    (4,), (16,), (16,), (17, 6), (19,), (19,), (1, 4), (19, 1), (20,),
)  # fmt: skip
POLLU_CHANGES = (  # reactions that consume (negative) and produce each species
    (-1, -10, -14, -23, -24, 2, 3, 9, 11, 12, 22, 25), (-2, -3, -9, -12, 1, 21), (-15, 1, 17, 19, 22),
    (-2, -16, -17, -23, 15), (-3, 4, 4, 6, 7, 13, 20), (-6, -8, -14, -20, 3, 18, 18), (-4, -5, -6, 13), (4, 5, 6, 7),
    (-7, -8), (-12, 7, 9), (-9, -10, 8, 11), (9,), (-11, 10), (-13, 12), (14,), (-18, -19, 16), (-20,), (20,),
    (-21, -22, -24, 23, 25), (-25, 24),
)  # fmt: skip
FIRST, SECOND = np.array([(*reactants, 21)[:2] for reactants in POLLU_REACTANTS]).T - 1
STOICHIOMETRY = np.array([[changes.count(r) - changes.count(-r) for r in range(1, 26)] for changes in POLLU_CHANGES])


@dataclass(frozen=True)
class Trajectory:
    """States (time, variable) of one solution at `times`, and the scale of each variable (variable,)."""

    times: Array
    states: Array
    scale: Array


def robertson(_: float, y: Array) -> Array:
    """Right-hand side of Robertson's reactions, y (variable,) or (variable, …)."""
    slow, back, fast = K1 * y[0], K3 * y[1] * y[2], K2 * y[1] * y[1]
    return np.stack([back - slow, slow - back - fast, fast])


def pollu(_: float, y: Array) -> Array:
    """Right-hand side of the pollution model with 20 species and 25 reactions."""
    present = np.concatenate([y, np.ones_like(y[:1])])  # a missing second reactant counts as one
    speeds = (np.array(POLLU_RATES) * (present[FIRST] * present[SECOND]).T).T
    return STOICHIOMETRY @ speeds


def spiral(_: float, y: Array) -> Array:
    """Right-hand side of the cubic spiral."""
    x, z = y[0] ** 3, y[1] ** 3
    return np.stack([-0.1 * x - 2.0 * z, 2.0 * x - 0.1 * z])


def reference(name: str) -> Trajectory:
    """The solution to a relative tolerance of 1e-10: by Radau, implicit of order 5; of the spiral by DOP853."""
    return REFERENCES[name]()


def initial_state(name: str) -> Array:
    """The state (variable,) at time 0."""
    states = {"robertson": np.array([1.0, 0.0, 0.0]), "spiral": np.array([2.0, 0.0]), "pollu": np.zeros(20)}
    states["pollu"][[1, 3, 6, 7, 8, 16]] = 0.2, 0.04, 0.1, 0.3, 0.01, 0.007
    return states[name]


def _solved(
    field: Callable[[float, Array], Array], start: Array, times: Array, absolute: float, scheme: str = "Radau"
) -> Array:
    from scipy.integrate import solve_ivp

    found = solve_ivp(field, (0.0, times[-1]), start, scheme, times, rtol=1e-10, atol=absolute)
    return found.y.T


def _robertson() -> Trajectory:
    times = 10 ** np.linspace(-5, 5, 50)
    states = _solved(robertson, initial_state("robertson"), times, 1e-14)
    return Trajectory(times, states, states.max(0))


def _pollu() -> Trajectory:
    times = np.linspace(0, 60, 20)
    states = _solved(pollu, initial_state("pollu"), times, 1e-20)
    return Trajectory(times, states, states.max(0) - states.min(0))


def _spiral() -> Trajectory:
    times = np.linspace(0, 25, 1000)
    states = _solved(spiral, initial_state("spiral"), times, 1e-12, "DOP853")
    return Trajectory(times, states, np.ones(2))


REFERENCES = {"robertson": _robertson, "pollu": _pollu, "spiral": _spiral}
