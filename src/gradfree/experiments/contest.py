"""One problem, several ways to train it: every step, evaluation and failure counted, so that costs can be compared.

A problem knows its parameters, batches and losses; it does not know who trains it. Optimizers see plain arrays.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.history import History, Quantity
from gradfree.optimizers import enkf, gradient
from gradfree.optimizers import evolution_strategies as es
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.training import Training

Array = NDArray[np.floating]
Indices = NDArray[np.int64]

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


class Problem(Protocol):
    """What can be trained. Losses are lower-is-better; not finite where a simulation failed."""

    start: Array  # (parameter,)
    n_trials: int  # simulated for one member in one step

    @property
    def shapes(self) -> Mapping[str, tuple[int, int]]:
        """The matrices of the parameter vector in their order."""

    @property
    def scores(self) -> Mapping[str, Quantity]:
        """What `evaluate` returns."""

    def batch(self, stream: Stream, iteration: int) -> Any:
        """The data of one step."""

    def losses(self, population: Array, batch: Any) -> Array:
        """Loss of each member (member,)."""

    def gradient(self, parameters: Array, batch: Any) -> tuple[float, Array]:
        """Loss and its derivative (parameter,)."""

    def evaluate(self, parameters: Array) -> dict[str, float]:
        """Scores on data that no step has seen."""


@dataclass(frozen=True)
class Learner:
    """Parameters with the moments of their rule and the standard deviations of their perturbations (parameter,)."""

    parameters: Array
    first_moment: Array
    second_moment: Array
    std: Array
    steps: Indices  # of each block
    ensemble: Array  # (member, parameter), of the EnKF


@dataclass(frozen=True)
class Step:
    """What one step did."""

    loss: float
    gradient_norm: float
    failed_share: float
    forward: int
    backward: int


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
        learner, step = _step(config, problem, learner, index, stream)
        costs += np.array([step.forward, step.backward, time.perf_counter() - started])
        recorded.record(
            index, training_loss=step.loss, gradient_norm=step.gradient_norm, failed_share=step.failed_share
        )
        if (index + 1) % config.evaluate_every == 0 or index + 1 == config.iterations:
            evaluated.record(index + 1, **problem.evaluate(learner.parameters), **_costs(costs))
        progress.step(index + 1, loss=step.loss, gradient=step.gradient_norm)
        if checkpoints.due():
            checkpoints.write(index + 1, _dataset(learner, costs, recorded, evaluated))
    return _dataset(learner, costs, recorded, evaluated)


def blocks(config: Training, problem: Problem) -> list[Indices]:
    """Indices of parameters that are varied together: all trained layers, or each by itself."""
    ends = np.cumsum([rows * columns for rows, columns in problem.shapes.values()])
    starts = np.concatenate([[0], ends[:-1]])
    found = {name: np.arange(a, b) for name, a, b in zip(problem.shapes, starts, ends, strict=True)}
    chosen = [found[name] for name in config.trained]
    return chosen if config.alternate or not chosen else [np.concatenate(chosen)]


def _step(config: Training, problem: Problem, learner: Learner, index: int, stream: Stream) -> tuple[Learner, Step]:
    batch = problem.batch(stream, index)
    if config.optimizer == "enkf":
        return _filter(config, problem, learner, batch)
    exact = Step(float("nan"), 0.0, 0.0, 0, 0)
    if config.exact_readout:
        learner, exact = _solve_readout(config, problem, learner, batch, index)
    groups = blocks(config, problem)
    if not groups:
        return learner, exact
    place = index % len(groups)
    take = _evolve if config.optimizer == "es" else _backpropagate
    learner, step = take(config, problem, learner, batch, index, stream, groups[place], place)
    return learner, replace(step, forward=step.forward + exact.forward)


def _solve_readout(config: Training, problem: Any, learner: Learner, batch: Any, index: int) -> tuple[Learner, Step]:
    """A step of the linear readout along its exact gradient, which needs a forward pass only."""
    loss, group, slope = problem.readout_gradient(learner.parameters, batch)
    place = len(learner.steps) - 1
    state = gradient.RULES[config.rule](_descent(config, learner, group, place, index), slope)
    step = Step(loss, float(np.linalg.norm(slope)), 0.0, problem.n_trials, 0)
    return _with(learner, group, place, state, learner.std[group]), step


def _rate(config: Training, index: int) -> float:
    return config.learning_rate * config.final_rate ** (index / max(config.iterations - 1, 1))


def _descent(config: Training, learner: Learner, group: Indices, place: int, index: int) -> gradient.GradientState:
    moments = (learner.first_moment[group], learner.second_moment[group])
    return gradient.GradientState(
        learner.parameters[group], config.rule, _rate(config, index), 0.0, *moments, int(learner.steps[place])
    )


def _with(learner: Learner, group: Indices, place: int, found: gradient.GradientState, std: Array) -> Learner:
    """The learner after a block of its parameters has moved."""
    new = {
        "parameters": found.parameters,
        "first_moment": found.first_moment,
        "second_moment": found.second_moment,
        "std": std,
    }
    changed: dict[str, Array] = {}
    for name, values in new.items():
        changed[name] = getattr(learner, name).copy()
        changed[name][group] = values
    steps = learner.steps.copy()
    steps[place] = found.steps
    return replace(learner, **changed, steps=steps)


def _evolve(
    config: Training, problem: Problem, learner: Learner, batch: Any, index: int, stream: Stream,
    group: Indices, place: int,
) -> tuple[Learner, Step]:  # fmt: skip
    shapes = tuple(problem.shapes[name] for name in config.trained)
    estimator = es.Estimator(
        config.n_members, config.antithetic, config.shaping, config.keep_mean, config.rank,
        (shapes[place],) if config.alternate else shapes, config.adapt,
    )  # fmt: skip
    state = es.EvolutionState(_descent(config, learner, group, place, index), learner.std[group], estimator)
    varied, state = es.ask(state, stream.generator("perturbations", index))
    population = np.tile(learner.parameters, (len(varied), 1))
    population[:, group] = varied
    losses = problem.losses(population, batch)
    failed = ~np.isfinite(losses)
    found = es.tell(state, varied, -losses)
    norm = float("nan") if failed.all() else found.gradient_norm
    learner = _with(learner, group, place, found.descent, found.std)
    middle = float(losses[~failed].mean()) if not failed.all() else float("nan")
    return learner, Step(middle, norm, float(failed.mean()), len(varied) * problem.n_trials, 0)


def _backpropagate(
    config: Training, problem: Problem, learner: Learner, batch: Any, index: int, stream: Stream,
    group: Indices, place: int,
) -> tuple[Learner, Step]:  # fmt: skip
    loss, slope = problem.gradient(learner.parameters, batch)
    slope = slope[group]
    failed = ~np.isfinite(slope)
    norm = float(np.linalg.norm(slope))
    step = Step(loss, norm, float(failed.mean()), problem.n_trials, problem.n_trials)
    if failed.any() and config.failed_gradients == "skip":
        return learner, step
    slope = tamed(np.where(failed, 0, slope), config.clip_norm, config.normalize_power)
    state = gradient.RULES[config.rule](_descent(config, learner, group, place, index), slope)
    return _with(learner, group, place, state, learner.std[group]), step


def tamed(slope: Array, clip_norm: float | None, power: float) -> Array:
    """The gradient divided by a power of its norm, then shortened to `clip_norm`."""
    norm = np.linalg.norm(slope)
    if norm > 0:
        slope = slope / norm**power
        norm = np.linalg.norm(slope)
    return slope * (clip_norm / norm) if clip_norm is not None and norm > clip_norm else slope


def _filter(config: Training, problem: Any, learner: Learner, batch: Any) -> tuple[Learner, Step]:
    predictions, observations = problem.predictions(learner.ensemble, batch)
    failed = ~np.isfinite(predictions).all((1, 2))
    noise = config.noise_variance * np.eye(observations.shape[-1], dtype=np.float32)
    finite = learner.ensemble[~failed]
    moved = learner.ensemble.copy()
    moved[~failed] = enkf.update(finite, predictions[~failed], observations, noise, "joint")
    loss = float(np.square(predictions[~failed] - observations).mean())
    mean = moved[~failed].mean(0)
    learner = replace(learner, ensemble=moved, parameters=mean)
    move = float(np.linalg.norm(mean - finite.mean(0)))
    return learner, Step(loss, move, float(failed.mean()), len(moved) * problem.n_trials, 0)


def _costs(costs: Array) -> dict[str, float]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "forward_simulations": costs[0], "backward_simulations": costs[1], "wall_s": costs[2], "peak_memory_MB": peak,
    }  # fmt: skip


def _start(config: Training, problem: Problem, stream: Stream) -> Learner:
    zeros = np.zeros_like(problem.start)
    ensemble = np.empty((0, len(zeros)), zeros.dtype)
    if config.optimizer == "enkf":
        draws = stream.generator("ensemble").standard_normal((config.n_members, len(zeros)), dtype=np.float32)
        varied = np.zeros_like(zeros)
        varied[np.concatenate(blocks(config, problem))] = config.sigma
        ensemble = problem.start + varied * draws.astype(zeros.dtype)
    n_blocks = len(blocks(config, problem)) + 1  # the last one is a readout that is solved exactly
    std = np.full_like(zeros, config.sigma)
    return Learner(problem.start, zeros, zeros, std, np.zeros(n_blocks, np.int64), ensemble)


DIMS = {"steps": ("layer",), "ensemble": ("member", "parameter")}


def _dataset(learner: Learner, costs: Array, recorded: History, evaluated: History) -> xr.Dataset:
    dataset = xr.merge([recorded.dataset(), evaluated.dataset()])
    for name in ("parameters", "first_moment", "second_moment", "std", "steps", "ensemble"):
        label = {"units": "1", "long_name": f"{name.replace('_', ' ')} at the end"}
        key = name if name == "parameters" else f"at_{name}"
        if getattr(learner, name).size:
            dataset[key] = (DIMS.get(name, ("parameter",)), getattr(learner, name), label)
    dataset["at_costs"] = (("quantity",), costs, {"units": "1", "long_name": "forward, backward trials and seconds"})
    return dataset


def _resume(
    config: Training, problem: Problem, stream: Stream, checkpoints: Checkpoints, recorded: History, evaluated: History
) -> tuple[Learner, Array, int]:
    learner, saved = _start(config, problem, stream), checkpoints.newest()
    if saved is None:
        return learner, np.zeros(3), 0
    recorded.restore(saved)
    evaluated.restore(saved)
    names = ("first_moment", "second_moment", "std", "steps", "ensemble")
    kept = {name: saved[f"at_{name}"].values for name in names if f"at_{name}" in saved}
    learner = replace(learner, parameters=saved["parameters"].values, **kept)
    return learner, saved["at_costs"].values.copy(), recorded.steps[-1] + 1
