"""The slope of a loss along random directions: exact, and of the loss that a population's perturbations smooth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def along_random_directions(
    losses: Callable[[Array], Array],
    start: Array,
    gradient: Array,
    place: slice,
    sigma: float,
    n_directions: int,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Slopes at `start` (parameter,) along unit directions (direction,) that change the parameters `place` only.

    `losses` of a population (member, parameter) are differenced as far to both sides as members of deviation sigma are.
    """
    n_parameters = place.stop - place.start
    directions = np.zeros((n_directions, len(start)), start.dtype)
    draws = rng.standard_normal((n_directions, n_parameters))
    directions[:, place] = draws / np.linalg.norm(draws, axis=1, keepdims=True)
    reach = start.dtype.type(sigma * np.sqrt(n_parameters))
    found = losses(np.concatenate([start + reach * directions, start - reach * directions]))
    return directions @ gradient, (found[:n_directions] - found[n_directions:]) / (2 * reach)
