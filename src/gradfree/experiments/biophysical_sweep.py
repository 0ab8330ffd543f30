"""Samples and σ of an evolution strategy on the spiral: one training for every place of the grid, without selection.

The published plots show for each number of samples the best of 20 σ, and leave out runs that missed the goal.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import xarray as xr

from gradfree.experiments import contest
from gradfree.experiments.biophysical_spiral import SpiralProblem
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.biophysical_odes import Sweep

ERROR = {"units": "1", "long_name": "mean absolute error of pieces from all over the trajectory, after training"}


def run(
    config: Sweep, stream: Stream, checkpoints: Checkpoints | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """Errors over `samples` and `sigma`, all from the same start and on the same pieces of a seed."""
    checkpoints, progress = checkpoints or Checkpoints(None), progress or Progress(None, config.iterations)
    found, first = _resume(config, checkpoints)
    places = list(product(config.samples, config.sigmas))
    for place in range(first, len(places)):
        training = config.changed(*places[place])
        ended = contest.run(training, SpiralProblem(training, stream), stream)
        found["validation_loss"].values.flat[place] = ended["validation_loss"].values[-1]
        progress.step(place + 1, error=float(ended["validation_loss"][-1]))
        if checkpoints.due():
            checkpoints.write(place + 1, found.assign_attrs(done=place + 1))
    return found


def _resume(config: Sweep, checkpoints: Checkpoints) -> tuple[xr.Dataset, int]:
    saved = checkpoints.newest()
    if saved is not None:
        return saved.drop_attrs(deep=False), int(saved.attrs["done"])
    errors = np.full((len(config.samples), len(config.sigmas)), np.nan)
    return xr.Dataset(
        {"validation_loss": (("samples", "sigma"), errors, ERROR)}, {"samples": config.samples, "sigma": config.sigmas}
    ), 0
