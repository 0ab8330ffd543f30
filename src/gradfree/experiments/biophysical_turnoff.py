"""Turning one neuron off by its input: loss landscapes, derivatives, and descents from the same starts.

The motivating problem of Hazelden et al. (code of May 2023): a constant current of W times 100 µA/cm², and the mean
output over time, or its number of spikes, as the loss of the single parameter W.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments.checkpoints import Checkpoints
from gradfree.models import morris_lecar as ml
from gradfree.models.morris_lecar_sensitivity import Response, respond
from gradfree.optimizers import evolution_strategies as es
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.biophysical_networks import TurnOff

Array = NDArray[np.floating]
CURRENT_PER_WEIGHT = 100.0  # µA/cm²
LOSSES = ("mean_output", "spikes")
METHODS = ("bp", "es")
ADJOINT_EVERY_MS = 1.0


def run(
    config: TurnOff, stream: Stream, checkpoints: Checkpoints | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """Landscapes over `weight` and `duration`, sensitivity over `time`, and descents over `iteration`."""
    progress = progress or Progress(None, config.iterations)
    start_v, start_w = _start(stream)
    variables = {**_landscapes(config, start_v, start_w), **_sensitivity(config, start_v, start_w)}
    paths = np.stack(
        [[_descend(config, method, loss, stream, (start_v, start_w)) for loss in LOSSES] for method in METHODS]
    )  # (method, loss, path, iteration, start)
    progress.step(config.iterations)
    dims = ("optimizer", "objective", "iteration", "start")
    variables["weight_path"] = (dims, paths[:, :, 0], _label("input weight while descending", "1"))
    variables["loss_path"] = (dims, paths[:, :, 1], _label("its loss: mean output, or spikes per second"))
    coordinates = {
        "weight": np.linspace(*config.weight_range, config.n_weights), "duration": list(config.durations_ms),
        "optimizer": list(METHODS), "objective": list(LOSSES), "start": list(config.starts),
        "iteration": np.arange(config.iterations + 1),
    }  # fmt: skip
    return xr.Dataset(variables, coordinates)


def _start(stream: Stream) -> tuple[float, float]:
    """Published distribution of initial states, one for all runs of a seed."""
    rng = stream.generator("start")
    return float(rng.normal(-40, 5)), float(rng.normal(0.5, 0.1))


def _respond(
    config: TurnOff, weights: Array, start: tuple[float, float], duration_ms: float, every: int = 0
) -> Response:
    n = len(weights)
    return respond(
        ml.neuron(config.neuron), CURRENT_PER_WEIGHT * weights, np.full(n, start[0]), np.full(n, start[1]),
        duration_ms, config.dt_ms, every=every,
    )  # fmt: skip


def _landscapes(config: TurnOff, start_v: float, start_w: float) -> dict[str, tuple]:
    weights = np.linspace(*config.weight_range, config.n_weights)
    found = [_respond(config, weights, (start_v, start_w), duration) for duration in config.durations_ms]
    dims = ("duration", "weight")
    return {
        "mean_v": (dims, np.stack([each.mean_v for each in found]), _label("mean potential", "mV")),
        "mean_v_slope": (
            dims,
            CURRENT_PER_WEIGHT * np.stack([each.mean_v_slope for each in found]),
            _label("exact derivative of the mean potential by the weight", "mV"),
        ),
        "mean_output": (dims, np.stack([each.mean_output for each in found]), _label("mean output")),
        "mean_output_slope": (
            dims,
            CURRENT_PER_WEIGHT * np.stack([each.mean_output_slope for each in found]),
            _label("exact derivative of the mean output by the weight"),
        ),
        "spike_rate": (
            dims,
            np.stack([1000 * each.spikes / d for each, d in zip(found, config.durations_ms, strict=True)]),
            _label("spikes per second", "Hz"),
        ),
    }


def _sensitivity(config: TurnOff, start_v: float, start_w: float) -> dict[str, tuple]:
    every = round(ADJOINT_EVERY_MS / config.dt_ms)
    found = _respond(config, np.array([1.0]), (start_v, start_w), max(config.durations_ms), every)
    return {
        "potential": ("time", found.trace[:, 0], _label("potential at W = 1, every ms", "mV")),
        "sensitivity": (
            "time",
            CURRENT_PER_WEIGHT * found.sensitivity[:, 0],
            _label("derivative of the potential by the weight at W = 1, every ms", "mV"),
        ),
    }


def _descend(config: TurnOff, method: str, loss: str, stream: Stream, start: tuple[float, float]) -> Array:
    """Plain gradient descent from every start: weights and losses (2, iteration + 1, start)."""

    def evaluate(weights: Array) -> tuple[Array, Array]:
        found = _respond(config, weights, start, config.training_ms)
        if loss == "spikes":  # a whole number of spikes has no slope
            return 1000 * found.spikes / config.training_ms, np.zeros(len(weights))
        return found.mean_output, CURRENT_PER_WEIGHT * found.mean_output_slope

    weights = np.array(config.starts, float)
    path = [np.stack([weights, evaluate(weights)[0]])]
    scale = config.spike_scale if loss == "spikes" else 1.0
    for iteration in range(config.iterations):
        rng = stream.generator(method, loss, iteration)
        if method == "bp":
            slopes = evaluate(weights)[1]
            weights = weights - config.learning_rate * np.where(np.isfinite(slopes), slopes, 0)
        else:
            weights = np.array([_evolve(config, evaluate, weight, scale, rng) for weight in weights])
        path.append(np.stack([weights, evaluate(weights)[0]]))
    return np.stack(path, axis=1)


def _evolve(
    config: TurnOff,
    evaluate: Callable[[Array], tuple[Array, Array]],
    weight: float,
    scale: float,
    rng: np.random.Generator,
) -> float:
    choices = es.Estimator(config.n_members, antithetic=False, shaping="none", keep_mean=True)
    state = es.init(np.array([weight]), config.sigma, choices, "sgd", config.learning_rate)
    population, state = es.ask(state, rng)
    return float(es.tell(state, population, -evaluate(population[:, 0])[0] / scale).mean[0])


def _label(long_name: str, units: str = "1") -> dict[str, str]:
    return {"units": units, "long_name": long_name}
