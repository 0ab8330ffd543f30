"""The EnKF behind init, ask, tell, with remedies for the collapse of small ensembles, each a switch of its own.

With the default `Remedies()` this is the published optimizer: the ensemble is asked for, judged, and moved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gradfree.optimizers import enkf

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Remedies:
    """What is done against collapse; the defaults do nothing.

    inflation: factor on the anomalies after each update (Anderson & Anderson 1999). redraw_std: before each update the
    ensemble is drawn anew around its mean, in antithetic pairs. step_size: share of the computed move that is made.
    momentum: of the mean (Kovachki & Stuart 2018). averaging: weight of the past in a running mean of means (Polyak &
    Juditsky 1992). adaptive_noise: noise variance is at least this multiple of the mean squared innovation.
    blocks: updates vary one block of the parameters after the other, so that the others cannot add sampling error.
    """

    inflation: float = 1.0
    redraw_std: float | None = None
    step_size: float = 1.0
    momentum: float = 0.0
    averaging: float = 0.0
    adaptive_noise: float = 0.0
    blocks: tuple[slice, ...] = (slice(None),)

    def block(self, steps: int) -> slice:
        """The block that step number `steps` varies."""
        return self.blocks[steps % len(self.blocks)]


@dataclass(frozen=True)
class SearchState:
    """An ensemble (member, parameter); of its mean the velocity, and the average, to be used (parameter,)."""

    ensemble: Array
    velocity: Array
    averaged: Array
    steps: int = 0


def init(
    rng: np.random.Generator, n_members: int, n_parameters: int, initial_std: float, redraw_std: float | None = None
) -> SearchState:
    """Members drawn from N(0, initial_std²), all parameters alike, float32 (LOD 2020: 0.1).

    With `redraw_std` the members surround one such draw instead: the mean of many is nearly zero, where all channels of
    a network are alike and stay so when only the mean is kept.
    """
    ensemble = rng.standard_normal((n_members, n_parameters), dtype=np.float32) * np.float32(initial_std)
    if redraw_std is not None:
        ensemble = redraw(rng, ensemble[0], redraw_std, n_members)
    return SearchState(ensemble, np.zeros(n_parameters, np.float32), ensemble.mean(axis=0))


def ask(state: SearchState, remedies: Remedies, rng: np.random.Generator) -> tuple[Array, SearchState]:
    """The population to evaluate (member, parameter)."""
    population = state.ensemble
    if remedies.redraw_std is not None:
        population = redraw(rng, population.mean(axis=0), remedies.redraw_std, len(population))
    block = remedies.block(state.steps)
    if block != slice(None):
        varied = np.tile(population.mean(axis=0), (len(population), 1))
        varied[:, block] = population[:, block]
        population = varied
    return population, state


def tell(
    state: SearchState,
    remedies: Remedies,
    population: Array,
    predictions: Array,
    observations: Array,
    noise_variance: float,
    form: str,
) -> SearchState:
    """The state after one update; predictions (member, image, output), observations (image, output)."""
    noise = max(noise_variance, remedies.adaptive_noise * mean_squared_innovation(predictions, observations))
    moved = enkf.update(population, predictions, observations, noise * np.eye(observations.shape[-1]), form)
    block = remedies.block(state.steps)
    if block != slice(None):  # the other blocks keep the anomalies they had
        ensemble = state.ensemble.copy()
        ensemble[:, block] = moved[:, block]
        moved = ensemble
    old_mean, new_mean = population.mean(axis=0), moved.mean(axis=0)
    velocity = remedies.momentum * state.velocity + remedies.step_size * (new_mean - old_mean)
    if (remedies.inflation, remedies.step_size, remedies.momentum) != (1.0, 1.0, 0.0):
        moved = (old_mean + velocity + remedies.inflation * (moved - new_mean)).astype(population.dtype)
    steps = state.steps + 1
    weight = min(remedies.averaging, 1 - 1 / steps)  # a plain average until there is enough past to forget
    averaged = weight * state.averaged + (1 - weight) * moved.mean(axis=0)
    return SearchState(moved, velocity, averaged, steps)


def redraw(rng: np.random.Generator, mean: Array, std: float, n_members: int) -> Array:
    """Members (member, parameter) from N(mean, std²) in antithetic pairs, whose mean is `mean` for even counts."""
    half = rng.standard_normal((-(-n_members // 2), len(mean)), dtype=np.float32) * np.float32(std)
    return mean + np.concatenate([half, -half])[:n_members]


def resize(rng: np.random.Generator, state: SearchState, n_members: int) -> SearchState:
    """The state with `n_members`: random members leave, new ones come from the Gaussian of the ensemble.

    The published code changed a divisor only; that members really come and go, and how, is our reading.
    """
    ensemble = state.ensemble
    if n_members <= len(ensemble):
        keep = np.sort(rng.choice(len(ensemble), n_members, replace=False))
        return replace(state, ensemble=ensemble[keep])
    return replace(state, ensemble=np.concatenate([ensemble, sample(rng, ensemble, n_members - len(ensemble))]))


def replace_failed(rng: np.random.Generator, state: SearchState, failed: NDArray[np.bool_]) -> SearchState:
    """Failed members (member,) are drawn anew from the Gaussian of the others. Raises ValueError if < 2 live."""
    if failed.sum() > len(failed) - 2:
        raise ValueError(
            f"{failed.sum()} of {len(failed)} members have no finite predictions; nothing is left to learn from"
        )
    ensemble = state.ensemble.copy()
    ensemble[failed] = sample(rng, ensemble[~failed], int(failed.sum()))
    return replace(state, ensemble=ensemble)


def sample(rng: np.random.Generator, ensemble: Array, n_new: int) -> Array:
    """Draws (n_new, parameter) from N(mean, covariance) of an ensemble, as mixtures of its anomalies."""
    anomalies = ensemble - ensemble.mean(axis=0)
    mixture = rng.standard_normal((n_new, len(ensemble)), dtype=np.float32) / np.float32(np.sqrt(len(ensemble) - 1))
    return ensemble.mean(axis=0) + mixture @ anomalies


def mean_squared_innovation(predictions: Array, observations: Array) -> float:
    """Mean of (observation - prediction)² over finite members, images and outputs."""
    return float(np.nanmean(np.square(observations - np.where(np.isfinite(predictions), predictions, np.nan))))
