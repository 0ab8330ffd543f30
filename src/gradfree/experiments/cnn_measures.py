"""What is measured on a CNN, whoever trained it: errors and activations per layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradfree.experiments.history import Quantity
from gradfree.models import cnn

Array = NDArray[np.floating]

LAYER_NAMES = list(cnn.LAYERS)
OUTPUT_RANGE = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}  # activations with bounds, near which they saturate
SATURATED_WITHIN = 0.05  # of the range from either bound

ACTIVATION_QUANTITIES = {
    "activation_mean": Quantity("mean output of a layer", "1", ("layer",)),
    "activation_std": Quantity("standard deviation of a layer's outputs", "1", ("layer",)),
    "saturated_share": Quantity("share of outputs within 5 % of a bound of the activation function", "1", ("layer",)),
}


def one_hot(labels: NDArray[np.integer], n_classes: int = 10) -> NDArray[np.float32]:
    """Observations (image, class) of labels (image,)."""
    return np.eye(n_classes, dtype=np.float32)[labels]


def scores(parameters: Array, images: Array, labels: NDArray[np.integer], activation: str) -> tuple[float, float]:
    """Error in % and mean cross-entropy (nats) of one network on images (image, 28, 28).

    A network with answers that are not finite has learned nothing: its error is 100 %, its cross-entropy NaN.
    """
    logits = cnn.forward(parameters[None].astype(np.float32), images, activation)[0].astype(np.float64)
    if not np.isfinite(logits).all():
        return 100.0, float("nan")
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probability = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    error = 100 * np.mean(logits.argmax(axis=1) != labels)
    return float(error), float(-log_probability[np.arange(len(labels)), labels].mean())


def activations(parameters: Array, images: Array, activation: str) -> dict[str, Array]:
    """Mean, standard deviation and saturated share of each layer's outputs (layer,); the output layer has no bounds."""
    import torch

    with torch.no_grad():
        layers = cnn.layers(torch.from_numpy(parameters.astype(np.float32)), torch.from_numpy(images), activation)
    outputs = [layer.numpy() for layer in layers]
    low, high = OUTPUT_RANGE.get(activation, (np.nan, np.nan))
    bounds = [(low, high), (low, high), (np.nan, np.nan)]
    return {
        "activation_mean": np.array([x.mean() for x in outputs]),
        "activation_std": np.array([x.std() for x in outputs]),
        "saturated_share": np.array([_saturated_share(x, *bound) for x, bound in zip(outputs, bounds, strict=True)]),
    }


def _saturated_share(outputs: Array, low: float, high: float) -> float:
    if np.isnan(low):
        return float("nan")
    margin = SATURATED_WITHIN * (high - low)
    return float(np.mean((outputs < low + margin) | (outputs > high - margin)))


def histogram(values: Array, edges: Array) -> NDArray[np.int64]:
    """Counts per bin; values beyond the edges count in the outermost bins."""
    return np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
