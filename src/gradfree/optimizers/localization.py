"""Localized updates of the ensemble Kalman filter: where a covariance is known to be zero, none is estimated.

Small ensembles estimate spurious covariances between parameters and outputs that have nothing to do with each other.
Localization sets them to zero (Houtekamer & Mitchell 2001, doi 10.1175/1520-0493(2001)129<0123:ASEKFF>2.0.CO;2). Here
the structure is exact: a group of parameters reaches one output only, so each group is a filter of its own, and an
ensemble of J members spans J - 1 directions in each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gradfree.optimizers import enkf, square_root

Array = NDArray[np.floating]


def filter_of(form: str) -> Callable[[Array, Array, Array, Array], Array]:
    """The update of a form: `sequential` and `joint` of the ensemble Kalman filter, or `square_root`."""
    return square_root.update if form == "square_root" else partial(enkf.update, form=form)


def update(
    ensemble: Array,
    predictions: Array,
    observations: Array,
    noise_variance: float,
    group: NDArray[np.integer],
    form: str = "sequential",
) -> Array:
    """One update in which parameters of group k (parameter,) learn from output k only; forms are those of `filter_of`.

    Shapes as in `enkf.update`. A member that failed in any output stays where it is and moves nobody.
    """
    failed = np.asarray(~np.isfinite(predictions).all(axis=(1, 2)))
    moved, noise, move = ensemble.copy(), noise_variance * np.eye(1), filter_of(form)
    for output in range(observations.shape[-1]):
        own = np.where(failed[:, None, None], np.nan, predictions[:, :, output : output + 1])
        columns = group == output
        moved[:, columns] = move(ensemble[:, columns], own, observations[:, output : output + 1], noise)
    return moved
