"""One step of each trainer: evolution strategies, CMA-ES, a genetic algorithm, the EnKF, and backpropagation.

A problem knows its parameters, batches and losses; it does not know who trains it. Optimizers see plain arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gradfree.experiments.history import Quantity
from gradfree.optimizers import covariance_adaptation, enkf, genetic, gradient
from gradfree.optimizers import evolution_strategies as es
from gradfree.randomness import Stream
from gradfree.settings.training import Training

Array = NDArray[np.floating]
Indices = NDArray[np.int64]


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
    ensemble: Array  # (member, parameter), of the EnKF and the genetic algorithm
    seeds: Indices  # (generation,), of CMA-ES
    told: Array  # (generation, member): fitness, of CMA-ES all generations, of the genetic algorithm the last one


@dataclass(frozen=True)
class Step:
    """What one step did."""

    loss: float
    gradient_norm: float
    failed_share: float
    forward: int
    backward: int


def start(config: Training, problem: Problem, stream: Stream) -> Learner:
    """The learner before its first step."""
    zeros = np.zeros_like(problem.start)
    ensemble = np.empty((0, len(zeros)), zeros.dtype)
    if config.optimizer in ("enkf", "ga"):
        draws = stream.generator("ensemble").standard_normal((config.n_members, len(zeros)), dtype=np.float32)
        varied = np.zeros_like(zeros)
        varied[np.concatenate(blocks(config, problem))] = config.sigma
        ensemble = problem.start + varied * draws.astype(zeros.dtype)
    n_blocks = len(blocks(config, problem)) + 1  # the last one is a readout that is solved exactly
    std = np.full_like(zeros, config.sigma)
    steps, seeds = np.zeros(n_blocks, np.int64), np.empty(0, np.int64)
    return Learner(problem.start, zeros, zeros, std, steps, ensemble, seeds, np.empty((0, config.n_members)))


def blocks(config: Training, problem: Problem) -> list[Indices]:
    """Indices of parameters that are varied together: all trained layers, or each by itself."""
    ends = np.cumsum([rows * columns for rows, columns in problem.shapes.values()])
    starts = np.concatenate([[0], ends[:-1]])
    found = {name: np.arange(a, b) for name, a, b in zip(problem.shapes, starts, ends, strict=True)}
    chosen = [found[name] for name in config.trained]
    return chosen if config.alternate or not chosen else [np.concatenate(chosen)]


def step(config: Training, problem: Problem, learner: Learner, index: int, stream: Stream) -> tuple[Learner, Step]:
    """The learner after one step on a fresh batch, and what the step did."""
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
    take = TRAINERS[config.optimizer]
    learner, found = take(config, problem, learner, batch, index, stream, groups[place], place)
    return learner, replace(found, forward=found.forward + exact.forward)


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
    changed: dict[str, Any] = {}
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
    losses, did = _evaluated(problem, learner.parameters, group, varied, batch)
    found = es.tell(state, varied, -losses)
    norm = found.gradient_norm if np.isfinite(losses).any() else float("nan")
    return _with(learner, group, place, found.descent, found.std), replace(did, gradient_norm=norm)


def _evaluated(problem: Problem, parameters: Array, group: Indices, varied: Array, batch: Any) -> tuple[Array, Step]:
    """Losses of members (member,) that differ from `parameters` in a group of them, and what that cost."""
    population = np.tile(parameters, (len(varied), 1))
    population[:, group] = varied
    losses = problem.losses(population, batch)
    finite = np.isfinite(losses)
    middle = float(losses[finite].mean()) if finite.any() else float("nan")
    return losses, Step(middle, 0.0, float(1 - finite.mean()), len(varied) * problem.n_trials, 0)


def _adapt_covariance(
    config: Training, problem: Problem, learner: Learner, batch: Any, index: int, stream: Stream,
    group: Indices, place: int,
) -> tuple[Learner, Step]:  # fmt: skip
    """CMA-ES; the parameters are the center of its distribution."""
    state = covariance_adaptation.CovarianceState(
        problem.start[group].astype(np.float64), config.sigma, config.n_members,
        tuple(learner.seeds.tolist()), tuple(learner.told),
    )  # fmt: skip
    varied, state = covariance_adaptation.ask(state, stream.generator("perturbations", index))
    losses, did = _evaluated(problem, learner.parameters, group, varied, batch)
    state = covariance_adaptation.tell(state, varied, -losses)
    parameters = learner.parameters.copy()
    parameters[group] = covariance_adaptation.center(state)
    move = float(np.linalg.norm(parameters - learner.parameters))
    learner = replace(learner, parameters=parameters, seeds=np.array(state.seeds), told=np.array(state.told))
    return learner, replace(did, gradient_norm=move)


def _breed(
    config: Training, problem: Problem, learner: Learner, batch: Any, index: int, stream: Stream,
    group: Indices, place: int,
) -> tuple[Learner, Step]:  # fmt: skip
    """The genetic algorithm; the parameters are the individual that was best on the newest batch."""
    fitness = learner.told[-1] if len(learner.told) else None
    state = genetic.GeneticState(learner.ensemble[:, group], np.full(config.n_members, -1), fitness)
    operators = replace(OPERATORS, mutation_std=config.sigma)
    varied, state = genetic.ask(state, operators, stream.generator("offspring", index))
    losses, did = _evaluated(problem, learner.parameters, group, varied, batch)
    ensemble = learner.ensemble.copy()
    ensemble[:, group] = varied
    best = int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
    parameters = learner.parameters.copy()
    parameters[group] = ensemble[best, group]
    move = float(np.linalg.norm(parameters - learner.parameters))
    learner = replace(learner, parameters=parameters, ensemble=ensemble, told=-losses[None].astype(np.float64))
    return learner, replace(did, gradient_norm=move)


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


OPERATORS = genetic.Operators(  # ours; of DEAP's, the gentlest to vectors that are nearly right already
    tournament_size=3, crossover="uniform", crossover_rate=0.5, mutation_rate=1.0, gene_mutation_rate=0.1, n_elites=2
)
TRAINERS = {"es": _evolve, "bp": _backpropagate, "cma": _adapt_covariance, "ga": _breed}
