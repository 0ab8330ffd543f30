"""Resampling before an ensemble update: noisy copies of good members take the place of bad ones.

Source: the reservoir use case of L2L (Frontiers 2022 code). There the excitatory and the inhibitory weights are
resampled and updated apart, each scaled by its largest absolute value. An update of the ensemble Kalman filter is a
linear map between members that does not depend on the ensemble itself, so that scaling and separation change nothing of
it; they matter for the noise and for who copies from whom.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Rule:
    """Shares of members to copy from and to replace; noise in units of the largest absolute value of a part."""

    best_share: float = 0.10
    worst_share: float = 0.11
    noise_std: float = 0.1


@dataclass(frozen=True)
class Resampled:
    """Members in the order of the ensemble and the predictions that the update of each part takes for theirs."""

    ensemble: Array  # (member, parameter)
    predictions: tuple[Array, ...]  # for each part (member, image, output)


def resample(
    rng: np.random.Generator,
    ensemble: Array,
    predictions: Array,
    fitness: Array,
    parts: tuple[slice, ...],
    rule: Rule,
    defects: Collection[str] = (),
) -> Resampled:
    """Replaces the worst members by a random best one each plus noise; copies keep their donor's predictions.

    ensemble (member, parameter), predictions (member, image, output), fitness (member,) with NaN for the failed, who
    are the worst. All parts of a copy come from one donor. `defects` brings back what the published code does:
    `misaligned_resampling` sorts members by fitness but not their predictions, and writes those of the donors into the
    first rows; `separate_donors` lets each part choose donors for itself; `resampled_twice` does everything twice.
    """
    found = Resampled(ensemble, (predictions,) * len(parts))
    for _ in range(2 if "resampled_twice" in defects else 1):
        found = _once(rng, found, fitness, parts, rule, defects)
        if "misaligned_resampling" in defects:  # members are now sorted, and so is what is known of them
            fitness = fitness[_ranking(fitness)]
    return found


def _once(
    rng: np.random.Generator,
    before: Resampled,
    fitness: Array,
    parts: tuple[slice, ...],
    rule: Rule,
    defects: Collection[str],
) -> Resampled:
    ranking = _ranking(fitness)
    n_best, n_worst = max(int(rule.best_share * len(ranking)), 1), int(rule.worst_share * len(ranking))
    n_worst = min(n_worst, len(ranking) - n_best)
    worst = ranking[len(ranking) - n_worst :]
    shared = rng.choice(ranking[:n_best], n_worst)
    ensemble, outputs = before.ensemble.copy(), []
    for part, predictions in zip(parts, before.predictions, strict=True):
        donors = rng.choice(ranking[:n_best], n_worst) if "separate_donors" in defects else shared
        values = before.ensemble[:, part]
        noise = rng.standard_normal((n_worst, values.shape[1]), dtype=np.float32)
        ensemble[worst, part] = values[donors] + rule.noise_std * float(np.nanmax(np.abs(values))) * noise
        copied = predictions.copy()
        rows = np.arange(n_worst) if "misaligned_resampling" in defects else worst
        copied[rows] = predictions[donors]
        outputs.append(copied)
    if "misaligned_resampling" in defects:
        ensemble = ensemble[ranking]
    return Resampled(ensemble, tuple(outputs))


def _ranking(fitness: Array) -> Indices:
    """Members from best to worst; failed ones last, equal ones in their order."""
    return np.argsort(-np.nan_to_num(fitness, nan=-np.inf), kind="stable")


def redraw_beyond(rng: np.random.Generator, ensemble: Array, bound: float, std: float) -> Array:
    """Every value beyond ±bound is drawn anew from N(±bound, std²), as published; the others stay."""
    beyond = np.abs(ensemble) > bound
    if not beyond.any():
        return ensemble
    bounded = ensemble.copy()
    bounded[beyond] = np.sign(ensemble[beyond]) * bound + std * rng.standard_normal(int(beyond.sum()))
    return bounded
