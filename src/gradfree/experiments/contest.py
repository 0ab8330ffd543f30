"""One problem, several ways to train it: every step, evaluation and failure counted, so that costs can be compared.

How a step of each trainer goes is in `experiments.trainers`.
"""

from __future__ import annotations

import resource
import time
from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.history import History, Quantity
from gradfree.experiments.trainers import Learner, Problem, start, step
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.training import Training

Array = NDArray[np.floating]

PER_ITERATION = {
    "training_loss": Quantity("loss of the mean or current parameters' batch"),
    "gradient_norm": Quantity("norm of the gradient, exact or estimated, before clipping"),
    "failed_share": Quantity("share of members, or of entries of the gradient, that are not finite"),
}
COSTS = {
    "forward_simulations": Quantity("simulated trials so far", "trials"),
    "backward_simulations": Quantity("trials differentiated backwards so far", "trials"),
    "wall_s": Quantity("wall time so far, without evaluations", "s"),
    "peak_memory_MB": Quantity("largest memory of the process so far", "MB"),
}


def run(
    config: Training,
    problem: Problem,
    stream: Stream,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Trains and returns histories over `iteration` and `evaluation`, and the final parameters."""
    checkpoints, progress = checkpoints or Checkpoints(None), progress or Progress(None, config.iterations)
    recorded, evaluated = History("iteration", PER_ITERATION), History("evaluation", {**problem.scores, **COSTS})
    learner, costs, first = _resume(config, problem, stream, checkpoints, recorded, evaluated)
    if first == 0:
        evaluated.record(0, **problem.evaluate(learner.parameters), **_costs(costs))
    for index in range(first, config.iterations):
        started = time.perf_counter()
        learner, did = step(config, problem, learner, index, stream)
        costs += np.array([did.forward, did.backward, time.perf_counter() - started])
        recorded.record(index, training_loss=did.loss, gradient_norm=did.gradient_norm, failed_share=did.failed_share)
        if (index + 1) % config.evaluate_every == 0 or index + 1 == config.iterations:
            evaluated.record(index + 1, **problem.evaluate(learner.parameters), **_costs(costs))
        progress.step(index + 1, loss=did.loss, gradient=did.gradient_norm)
        if checkpoints.due():
            checkpoints.write(index + 1, _dataset(learner, costs, recorded, evaluated))
    return _dataset(learner, costs, recorded, evaluated)


def _costs(costs: Array) -> dict[str, float]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "forward_simulations": costs[0], "backward_simulations": costs[1], "wall_s": costs[2], "peak_memory_MB": peak,
    }  # fmt: skip


KEPT = {  # what a learner needs to go on, and its dims
    "first_moment": ("parameter",), "second_moment": ("parameter",), "std": ("parameter",), "steps": ("layer",),
    "ensemble": ("member", "parameter"), "seeds": ("generation",), "told": ("generation", "member"),
}  # fmt: skip


def _dataset(learner: Learner, costs: Array, recorded: History, evaluated: History) -> xr.Dataset:
    dataset = xr.merge([recorded.dataset(), evaluated.dataset()])
    label = {"units": "1", "long_name": "parameters at the end"}
    dataset["parameters"] = (("parameter",), learner.parameters, label)
    for name, dims in KEPT.items():
        if getattr(learner, name).size:
            label = {"units": "1", "long_name": f"{name.replace('_', ' ')} at the end"}
            dataset[f"at_{name}"] = (dims, getattr(learner, name), label)
    dataset["at_costs"] = (("quantity",), costs, {"units": "1", "long_name": "forward, backward trials and seconds"})
    return dataset


def _resume(
    config: Training, problem: Problem, stream: Stream, checkpoints: Checkpoints, recorded: History, evaluated: History
) -> tuple[Learner, Array, int]:
    learner, saved = start(config, problem, stream), checkpoints.newest()
    if saved is None:
        return learner, np.zeros(3), 0
    recorded.restore(saved)
    evaluated.restore(saved)
    kept = {name: saved[f"at_{name}"].values for name in KEPT if f"at_{name}" in saved}
    learner = replace(learner, parameters=saved["parameters"].values, **kept)
    return learner, saved["at_costs"].values.copy(), recorded.steps[-1] + 1
