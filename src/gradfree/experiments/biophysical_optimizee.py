"""An evolution strategy on a Morris-Lecar network as something to be tuned: every run simulates as many trials."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradfree.randomness import Stream
from gradfree.settings.biophysical_networks import NetworkTraining
from gradfree.settings.search import Value

if TYPE_CHECKING:
    import xarray as xr


class EvolutionOnNetwork:
    """Trains a recurrent network of biophysical neurons without gradients (chapter `biophysical`) and scores it.

    Weights, words and trials derive from the stream of a run, so that no two runs share any. Tasks: `validation`, for
    the search; `test`, the same with the streams of the comparison; `memory`, another task that the search never saw.
    Genes are keys of `NetworkTraining`, and `n_pairs`, half the population: its members are antithetic. The budget is
    fixed in simulated trials (members x trials of a step), so that a large population gets fewer steps.
    """

    tasks = ("validation", "test", "memory")

    def __init__(
        self, inputs: Mapping[str, Path], *, simulations: int, training: Mapping[str, Any], memory: Mapping[str, Any]
    ) -> None:
        if unknown := (training.keys() | memory.keys()) - NetworkTraining.model_fields.keys():
            raise ValueError(f"training and memory: unknown keys {', '.join(sorted(unknown))}")
        self.simulations, self.training, self.memory = simulations, dict(training), dict(memory)
        self.config({}, "validation"), self.config({}, "memory")

    def run(self, genes: Mapping[str, Value], stream: Stream, task: str, start: xr.Dataset | None = None) -> xr.Dataset:
        """One training; `fitness` is minus the error in % on trials that no step has seen."""
        from gradfree.experiments import biophysical_network

        if start is not None:
            raise ValueError("carry_over: no two runs share a network to go on with; set carry_over: false")
        started = time.monotonic()
        run = biophysical_network.run(self.config(genes, task), stream)
        run.attrs["wall_time_s"] = time.monotonic() - started  # without loading libraries
        run = run.drop_vars([name for name in run.data_vars if str(name).startswith("at_")])  # places to resume from
        fitness = float(run["validation_accuracy_percent"][-1]) - 100
        run["fitness"] = ((), fitness, {"units": "1", "long_name": f"fitness, task {task}"})
        return run

    def config(self, genes: Mapping[str, Value], task: str) -> NetworkTraining:
        """The training that these genes stand for. Raises ValueError where the budget is less than one step."""
        own = {name: value for name, value in genes.items() if name != "n_pairs"}
        if "n_pairs" in genes:
            own["n_members"] = 2 * int(genes["n_pairs"])
        other = self.memory if task == "memory" else {}
        config = NetworkTraining(**{**self.training, **other, **own, "optimizer": "es", "iterations": 1})
        steps = self.simulations // ((config.n_members + config.exact_readout) * config.batch_size)
        if steps < 1:
            raise ValueError(f"{config.n_members} members exceed the budget of {self.simulations} with one step")
        return config.model_copy(update={"iterations": steps, "evaluate_every": steps})
