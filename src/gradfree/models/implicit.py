"""Implicit Runge-Kutta solvers for stiff systems in torch, batched, with gradients by the implicit function theorem.

Singly diagonally implicit schemes, all L-stable: Hairer & Wanner, Solving Ordinary Differential Equations II (1996),
section IV.6. Newton's iterations leave no trace in the graph: a solved stage is differentiated as the root that it is,
by one linear system, whatever the number of iterations. States have dims (…, variable).
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
    """Coefficients below and on the diagonal, row by row; the last row is also that of the weights.

    `embedded` weights give a solution of lower order, whose distance estimates the error.
    """

    rows: tuple[tuple[float, ...], ...]
    order: int
    embedded: tuple[float, ...] = ()


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
        (59 / 48, -17 / 96, 225 / 32, -85 / 12, 0.0),
    ),
}


@dataclass(frozen=True)
class Step:
    """The new state, the estimated error (0 without embedded weights), and where Newton's iteration converged."""

    state: Tensor
    error: Tensor
    converged: Tensor


def step(field: Field, jacobian: Field, state: Tensor, h: Any, scheme: Scheme, tolerance: float = 1e-10) -> Step:
    """One step of length h, a number or a tensor (…, 1); jacobian (…, variable, variable).

    `tolerance` bounds the last move of Newton's iteration, relative to 1 + |state|.
    """
    import torch

    gamma = scheme.rows[0][0]
    inverse = _inverse(jacobian, state, h * gamma)
    slopes: list[Tensor] = []
    converged = torch.ones(state.shape[:-1], dtype=torch.bool)
    stage = state
    for row in scheme.rows:
        known = state
        for weight, slope in zip(row[:-1], slopes, strict=True):
            known = known + h * weight * slope
        stage, fine = _solve(field, known, stage.detach(), h * gamma, inverse, tolerance)
        if torch.is_grad_enabled():
            residual = stage - known - h * gamma * field(stage)
            if residual.requires_grad:
                stage = stage - _apply(_inverse(jacobian, stage, h * gamma), residual)
        converged = converged & fine
        slopes.append((stage - known) / (h * gamma))
    error = torch.zeros_like(state)
    for weight, other, slope in zip(scheme.rows[-1], scheme.embedded, slopes, strict=False):
        error = error + h * (weight - other) * slope.detach()
    return Step(stage, error, converged)


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
            done = step(field, jacobian, state, float(after - before) / substeps, SCHEMES[scheme], 1e-8)
            state = torch.where(done.converged[..., None], done.state, torch.full_like(done.state, torch.nan))
        found.append(state)
    return torch.stack(found)


def adaptive(
    field: Field,
    jacobian: Field,
    start: Tensor,
    times: Array,
    relative: float = 1e-6,
    absolute: float = 1e-9,
    most_steps: int = 100_000,
) -> Tensor:
    """States (time, trial, variable) at `times`, every trial with steps of its own, of order 4; without gradients.

    Raises ArithmeticError if a trial does not arrive within `most_steps`.
    """
    import torch

    scheme = SCHEMES["sdirk4"]
    targets = torch.as_tensor(times, dtype=start.dtype)
    n_trials = len(start)
    found = torch.empty((len(times), *start.shape), dtype=start.dtype)
    found[0] = start
    state, now = start.clone(), torch.full((n_trials,), float(times[0]), dtype=start.dtype)
    goal = torch.ones(n_trials, dtype=torch.long)
    with torch.no_grad():
        h = _first_step(field, state, relative, absolute).clamp(max=float(times[1] - times[0]))
        for _ in range(most_steps):
            active = goal < len(times)
            if not active.any():
                return found
            left = targets[goal.clamp(max=len(times) - 1)] - now
            taken = torch.where(active, torch.minimum(h, left), h)
            done = step(field, jacobian, state, taken[:, None], scheme, 1e-2 * relative)
            scale = absolute + relative * torch.maximum(state.abs(), done.state.abs())
            size = (done.error / scale).square().mean(1).sqrt()
            accepted = active & done.converged & (size <= 1)
            state = torch.where(accepted[:, None], done.state, state)
            arrived = accepted & (taken >= left)
            now = torch.where(arrived, targets[goal.clamp(max=len(times) - 1)], torch.where(accepted, now + taken, now))
            if arrived.any():
                found[goal[arrived], arrived.nonzero()[:, 0]] = state[arrived]
                goal = goal + arrived
            factor = (0.9 * size.clamp(min=1e-10) ** (-1 / scheme.order)).clamp(0.2, 6.0)
            factor = torch.where(done.converged, torch.nan_to_num(factor, nan=0.2), torch.full_like(factor, 0.25))
            # a step cut short to hit a target says nothing against the longer one
            h = torch.where(arrived & (taken < h), torch.maximum(h, taken * factor), taken * factor)
    slowest = int((goal < len(times)).nonzero()[0, 0])
    raise ArithmeticError(
        f"trial {slowest} reached t = {now[slowest].item():.4g} of {times[-1]:.4g} in {most_steps} steps, the last of "
        f"{h[slowest].item():.3g}; loosen `relative` ({relative:g}) and `absolute` ({absolute:g}) or allow more steps"
    )


def _first_step(field: Field, state: Tensor, relative: float, absolute: float) -> Tensor:
    """A length at which the first Euler step moves by about a hundredth of the state (…,)."""
    scale = absolute + relative * state.abs()
    size, speed = ((x / scale).square().mean(-1).sqrt() for x in (state, field(state)))
    return (0.01 * size / speed.clamp(min=1e-30)).clamp(1e-12)


def _inverse(jacobian: Field, state: Tensor, h_gamma: Any) -> Tensor:
    """Inverse of 1 - h gamma J, without gradients (…, variable, variable)."""
    import torch

    with torch.no_grad():
        length = h_gamma[..., None] if isinstance(h_gamma, torch.Tensor) else h_gamma
        found = torch.linalg.inv_ex(torch.eye(state.shape[-1], dtype=state.dtype) - length * jacobian(state))
        return found.inverse


def _solve(
    field: Field, known: Tensor, guess: Tensor, h_gamma: Any, inverse: Tensor, tolerance: float
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
