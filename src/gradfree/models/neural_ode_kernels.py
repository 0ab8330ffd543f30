"""Compiled trajectories of neural ODEs with one hidden layer of tanh units, for whole populations, without gradients.

Member after member is integrated by itself: its hidden layer stays in the cache, and the compiler computes eight or
sixteen units at a time. Arithmetic is 32-bit.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from gradfree.compiling import compiled
from gradfree.models.cnn_kernels import TANH, activate
from gradfree.models.neural_ode import Mlp

Array = NDArray[np.float32]
contracted = partial(compiled, contract=True)  # products and sums may become one instruction
HALF, SIXTH, TWO, ONE = np.float32(0.5), np.float32(1 / 6), np.float32(2), np.float32(1)


@contracted
def slope(y: Array, first: Array, second: Array, inputs: Array, hidden: Array, found: Array) -> None:
    """Right-hand side of one member: found (trial, variable) of y; `inputs` and `hidden` are room to work in.

    first (source, unit) and second (unit, variable) end with the row of biases, which may be zero.
    """
    n_trials, n_variables = y.shape
    for trial in range(n_trials):
        for variable in range(n_variables):
            inputs[trial, variable] = y[trial, variable] * y[trial, variable] * y[trial, variable]
        inputs[trial, n_variables] = ONE
    np.dot(inputs, first, hidden)
    activate(TANH, hidden.ravel())
    np.dot(hidden, second[:-1], found)
    for trial in range(n_trials):
        for variable in range(n_variables):
            found[trial, variable] += second[-1, variable]


@contracted
def integrate(first: Array, second: Array, start: Array, step: float, states: Array) -> None:
    """Fills states (member, time, trial, variable) by classical Runge-Kutta steps; start (trial, variable)."""
    n_members, n_points, n_trials, n_variables = states.shape
    h = np.float32(step)
    inputs, hidden = np.empty((n_trials, n_variables + 1), np.float32), np.empty((n_trials, first.shape[2]), np.float32)
    k1, k2, k3, k4 = np.empty_like(start), np.empty_like(start), np.empty_like(start), np.empty_like(start)
    for member in range(n_members):
        y = start.copy()
        states[member, 0] = y
        for point in range(1, n_points):
            slope(y, first[member], second[member], inputs, hidden, k1)
            slope(y + HALF * h * k1, first[member], second[member], inputs, hidden, k2)
            slope(y + HALF * h * k2, first[member], second[member], inputs, hidden, k3)
            slope(y + h * k3, first[member], second[member], inputs, hidden, k4)
            y = y + h * SIXTH * (k1 + TWO * (k2 + k3) + k4)
            states[member, point] = y


def trajectories(mlp: Mlp, population: Array, start: Array, step: float, n_points: int) -> Array:
    """States (member, time, trial, variable) of a population (member, parameter) from start (trial, variable).

    Raises ValueError for a network that has not exactly one hidden layer of tanh units and cubed inputs.
    """
    if len(mlp.sizes) != 3 or mlp.activation != "tanh" or not mlp.cubed:
        raise ValueError(f"expected cubed inputs and one hidden layer of tanh units, found {mlp}")
    matrices = [np.swapaxes(matrix, 1, 2) for matrix in mlp.matrices(population)]
    if not mlp.bias:
        matrices = [np.pad(matrix, ((0, 0), (0, 1), (0, 0))) for matrix in matrices]
    first, second = (np.ascontiguousarray(matrix, dtype=np.float32) for matrix in matrices)
    states = np.empty((len(population), n_points, *start.shape), np.float32)
    integrate(first, second, np.ascontiguousarray(start, dtype=np.float32), step, states)
    return states
