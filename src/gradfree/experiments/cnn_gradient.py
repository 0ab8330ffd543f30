"""Backpropagation trains the same CNN, from initial weights where gradients vanish (LOD 2020, Figs. 1 and 3 to 7)."""

from __future__ import annotations

import time

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments import cnn_measures as measures
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.history import History, Quantity
from gradfree.models import cnn
from gradfree.optimizers import gradient
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.cnn import GradientTraining
from gradfree.tasks.images import ImageSet

Array = NDArray[np.floating]

MAGNITUDE_EDGES = np.linspace(-14, 2, 65)  # log10 |gradient|; exact zeros count in the lowest bin

PER_RECORD = {
    "gradient_mean": Quantity("mean gradient of a layer's weights", "1", ("layer",)),
    "gradient_std": Quantity("standard deviation of the gradient over a layer's weights", "1", ("layer",)),
    "gradient_magnitude_histogram": Quantity("histogram of log10 |gradient|", "counts", ("layer", "bin")),
    **measures.ACTIVATION_QUANTITIES,
}
PER_EVALUATION = {
    "test_error_percent": Quantity("test error", "%"),
    "test_loss": Quantity("test cross-entropy", "nat"),
    "training_loss": Quantity("cross-entropy of the last mini-batch", "nat"),
    "forward_passes": Quantity("network evaluations so far, each with a backward pass", "images"),
    "wall_s": Quantity("wall time so far", "s"),
}


def run(
    config: GradientTraining,
    images: ImageSet,
    stream: Stream,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Trains with cross-entropy on shuffled mini-batches; records gradients and activations over `iteration`.

    One `iteration` is one mini-batch. Returns histories over `iteration` and `evaluation` and the final parameters.
    """
    total = config.epochs * config.batches_per_epoch
    checkpoints, progress = checkpoints or Checkpoints(None), progress or Progress(None, total)
    recorded, evaluated = History("iteration", PER_RECORD), History("evaluation", PER_EVALUATION)
    state, wall_s = _resume(config, stream, checkpoints, recorded, evaluated)
    started = time.monotonic() - wall_s
    order = np.empty(0, np.int64)
    for index in range(state.steps, total):
        epoch, batch = divmod(index, config.batches_per_epoch)
        if batch == 0 or not len(order):
            order = stream.generator("order", epoch).permutation(len(images.train_images))
        chosen = order[batch * config.batch_size : (batch + 1) * config.batch_size]
        population, state = gradient.ask(state)
        loss, gradients = _backpropagate(population[0], images, chosen, config.activation)
        if index % config.record_every == 0:
            recorded.record(
                index, **_measures(population[0], gradients, images.train_images[chosen], config.activation)
            )
        state = gradient.tell(state, population, gradients[None])
        if index % config.evaluate_every == 0 or index == total - 1:
            n_images, per_epoch = len(images.train_images), config.batches_per_epoch * config.batch_size
            passes = epoch * min(per_epoch, n_images) + min((batch + 1) * config.batch_size, n_images)
            evaluated.record(
                index, **_evaluate(state.parameters, images, config, loss, passes, time.monotonic() - started)
            )
        progress.step(index + 1, error=evaluated.last("test_error_percent"), loss=loss)
        if checkpoints.due():
            checkpoints.write(index + 1, _dataset(state, recorded, evaluated, time.monotonic() - started))
    return _dataset(state, recorded, evaluated, time.monotonic() - started)


def _backpropagate(
    parameters: Array, images: ImageSet, chosen: NDArray[np.int64], activation: str
) -> tuple[float, Array]:
    leaf = torch.tensor(parameters, requires_grad=True)
    logits = cnn.layers(leaf, torch.from_numpy(images.train_images[chosen]), activation)[-1]
    loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(images.train_labels[chosen]))
    (found,) = torch.autograd.grad(loss, leaf)
    return loss.item(), found.numpy()


def _measures(parameters: Array, gradients: Array, shown: Array, activation: str) -> dict[str, Array]:
    blocks = [gradients[layer.slice] for layer in cnn.LAYERS.values()]
    with np.errstate(divide="ignore"):
        magnitudes = [np.log10(np.abs(block)) for block in blocks]
    return {
        "gradient_mean": np.array([block.mean() for block in blocks]),
        "gradient_std": np.array([block.std() for block in blocks]),
        "gradient_magnitude_histogram": np.array([measures.histogram(m, MAGNITUDE_EDGES) for m in magnitudes]),
        **measures.activations(parameters, shown, activation),
    }


def _evaluate(
    parameters: Array, images: ImageSet, config: GradientTraining, loss: float, passes: int, wall_s: float
) -> dict[str, float]:
    error, test_loss = measures.scores(parameters, images.test_images[:], images.test_labels, config.activation)
    return {
        "test_error_percent": error,
        "test_loss": test_loss,
        "training_loss": loss,
        "forward_passes": passes,
        "wall_s": wall_s,
    }


def _dataset(state: gradient.GradientState, recorded: History, evaluated: History, wall_s: float) -> xr.Dataset:
    dataset = xr.merge([recorded.dataset(), evaluated.dataset()])
    for name in ("parameters", "first_moment", "second_moment"):
        dataset[name] = ("parameter", getattr(state, name), {"units": "1", "long_name": f"{name} at the end"})
    dataset["at_step"] = ((), state.steps, {"units": "1", "long_name": "mini-batches done"})
    dataset["at_wall_s"] = ((), wall_s, {"units": "s", "long_name": "wall time"})
    return dataset.assign_coords(
        layer=measures.LAYER_NAMES,
        bin=("bin", (MAGNITUDE_EDGES[1:] + MAGNITUDE_EDGES[:-1]) / 2, {"units": "1", "long_name": "log10 |gradient|"}),
    )


def _resume(
    config: GradientTraining, stream: Stream, checkpoints: Checkpoints, recorded: History, evaluated: History
) -> tuple[gradient.GradientState, float]:
    saved = checkpoints.newest()
    if saved is None:
        draws = stream.generator("initial weights").standard_normal(cnn.N_PARAMETERS, dtype=np.float32)
        start = draws * np.float32(config.initial_std)
        return gradient.init(start, config.optimizer, config.learning_rate, config.momentum), 0.0
    recorded.restore(saved)
    evaluated.restore(saved)
    moments = {name: saved[name].values for name in ("parameters", "first_moment", "second_moment")}
    state = gradient.GradientState(
        rule=config.optimizer,
        learning_rate=config.learning_rate,
        momentum=config.momentum,
        steps=int(saved["at_step"]),
        **moments,
    )
    return state, float(saved["at_wall_s"])
