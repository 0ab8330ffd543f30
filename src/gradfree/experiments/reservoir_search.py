"""The optimizers that train the readout behind one pair of functions; each sees the same rates of the same images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradfree.experiments import reservoir_outputs as out
from gradfree.experiments.reservoir_space import Space
from gradfree.optimizers import cross_entropy, enkf_search, gaussian_search, localization, resampling
from gradfree.optimizers import evolution_strategies as es
from gradfree.randomness import Stream
from gradfree.settings.readout import ReadoutTraining

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Judged:
    """A population (member, coordinate) and what is known of it."""

    population: Array
    outputs: Array  # (member, image, class)
    observations: Array  # (image, class)
    fitness: Array  # (member,), the published one; NaN for the failed


def ask(config: ReadoutTraining, state: Any, stream: Stream) -> Array:
    """The population (member, coordinate) of the next generation; `stream` is that of the generation."""
    rng = stream.generator("ask")
    if config.optimizer == "enkf":
        if config.redraw_pA is None:
            return state
        return enkf_search.redraw(rng, state.mean(axis=0), config.redraw_pA, config.n_members)
    return {"random_search": gaussian_search, "cross_entropy": cross_entropy, "evolution_strategy": es}[
        config.optimizer
    ].ask(state, rng)[0]


def tell(config: ReadoutTraining, space: Space, state: Any, judged: Judged, stream: Stream) -> Any:
    """The state after a generation. Comparators maximize minus the misfit, the very innovations that the EnKF sees."""
    if config.optimizer == "enkf":
        return _tell_enkf(config, space, judged, stream)
    fitness = -out.misfit(judged.outputs, judged.observations)
    if config.optimizer == "random_search":
        return gaussian_search.tell(state, judged.population, fitness)
    if config.optimizer == "cross_entropy":
        return cross_entropy.tell(state, judged.population, fitness)
    return es.tell(state, judged.population, fitness)


def start(config: ReadoutTraining, points: Array) -> Any:
    """The state before the first generation, from initial points (member, coordinate); all start around their mean."""
    center = points.mean(axis=0)
    if config.optimizer == "enkf":
        return points
    if config.optimizer == "random_search":
        return gaussian_search.init(center, config.std_pA, config.n_members)
    if config.optimizer == "cross_entropy":
        return cross_entropy.init(center, config.std_pA, config.n_members)
    rate = config.learning_rate * config.std_pA
    return es.init(center, config.std_pA, es.Estimator(config.n_members), "adam", rate)


def estimate(config: ReadoutTraining, state: Any) -> Array:
    """The point (coordinate,) that stands for the optimizer: mean of the ensemble or distribution, or the champion."""
    if config.optimizer == "enkf":
        return state.mean(axis=0)
    return state.champion if config.optimizer == "random_search" else state.mean


def _tell_enkf(config: ReadoutTraining, space: Space, judged: Judged, stream: Stream) -> Array:
    """Resampling, update, inflation, and bounds, in the published order; failed members are drawn anew."""
    rule, parts = config.resampling, space.parts
    found = resampling.Resampled(judged.population, (judged.outputs,) * len(parts))
    if rule is not None:
        settings = resampling.Rule(rule.best_share, rule.worst_share, rule.noise_std)
        rng = stream.generator("resampling")
        found = resampling.resample(
            rng, judged.population, judged.outputs, judged.fitness, parts, settings, config.defects
        )
    moved = np.empty_like(judged.population)
    for part, outputs in zip(parts, found.predictions, strict=True):
        handed = out.scrambled(outputs) if "scrambled_outputs" in config.defects else outputs
        moved[:, part] = _update(config, space, found.ensemble[:, part], handed, judged.observations, part)
    mean = moved.mean(axis=0)
    if config.inflation != 1:
        moved = (mean + config.inflation * (moved - mean)).astype(moved.dtype)
    if space.basis is None:
        moved = resampling.redraw_beyond(stream.generator("bound"), moved, config.bound_pA, config.bound_std_pA)
    failed = np.asarray(~np.isfinite(moved).all(axis=1) | ~np.isfinite(found.predictions[-1]).all(axis=(1, 2)))
    return _replace_failed(moved, failed, stream)


def _update(
    config: ReadoutTraining, space: Space, ensemble: Array, outputs: Array, observations: Array, part: slice
) -> Array:
    if config.localized:
        group = space.cluster[part]
        return localization.update(ensemble, outputs, observations, config.noise_variance, group, config.form)
    noise = config.noise_variance * np.eye(observations.shape[-1])
    return localization.filter_of(config.form)(ensemble, outputs, observations, noise)


def _replace_failed(moved: Array, failed: NDArray[np.bool_], stream: Stream) -> Array:
    if not failed.any():
        return moved
    state = enkf_search.SearchState(moved, np.zeros(0), np.zeros(0))
    return enkf_search.replace_failed(stream.generator("failed"), state, failed).ensemble


def arrays_of(config: ReadoutTraining, state: Any) -> dict[str, Array]:
    """The arrays of a state that change from generation to generation, for a checkpoint."""
    if config.optimizer == "enkf":
        return {"points": state}
    if config.optimizer == "random_search":
        return {"champion": state.champion}
    if config.optimizer == "cross_entropy":
        return {"mean": state.mean, "std": state.std, "extra_std": np.asarray(state.extra_std)}
    descent = state.descent
    return {
        "mean": descent.parameters,
        "first": descent.first_moment,
        "second": descent.second_moment,
        "steps": np.asarray(descent.steps),
    }


def with_arrays(config: ReadoutTraining, state: Any, arrays: dict[str, Array]) -> Any:
    """The initial state with arrays of a checkpoint; the inverse of `arrays_of`."""
    if config.optimizer == "enkf":
        return arrays["points"]
    if config.optimizer == "random_search":
        return replace(state, champion=arrays["champion"])
    if config.optimizer == "cross_entropy":
        return replace(state, mean=arrays["mean"], std=arrays["std"], extra_std=float(arrays["extra_std"]))
    descent = replace(
        state.descent,
        parameters=arrays["mean"],
        first_moment=arrays["first"],
        second_moment=arrays["second"],
        steps=int(arrays["steps"]),
    )
    return replace(state, descent=descent)
