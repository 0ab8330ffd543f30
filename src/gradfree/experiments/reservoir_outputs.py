"""From firing rates of the output clusters to what an optimizer sees, and to fitness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

Array = NDArray[np.floating]
PUBLISHED_TEMPERATURE_HZ = 1.0  # softmax over rates in Hz as they are


@dataclass(frozen=True)
class Readout:
    """How rates are read: kind `softmax`, `tempered_softmax` or `rates`, with what the first generation set."""

    kind: str
    temperature_Hz: float
    baseline_Hz: float
    contrast: float

    def outputs(self, rates_Hz: Array) -> Array:
        """Outputs of rates (…, class): probabilities, or rates above the baseline in units of the temperature."""
        if self.kind == "rates":
            return (rates_Hz - self.baseline_Hz) / self.temperature_Hz
        return softmax(rates_Hz / self.temperature_Hz, axis=-1)

    def observations(self, labels: NDArray[np.integer], n_classes: int) -> Array:
        """What outputs should be (image, class): one-hot, or a contrast between the right class and the others."""
        one_hot = np.eye(n_classes)[labels]
        return self.contrast * (one_hot - 1 / n_classes) if self.kind == "rates" else one_hot


def fit(kind: str, rates_Hz: Array, contrast: float) -> Readout:
    """The readout for the rates (member, image, class) of the first generation, which shows training images only.

    The temperature is the standard deviation over members and images of the rates less the mean over classes; the
    baseline is their mean. The published softmax has no temperature. Members that failed have no part in it.
    """
    rates_Hz = rates_Hz[np.isfinite(rates_Hz).all(axis=(1, 2))]
    if len(rates_Hz) == 0:
        return Readout(kind, PUBLISHED_TEMPERATURE_HZ, 0.0, contrast)
    within = rates_Hz - rates_Hz.mean(axis=-1, keepdims=True)
    temperature = PUBLISHED_TEMPERATURE_HZ if kind == "softmax" else max(float(within.std()), 1e-3)
    return Readout(kind, temperature, float(rates_Hz.mean()), contrast)


def scrambled(outputs: Array) -> Array:
    """Outputs (member, image, class) as the published code hands them on: reshaped where it should have transposed.

    What then passes for the output of one image mixes values of different images and classes.
    """
    n_members, n_images, n_classes = outputs.shape
    return outputs.reshape(n_members, n_classes, n_images).transpose(0, 2, 1)


def correct(rates_Hz: Array, labels: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether the cluster with the highest rate is that of the label (…, image); never with rates that are not finite.

    rates_Hz (…, image, class), labels (image,). Equal rates go to the first cluster, as published.
    """
    finite = np.asarray(np.isfinite(rates_Hz).all(axis=-1))
    return finite & (np.where(finite[..., None], rates_Hz, 0).argmax(axis=-1) == labels)


def published_fitness(accuracy: Array, n_classes: int) -> Array:
    """1 less the mean squared difference of one-hot vectors: a wrong answer counts 1 - 2 / n_classes."""
    return accuracy + (1 - accuracy) * (1 - 2 / n_classes)


def misfit(outputs: Array, observations: Array) -> Array:
    """Mean squared innovation of each member (member,); NaN for a member that failed."""
    return np.square(observations - outputs).mean(axis=(1, 2))
