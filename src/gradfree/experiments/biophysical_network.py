"""Recurrent Morris-Lecar networks learn to integrate evidence, or to remember a cue, with gradients and without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import softmax

from gradfree.experiments import contest
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.history import Quantity
from gradfree.models import morris_lecar as ml
from gradfree.models import morris_lecar_adjoint as adjoint
from gradfree.models import morris_lecar_network as net
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.biophysical_networks import NetworkTraining
from gradfree.tasks import integration, memory

Array = NDArray[np.floating]
SCORES = {
    "validation_loss": Quantity("loss on validation trials"),
    "validation_accuracy_percent": Quantity("validation trials named correctly", "%"),
    "mean_spikes": Quantity("spikes per neuron and validation trial in the readout window", "spikes"),
}


@dataclass(frozen=True)
class Batch:
    """Trials with the potentials they start from (trial, neuron) in mV."""

    words: NDArray[np.int64]
    labels: NDArray[np.int64]
    start_v: Array


def network_of(config: NetworkTraining) -> net.Network:
    """The network that a configuration describes. Raises ValueError for times that do not fit its step."""
    changes = {} if config.capacitance_uF_per_cm2 is None else {"capacitance_uF_per_cm2": config.capacitance_uF_per_cm2}
    return net.Network(
        n_neurons=config.n_neurons, dt_ms=config.dt_ms, word_ms=config.word_ms, readout_ms=config.readout_ms,
        kind=ml.neuron(config.neuron, **changes), release_width_mV=config.release_width_mV,
        synapse_ms=config.synapse_ms,
    )  # fmt: skip


class NetworkProblem:
    """The network on one task, as `contest` trains it."""

    scores: Mapping[str, Quantity] = SCORES

    def __init__(self, config: NetworkTraining, stream: Stream) -> None:
        self.config, self.stream, self.network = config, stream, network_of(config)
        self.n_trials = config.batch_size
        self.shapes: Mapping[str, tuple[int, int]] = self.network.shapes
        self.vocabulary = integration.vocabulary(stream.generator("vocabulary"), self.network.n_inputs)
        self.start = net.initial(self.network, stream.generator("initial weights"))
        if config.input_std is not None:
            draws = stream.generator("initial input weights").standard_normal(self.network.shapes["input"])
            self.start[self.network.slices["input"]] = config.input_std * draws.ravel()
        if config.without_recurrence:
            self.start[self.network.slices["recurrent"]] = 0

    def trials(self, rng: np.random.Generator, n_trials: int) -> Batch:
        """New trials of the task."""
        config = self.config
        draw = integration.draw if config.task == "integration" else memory.draw
        found = draw(rng, n_trials, config.n_words, config.n_delay)
        return Batch(found.words, found.labels, net.start_potentials(self.network, n_trials, rng))

    def batch(self, stream: Stream, iteration: int) -> Batch:
        """Trials never shown before."""
        return self.trials(stream.generator("batch", iteration), self.n_trials)

    def respond(self, population: Array, batch: Batch) -> net.Responses:
        """What members do on trials."""
        return net.forward(self.network, population, self.vocabulary, batch.words, batch.start_v)

    def scores_of(self, responses: net.Responses) -> Array:
        """What the loss reads: logits, or spikes of the first neurons, a third of them for each class."""
        if self.config.loss == "spike_counts":
            return grouped(responses.spike_counts, self.network.n_outputs)
        return responses.logits

    def losses(self, population: Array, batch: Batch) -> Array:
        """Loss of each member (member,)."""
        return self.loss(self.scores_of(self.respond(population, batch)), batch.labels)

    def loss(self, scores: Array, labels: NDArray[np.int64]) -> Array:
        """Mean loss over trials of scores (…, trial, class)."""
        if self.config.loss == "errors":
            return np.where(np.isfinite(scores).all(-1), scores.argmax(-1) != labels, np.nan).mean(-1)
        return cross_entropy(scores, labels)

    def gradient(self, parameters: Array, batch: Batch) -> tuple[float, Array]:
        """Backpropagation through all time steps; losses of integers have no slope."""
        config = self.config
        if config.loss != "cross_entropy":
            return float(self.losses(parameters[None], batch)[0]), np.zeros_like(parameters)
        if config.precision == "float64":
            return self._automatic_gradient(parameters, batch)
        found = adjoint.backpropagate(
            self.network, parameters, self.vocabulary, batch.words, batch.start_v,
            lambda logits: (cross_entropy(logits, batch.labels), surplus(logits, batch.labels) / len(batch.labels)),
            config.truncate_steps, config.checkpoint_steps,
        )  # fmt: skip
        return found.loss, found.gradient

    def _automatic_gradient(self, parameters: Array, batch: Batch) -> tuple[float, Array]:
        import torch

        leaf = torch.tensor(parameters, requires_grad=True, dtype=torch.float64)
        logits, _ = net.differentiable(
            self.network, leaf, self.vocabulary, batch.words, batch.start_v, self.config.truncate_steps
        )
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(batch.labels))
        (found,) = torch.autograd.grad(loss, leaf)
        return loss.item(), found.numpy().astype(parameters.dtype)

    def readout_gradient(self, parameters: Array, batch: Batch) -> tuple[float, NDArray[np.int64], Array]:
        """Loss, indices of the readout, and the exact gradient there: the dynamics do not depend on it."""
        responses = self.respond(parameters[None], batch)
        logits, labels = responses.logits[0], batch.labels
        inputs = np.concatenate([responses.mean_release[0], np.ones((len(labels), 1))], axis=1)
        place = self.network.slices["readout"]
        slope = (surplus(logits, labels).T @ inputs / len(labels)).ravel().astype(parameters.dtype)
        return float(cross_entropy(logits, labels)), np.arange(place.start, place.stop), slope

    def predictions(self, population: Array, batch: Batch) -> tuple[Array, Array]:
        """Class shares (member, trial, class) and one-hot labels, as the EnKF compares them."""
        shares = softmax(self.scores_of(self.respond(population, batch)), axis=-1)
        return shares.astype(np.float32), np.eye(shares.shape[-1], dtype=np.float32)[batch.labels]

    @cached_property
    def validation(self) -> Batch:
        """Trials that are drawn once and only looked at."""
        return self.trials(self.stream.generator("validation"), self.config.n_validation)

    def evaluate(self, parameters: Array) -> dict[str, float]:
        """Scores on the validation trials."""
        responses = self.respond(parameters[None], self.validation)
        scores, labels = self.scores_of(responses)[0], self.validation.labels
        return {
            "validation_loss": float(self.loss(scores, labels)),
            "validation_accuracy_percent": 100 * float((scores.argmax(1) == labels).mean()),
            "mean_spikes": float(responses.spike_counts.mean()),
        }


def run(
    config: NetworkTraining, stream: Stream, checkpoints: Checkpoints | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """One training; histories over `iteration` and `evaluation`, and the final parameters."""
    return contest.run(config, NetworkProblem(config, stream), stream, checkpoints, progress)


def cross_entropy(scores: Array, labels: NDArray[np.int64]) -> Array:
    """Mean softmax cross-entropy in nat of scores (…, trial, class)."""
    top = scores.max(-1, keepdims=True)
    log_sum = top[..., 0] + np.log(np.exp(scores - top).sum(-1))
    chosen = np.take_along_axis(scores, np.broadcast_to(labels[..., None], (*scores.shape[:-1], 1)), -1)[..., 0]
    return (log_sum - chosen).mean(-1)


def surplus(logits: Array, labels: NDArray[np.int64]) -> Array:
    """Derivative of each trial's cross-entropy by its logits (trial, class)."""
    return softmax(logits, axis=-1) - np.eye(logits.shape[1])[labels]


def grouped(counts: Array, n_classes: int) -> Array:
    """Spikes per neuron (…, neuron) summed over n_classes groups of neighbors (…, class)."""
    size = counts.shape[-1] // n_classes
    return counts[..., : size * n_classes].reshape(*counts.shape[:-1], n_classes, size).sum(-1)
