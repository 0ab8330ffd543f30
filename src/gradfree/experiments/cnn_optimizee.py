"""The EnKF on the CNN as something to be tuned: every run costs the same number of network evaluations."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gradfree.randomness import Stream
from gradfree.settings.cnn import EnkfTraining
from gradfree.settings.search import Value

if TYPE_CHECKING:
    import xarray as xr

    from gradfree.tasks.images import ImageSet

NEVER = 2**31  # evaluations while training: only that at the start and that at the end


class EnkfOnCnn:
    """Trains the CNN with the EnKF and scores the mean network (thesis part 3, on the network of part 1).

    Tasks: `validation`, training images held out, for the search; `last_batch`, the published score of a search: minus
    the squared error of the members on the last training batch; `test`, the digits' test images; `letters`, trained
    and tested on letters, which the search never saw. All genes are keys of `EnkfTraining`. The budget is fixed in
    network evaluations (members x images), so that a large ensemble gets fewer updates.
    """

    tasks = ("validation", "last_batch", "test", "letters")

    def __init__(
        self,
        inputs: Mapping[str, Path],
        *,
        forward_passes: int,
        n_validation: int,
        training: Mapping[str, Any],
    ) -> None:
        if missing := {"digits", "letters"} - inputs.keys():
            raise ValueError(f"inputs: expected a file of each image set, missing {', '.join(sorted(missing))}")
        if unknown := training.keys() - EnkfTraining.model_fields.keys():
            raise ValueError(f"training: unknown keys {', '.join(sorted(unknown))}")
        self.inputs, self.forward_passes, self.n_validation = inputs, forward_passes, n_validation
        self.training = dict(training)

    def run(self, genes: Mapping[str, Value], stream: Stream, task: str, start: xr.Dataset | None = None) -> xr.Dataset:
        """One training; `fitness` is minus the error in % on the images of the task, or what `last_batch` says."""
        from gradfree.experiments import cnn_enkf

        config = self.config(genes, "letters" if task == "letters" else "digits")
        initial = None
        if start is not None and "ensemble" in start:  # a run that failed leaves nothing to go on from
            initial = _resized(start["ensemble"].values, config.n_members, stream)
        images, started = self._images(config.data, task), time.monotonic()
        run = cnn_enkf.run(config, images, stream, initial=initial, diagnostics=False)
        wall_time_s = time.monotonic() - started  # without reading images and loading libraries
        resuming = [name for name in run.data_vars if str(name).startswith("at_")]
        run = run.rename(test_error_percent="error_percent", test_loss="loss")
        run = run.drop_vars(["validation_error_percent", "velocity", *resuming])
        run["error_percent"].attrs["long_name"] = f"error of the mean network, task {task}"
        run["loss"].attrs["long_name"] = f"cross-entropy of the mean network, task {task}"
        loss = run["misfit"] if task == "last_batch" else run["error_percent"]
        run["fitness"] = ((), -float(loss[-1]), {"units": "1", "long_name": f"fitness, task {task}"})
        return run.assign_attrs(wall_time_s=wall_time_s)

    def config(self, genes: Mapping[str, Value], data: str) -> EnkfTraining:
        """The training that these genes stand for. Raises ValueError where the budget is less than one update."""
        blank = {"adaptive": None, "n_validation": 0, "evaluate_every": NEVER, "iterations": 1}
        config = EnkfTraining(**{**blank, **self.training, **genes, "data": data})
        updates = self.forward_passes // (config.n_members * config.batch_size)
        if updates < 1:
            raise ValueError(
                f"{config.n_members} members exceed the budget of {self.forward_passes} with one mini-batch"
            )
        return config.model_copy(update={"iterations": updates})

    def _images(self, data: str, task: str) -> ImageSet:
        """Images to train on, and as test images those of the task: the search never holds a real test image."""
        from gradfree.tasks.images import subset
        from gradfree.tasks.library import load_images

        images = load_images(data, self.inputs[data])
        train, held_out = slice(None, -self.n_validation), slice(-self.n_validation, None)
        pixels, labels = images.train_images, images.train_labels
        shown = replace(images, train_images=subset(pixels, train), train_labels=labels[train])
        if task in ("test", "letters"):
            return shown
        return replace(shown, test_images=subset(pixels, held_out), test_labels=labels[held_out])


def _resized(ensemble: np.ndarray, n_members: int, stream: Stream) -> np.ndarray:
    """As many members as wanted: the first ones, or copies of random ones with a little noise (0.01)."""
    rng, missing = stream.generator("new members"), max(n_members - len(ensemble), 0)
    copies = ensemble[rng.integers(len(ensemble), size=missing)]
    noise = 0.01 * rng.standard_normal(copies.shape, dtype=np.float32)
    return np.concatenate([ensemble[:n_members], copies + noise])
