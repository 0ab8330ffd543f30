"""Where backpropagation succeeds: accuracy over a cause of instability, learning rate, and clipping of gradients."""

from __future__ import annotations

from itertools import product

import numpy as np
import xarray as xr

from gradfree.experiments import contest
from gradfree.experiments.biophysical_network import NetworkProblem
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.biophysical_networks import NetworkTraining, Success

DIMS = ("value", "learning_rate", "clip_norm")
LABELS = {
    "validation_accuracy_percent": {"units": "%", "long_name": "validation trials named correctly after training"},
    "failed_share": {"units": "1", "long_name": "share of iterations whose gradient was not finite somewhere"},
}


def run(
    config: Success, stream: Stream, checkpoints: Checkpoints | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """Trains once for each place of the map, always from the same start and on the same trials of a seed."""
    checkpoints, progress = checkpoints or Checkpoints(None), progress or Progress(None, config.iterations)
    found, first = _resume(config, checkpoints)
    combinations = list(product(config.values, config.learning_rates, config.clip_norms))
    for place in range(first, len(combinations)):
        accuracy, failed = _train(config.changed(*combinations[place]), stream)
        for name, number in (("validation_accuracy_percent", accuracy), ("failed_share", failed)):
            found[name].values.flat[place] = number
        progress.step(place + 1, accuracy=accuracy, failed=failed)
        if checkpoints.due():
            checkpoints.write(place + 1, found.assign_attrs(done=place + 1))
    return found


def _train(config: NetworkTraining, stream: Stream) -> tuple[float, float]:
    found = contest.run(config, NetworkProblem(config, stream), stream)
    failed = float((found["failed_share"] > 0).mean())
    return float(found["validation_accuracy_percent"][-1]), failed


def _resume(config: Success, checkpoints: Checkpoints) -> tuple[xr.Dataset, int]:
    saved = checkpoints.newest()
    if saved is not None:
        return saved.drop_attrs(deep=False), int(saved.attrs["done"])
    shape = (len(config.values), len(config.learning_rates), len(config.clip_norms))
    clips = [np.inf if clip is None else clip for clip in config.clip_norms]
    return xr.Dataset(
        {name: (DIMS, np.full(shape, np.nan), label) for name, label in LABELS.items()},
        {"value": list(config.values), "learning_rate": list(config.learning_rates), "clip_norm": clips},
    ), 0
