"""An adaptive Rosenbrock solver for stiff systems in torch, batched, every trial with steps of its own; no gradients.

RODAS of order 4, L-stable and stiffly accurate: Hairer & Wanner, Solving ODEs II (1996), section IV.7 and table 7.5;
coefficients, with more digits, as in the authors' public code `rodas.f`. Newton's iteration is not needed: each of the
six stages is one linear system, and all share the matrix 1 - h gamma J. States have dims (trial, variable).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tensor = Any
Array = NDArray[np.floating]
Field = Callable[[Tensor], Tensor]

GAMMA, ORDER = 0.25, 4
LAST = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895)
STATES = (  # how earlier increments enter the state at which a stage looks; the solution is the last row and stage
    (),
    (1.544,),
    (0.9466785280815826, 0.2557011698983284),
    (3.314825187068521, 2.896124015972201, 0.9986419139977817),
    LAST,
    (*LAST, 1.0),
)
COUPLINGS = (  # and how its right-hand side
    (),
    (-5.6688,),
    (-2.430093356833875, -0.2063599157091915),
    (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
    (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616),
    (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
)


def step(field: Field, jacobian: Field, state: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """The states after steps of length h (trial,), and their distances to the embedded solution of order 3.

    jacobian (trial, variable, variable). Both are NaN or infinite where the linear system has no solution.
    """
    import torch

    length = h[:, None] * GAMMA
    eye = torch.eye(state.shape[1], dtype=state.dtype)
    solve = torch.linalg.inv_ex(eye - length[..., None] * jacobian(state)).inverse
    increments = torch.empty((len(STATES), *state.shape), dtype=state.dtype)
    flat, place = increments.view(len(STATES), -1), state
    for stage, rows in enumerate(_mixtures(state.dtype)):
        moved, coupled = (rows @ flat[:stage]).view(2, *state.shape)
        place = state + moved
        right = torch.addcmul(coupled, field(place), length)
        increments[stage] = (solve @ right[..., None])[..., 0]
    return place + increments[-1], increments[-1]


@cache
def _mixtures(dtype: Any) -> list[Tensor]:
    """For each stage the weights (2, earlier stage) of its state and of its right-hand side."""
    import torch

    return [
        torch.tensor([states, [GAMMA * c for c in couplings]], dtype=dtype)
        for states, couplings in zip(STATES, COUPLINGS, strict=True)
    ]


def adaptive(
    field: Field,
    jacobian: Field,
    start: Tensor,
    times: Array,
    relative: float = 1e-6,
    absolute: float = 1e-9,
    most_steps: int = 100_000,
) -> Tensor:
    """States (time, trial, variable) at `times`, the first of which is that of `start`.

    Raises ArithmeticError if a trial does not arrive within `most_steps`.
    """
    import torch

    last, everyone = len(times), torch.arange(len(start))
    targets = torch.as_tensor(np.append(times, times[-1]), dtype=start.dtype)  # those at the end stay there
    found = start.repeat(last + 1, 1, 1)
    state, now = start, targets[0].repeat(len(start))
    goal = torch.ones(len(start), dtype=torch.long)
    with torch.no_grad():
        h = _first_step(field, state, relative, absolute)
        for _ in range(most_steps):
            if int(goal.min()) == last:
                return found[:last]
            target = targets[goal]
            taken = torch.minimum(h, target - now)
            new, error = step(field, jacobian, state, taken)
            scale = absolute + relative * torch.maximum(state.abs(), new.abs())
            size = torch.linalg.vector_norm(error / scale, dim=1) / state.shape[1] ** 0.5
            accepted = size <= 1
            arrived = accepted & (taken >= target - now)
            state = torch.where(accepted[:, None], new, state)
            now = torch.where(arrived, target, now + taken * accepted)
            proposed = taken * torch.nan_to_num(0.9 * size ** (-1 / ORDER), nan=0.2).clamp(0.2, 6.0)
            # a step cut short to hit a target says nothing against the longer one
            h = torch.where(arrived, torch.maximum(h, proposed), proposed)
            found[goal, everyone] = state  # written again until the trial is there
            goal = (goal + arrived).clamp(max=last)
    slowest = int(goal.argmin())
    raise ArithmeticError(
        f"trial {slowest} reached t = {now[slowest].item():.4g} of {times[-1]:.4g} in {most_steps} steps, the last of "
        f"{h[slowest].item():.3g}; loosen `relative` ({relative:g}) and `absolute` ({absolute:g}) or allow more steps"
    )


def _first_step(field: Field, state: Tensor, relative: float, absolute: float) -> Tensor:
    """A length at which the first Euler step moves by about a hundredth of the state (trial,)."""
    scale = absolute + relative * state.abs()
    size, speed = ((x / scale).square().mean(-1).sqrt() for x in (state, field(state)))
    return (0.01 * size / speed.clamp(min=1e-30)).clamp(1e-12)
