"""The EnKF on the readout of the reservoir as something to be tuned: every run costs the same number of simulations."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gradfree.randomness import Stream
from gradfree.settings.readout import ReadoutTraining, Resampling
from gradfree.settings.reservoir import Model, Part
from gradfree.settings.search import Value

if TYPE_CHECKING:
    import xarray as xr

    from gradfree.experiments.reservoir_data import Data

RESAMPLING = "resampling_"  # genes of this prefix are keys of the block `resampling`


class EnkfOnReservoir:
    """Trains the synapses onto the output clusters and scores the mean of the ensemble (thesis part 3).

    Tasks: `validation`, for the search: `held_out` images of each digit, drawn anew for each run from those for
    training and validation, so that no search adapts to a few images; `test`, test images; `other_digits`, trained and
    tested on digits that the search never saw. Genes are keys of `ReadoutTraining` or, with the prefix
    `resampling_`, of its resampling. The budget is fixed in simulations (members x images), so that a large ensemble
    gets fewer updates.
    """

    tasks = ("validation", "test", "other_digits")

    def __init__(
        self,
        inputs: Mapping[str, Path],
        *,
        simulations: int,
        held_out: int,
        digits: Sequence[int],
        other_digits: Sequence[int],
        model: Mapping[str, Any],
        training: Mapping[str, Any],
    ) -> None:
        if "spikes" not in inputs:
            raise ValueError("inputs: expected the list of stored spikes under the name `spikes`")
        if len(digits) != len(other_digits) or set(digits) & set(other_digits):
            raise ValueError(f"other_digits: expected {len(digits)} digits other than {list(digits)}")
        if unknown := training.keys() - ReadoutTraining.model_fields.keys():
            raise ValueError(f"training: unknown keys {', '.join(sorted(unknown))}")
        self.inputs, self.simulations, self.held_out, self.model = inputs, simulations, held_out, Model(**model)
        self.digits, self.other_digits = sorted(digits), sorted(other_digits)
        self.training = dict(training)

    def run(self, genes: Mapping[str, Value], stream: Stream, task: str, start: xr.Dataset | None = None) -> xr.Dataset:
        """One training; `fitness` is minus the error in % on the images of the task."""
        from gradfree.experiments import reservoir_training

        if start is not None:
            raise ValueError("carry_over: a training of the readout cannot go on from another; set carry_over: false")
        data, started = self._data(task, stream), time.monotonic()
        run = reservoir_training.run(self.config(genes), self.model, data, stream)
        wall_time_s = time.monotonic() - started  # without reading spikes and loading libraries
        run = run.drop_vars([name for name in run.data_vars if "validation" in str(name)])
        error_percent = 100 * (1 - float(run["test_accuracy"][-1]))
        run["fitness"] = ((), -error_percent, {"units": "1", "long_name": f"fitness, task {task}"})
        return run.assign_attrs(wall_time_s=wall_time_s)

    def config(self, genes: Mapping[str, Value]) -> ReadoutTraining:
        """The training that these genes stand for. Raises ValueError where the budget is less than one update."""
        own = {name: value for name, value in genes.items() if not name.startswith(RESAMPLING)}
        resampling = {name.removeprefix(RESAMPLING): value for name, value in genes.items() if name not in own}
        block = {**self.training, **own, "n_classes": len(self.digits), "snapshots": 0}
        if resampling:
            block["resampling"] = Resampling(**{**(self.training.get("resampling") or {}), **resampling})
        config = ReadoutTraining(**block)
        updates = self.simulations // (config.n_members * config.images_per_class * config.n_classes)
        if updates < 1:
            raise ValueError(f"{config.n_members} members exceed the budget of {self.simulations} with one update")
        return config.model_copy(update={"generations": updates, "evaluate_every": updates})

    def _data(self, task: str, stream: Stream) -> Data:
        """Spikes with labels from 0 on; as test images those of the task: the search never holds a real one.

        Raises ValueError if a digit was not simulated.
        """
        from gradfree.experiments import reservoir_data, reservoir_spikes

        listed = Path(self.inputs["spikes"])
        digits = self.other_digits if task == "other_digits" else self.digits
        parts: tuple[Part, ...] = ("train", "validation") if task == "validation" else ("train", "validation", "test")
        found = [
            reservoir_data.Part(spikes, np.searchsorted(digits, labels))
            for spikes, labels in reservoir_spikes.load(
                [listed.parent / name for name in json.loads(listed.read_text())], digits, parts
            )
        ]
        if task == "validation":
            train, held_out = reservoir_data.drawn_apart(found, self.held_out, stream.generator("held out"))
            return reservoir_data.Data(train, held_out, held_out)
        return reservoir_data.Data(*found)
