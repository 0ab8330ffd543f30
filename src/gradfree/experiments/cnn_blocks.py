"""Beyond the thesis: the block-wise Kalman filter trains the CNN, from networks varied weight by weight."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments import cnn_measures as measures
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.history import History, Quantity
from gradfree.models import cnn, cnn_responses
from gradfree.optimizers import block_kalman
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.cnn import BlockTraining
from gradfree.tasks.images import ImageSet

Array = NDArray[np.float32]

BLOCK_SHAPES = {"conv1": (10, 25), "conv2": (20, 250), "output": (10, 1280)}  # (block, weight)

PER_ITERATION = {
    "misfit": Quantity("mean squared innovation of the mini-batch before its update"),
    "spread": Quantity("root mean square of the weights' standard deviations", "1", ("layer",)),
}
PER_EVALUATION = {
    "test_error_percent": Quantity("test error", "%"),
    "test_loss": Quantity("test cross-entropy", "nat"),
    "validation_error_percent": Quantity("error on held-out training images", "%"),
    "forward_passes": Quantity("network evaluations so far, each varied network counted as a whole", "member images"),
    "wall_s": Quantity("wall time so far", "s"),
    **measures.ACTIVATION_QUANTITIES,
}


@dataclass(frozen=True)
class Training:
    """Where a training is: the filter, the average of its weights, and the place in the data."""

    filter: block_kalman.BlockState
    averaged: Array
    iteration: int = 0
    forward_passes: int = 0
    wall_s: float = 0.0


def run(
    config: BlockTraining,
    images: ImageSet,
    stream: Stream,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Trains and records. Returns histories over `iteration` and `evaluation`, and the estimated weights.

    `stream` names the run; the numbers depend on nothing else, however often the run is resumed from `checkpoints`.
    """
    checkpoints, progress = checkpoints or Checkpoints(None), progress or Progress(None, config.iterations)
    per_iteration, per_evaluation = History("iteration", PER_ITERATION), History("evaluation", PER_EVALUATION)
    training = _resume(config, stream, checkpoints, per_iteration, per_evaluation)
    started = time.monotonic() - training.wall_s
    while training.iteration < config.iterations:
        index = training.iteration
        training, misfit = _iterate(config, images, stream, training)
        training = replace(training, wall_s=time.monotonic() - started)
        per_iteration.record(index, misfit=misfit, spread=_spread(training.filter))
        if index % config.evaluate_every == 0 or training.iteration == config.iterations:
            per_evaluation.record(index, **_evaluate(config, images, training))
        progress.step(training.iteration, error=per_evaluation.last("test_error_percent"), misfit=misfit)
        if checkpoints.due():
            checkpoints.write(training.iteration, _dataset(training, per_iteration, per_evaluation, whole=True))
    return _dataset(training, per_iteration, per_evaluation, whole=False)


def _iterate(config: BlockTraining, images: ImageSet, stream: Stream, training: Training) -> tuple[Training, float]:
    chosen = _batch(config, len(images.train_images) - config.n_validation, stream, training.iteration)
    vary_conv1 = training.iteration % config.vary_conv1_every == 0
    found = cnn_responses.responses(
        flatten(training.filter), images.train_images[chosen], config.distance, config.activation, vary_conv1
    )
    responses = {"conv2": found.conv2} | ({"conv1": found.conv1} if found.conv1 is not None else {})
    innovations = measures.one_hot(images.train_labels[chosen]) - found.logits
    state = block_kalman.tell(
        training.filter, responses, found.features, innovations, config.noise_variance, "output", config.inflation
    )
    iteration = training.iteration + 1
    weight = min(config.averaging, 1 - 1 / iteration)  # a plain average until there is enough past to forget
    return replace(
        training,
        filter=state,
        averaged=(weight * training.averaged + (1 - weight) * flatten(state)).astype(np.float32),
        iteration=iteration,
        forward_passes=training.forward_passes + len(chosen) * (1 + sum(cnn_responses.VARIED[k] for k in responses)),
    ), float(np.mean(innovations**2))


