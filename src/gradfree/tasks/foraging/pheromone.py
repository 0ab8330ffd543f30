"""The pheromone field: diffusion over the whole world, evaporation inside the arena."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float64]


def diffuse(field: Field, share: float) -> Field:
    """Each patch gives `share` of its value in eighths to its neighbors; at the edges of the world it keeps the rest.

    Neighbors are added in pairs of opposites, so that a mirrored or turned field gives exactly the mirrored or turned
    result, and equal neighbors of a drop stay equal.

    Args:
        field: (..., y, x).
        share: 0 to 1.
    """
    f = np.pad(field, [(0, 0)] * (field.ndim - 2) + [(1, 1), (1, 1)])
    south, middle, north = f[..., :-2, :], f[..., 1:-1, :], f[..., 2:, :]
    sides = (middle[..., :-2] + middle[..., 2:]) + (south[..., 1:-1] + north[..., 1:-1])
    corners = (south[..., :-2] + north[..., 2:]) + (south[..., 2:] + north[..., :-2])
    return field * kept(field.shape[-2], field.shape[-1], share) + (share / 8) * (sides + corners)


def kept(height: int, width: int, share: float) -> Field:
    """Share that each patch keeps (y, x): what goes to neighbors that do not exist stays."""
    rows, columns = (np.where(np.arange(n) % (n - 1) == 0, 2, 3) for n in (height, width))
    return 1.0 - (share / 8) * (rows[:, None] * columns - 1)


def evaporate(field: Field, share: float, inside: NDArray[np.bool_]) -> Field:
    """`field` (..., y, x) without `share` of what lies where `inside` (y, x)."""
    return np.where(inside, field * (1.0 - share), field)
