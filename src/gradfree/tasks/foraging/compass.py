"""Whole-degree headings and patches: 0 is north (+y), angles grow clockwise, patch i covers [i - 0.5, i + 0.5)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def _sine_deg(angle: int) -> float:
    """Sine whose values repeat exactly from quadrant to quadrant, so that mirrored worlds give mirrored numbers."""
    quadrant, rest = divmod(angle % 360, 90)
    if quadrant % 2:
        rest = 90 - rest
    value = math.sin(math.radians(rest)) if rest <= 45 else math.cos(math.radians(90 - rest))
    return value if quadrant < 2 else -value


EAST = np.array([_sine_deg(angle) for angle in range(360)])
"""Eastward part of one patch ahead by heading; NetLogo's dx to the last digit or two."""
NORTH = np.array([_sine_deg(angle + 90) for angle in range(360)])
"""Northward part of one patch ahead by heading."""


def patch_of(coordinate: NDArray[np.float64]) -> NDArray[np.int64]:
    """The patch a coordinate lies in."""
    return np.floor(coordinate + 0.5).astype(np.int64)


def at(field: NDArray, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray:
    """Values of fields at positions.

    Args:
        field: (colony, y, x) or, where all colonies share it, (y, x).
        x, y: positions (colony, ...) in patches.

    Returns:
        Values (colony, ...).
    """
    row, column = patch_of(y), patch_of(x)
    if field.ndim == 2:
        return field[row, column]
    colony = np.arange(len(field)).reshape(-1, *[1] * (x.ndim - 1))
    return field[colony, row, column]