def _batch(config: BlockTraining, n_images: int, stream: Stream, iteration: int) -> NDArray[np.int64]:
    """Images of a mini-batch (image,): the data in a new random order in each epoch."""
    epoch, batch = divmod(iteration, n_images // config.batch_size)
    order = stream.generator("order", epoch).permutation(n_images)
    return order[batch * config.batch_size : (batch + 1) * config.batch_size]


def flatten(state: block_kalman.BlockState) -> Array:
    """The parameter vector (18050,) of the filter's weights."""
    return np.concatenate([state.weights[layer].ravel() for layer in cnn.LAYERS])


def _blocks(parameters: Array) -> dict[str, Array]:
    return {layer: parameters[at.slice].reshape(BLOCK_SHAPES[layer]) for layer, at in cnn.LAYERS.items()}


def _spread(state: block_kalman.BlockState) -> Array:
    variances = [np.trace(state.covariances[k], axis1=1, axis2=2).mean() / BLOCK_SHAPES[k][1] for k in cnn.LAYERS]
    return np.sqrt(np.maximum(variances, 0))


def _evaluate(config: BlockTraining, images: ImageSet, training: Training) -> dict[str, object]:
    held_out = slice(len(images.train_images) - config.n_validation, None)
    error, loss = measures.scores(training.averaged, images.test_images[:], images.test_labels, config.activation)
    validation, _ = measures.scores(
        training.averaged, images.train_images[held_out], images.train_labels[held_out], config.activation
    )
    return {
        "test_error_percent": error,
        "test_loss": loss,
        "validation_error_percent": validation,
        "forward_passes": training.forward_passes,
        "wall_s": training.wall_s,
        **measures.activations(training.averaged, images.train_images[:64], config.activation),
    }


def _dataset(training: Training, per_iteration: History, per_evaluation: History, whole: bool) -> xr.Dataset:
    """The run; `whole` with the covariances of the output layer and all else that a resumed run needs."""
    label = {"units": "1", "long_name": "state of the filter"}
    dataset = xr.merge([per_iteration.dataset(), per_evaluation.dataset()])
    dataset["estimate"] = ("parameter", training.averaged, {"units": "1", "long_name": "the trained parameters"})
    dataset["mean"] = ("parameter", flatten(training.filter), label)
    for layer, covariance in training.filter.covariances.items():
        dims = (f"{layer}_block", f"{layer}_weight", f"{layer}_other_weight")
        if whole or layer != "output":
            dataset[f"covariance_{layer}"] = (dims, covariance, label | {"long_name": "covariance within blocks"})
    for name in ("iteration", "forward_passes", "wall_s"):
        dataset[f"at_{name}"] = ((), getattr(training, name), label)
    return dataset.assign_coords(layer=measures.LAYER_NAMES)


def _resume(
    config: BlockTraining, stream: Stream, checkpoints: Checkpoints, per_iteration: History, per_evaluation: History
) -> Training:
    saved = checkpoints.newest()
    if saved is None:
        draws = stream.generator("initial weights").standard_normal(cnn.N_PARAMETERS, dtype=np.float32)
        start = draws * np.float32(config.initial_std)
        return Training(block_kalman.init(_blocks(start), config.prior_variance.model_dump(), "output"), start)
    per_iteration.restore(saved)
    per_evaluation.restore(saved)
    covariances: Mapping[str, NDArray[np.float64]] = {
        layer: saved[f"covariance_{layer}"].values for layer in cnn.LAYERS
    }
    return Training(
        block_kalman.BlockState(_blocks(saved["mean"].values), covariances),
        saved["estimate"].values,
        int(saved["at_iteration"]),
        int(saved["at_forward_passes"]),
        float(saved["at_wall_s"]),
    )
