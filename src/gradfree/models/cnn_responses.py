"""How the logits of one CNN answer when one of its weights is varied, for all weights, by forward passes alone.

A weight of a convolution reaches one channel, and its neighbors see the same images: so the 5,250 networks that differ
from one network in one weight of a convolution are evaluated together, at a fraction of the price of one by one. The
result is the response that an ensemble regression finds when each member varies one weight; no derivative is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import conv2d, unfold

from gradfree.models import cnn

Array = NDArray[np.float32]
Function = Callable[[torch.Tensor], torch.Tensor]

VARIED = {"conv1": 250, "conv2": 5000}  # networks evaluated per image


class Responses(NamedTuple):
    """Logits (image, class), features of the last layer (image, 1280), and changes of the logits per unit of a weight.

    conv1 (channel 10, image, class, weight 25), or None; conv2 (channel 20, image, class, weight 250).
    """

    logits: Array
    features: Array
    conv1: Array | None
    conv2: Array


def responses(
    parameters: Array, images: Array, distance: float, activation: str = "sigmoid", vary_conv1: bool = True
) -> Responses:
    """Differences of the logits when each weight of the convolutions in its turn is larger by `distance`.

    parameters (18050,), images (image, 28, 28), both float32. Where the activation jumps, `distance` is the scale on
    which it is seen. Raises ValueError for a wrong number of parameters, KeyError for an unknown activation.
    """
    with torch.no_grad():
        conv1, conv2, output = (torch.from_numpy(w) for w in cnn.split(np.ascontiguousarray(parameters, np.float32)))
        kernels, conv1, conv2 = conv2, conv1.reshape(10, 25), conv2.reshape(20, 250)
        function = cnn.ACTIVATIONS[activation].function
        shown = torch.from_numpy(np.ascontiguousarray(images, np.float32))[:, None]
        patches1 = unfold(shown, 5)  # (image, weight 25, place 576)
        before1 = conv1 @ patches1  # (image, channel, place)
        after1 = _activate_pooled(before1, function)  # (image, channel, 12, 12)
        patches2 = unfold(after1, 5)  # (image, weight 250, place 64)
        before2 = conv2 @ patches2
        after2 = function(before2)
        features = after2.flatten(1)
        found2 = torch.empty(20, len(shown), 10, 250)
        for c, seen_by in enumerate(output.reshape(10, 20, 64).unbind(1)):
            changes = function(before2[:, c, None] + distance * patches2) - after2[:, c, None]  # (image, weight, place)
            torch.matmul(seen_by, changes.transpose(1, 2), out=found2[c])
        found1 = torch.empty(10, len(shown), 10, 25)
        for c in range(10 if vary_conv1 else 0):
            varied = _activate_pooled(before1[:, c, None] + distance * patches1, function)  # (image, weight, 12, 12)
            changes = varied.sub_(after1[:, c, None]).reshape(-1, 1, 12, 12)
            shift = conv2d(changes, kernels[:, c, None]).reshape(len(shown), 25, 20, 64)
            moved = function(shift.add_(before2[:, None])).sub_(after2[:, None])
            found1[c] = (moved.reshape(-1, 1280) @ output.T).reshape(len(shown), 25, 10).transpose(1, 2)
        logits = features @ output.T
    scaled1, scaled2 = (found1 / distance).numpy() if vary_conv1 else None, (found2 / distance).numpy()
    return Responses(logits.numpy(), features.numpy(), scaled1, scaled2)


def _activate_pooled(maps: torch.Tensor, function: Function) -> torch.Tensor:
    """Activation, then maximum over 2 x 2 windows, of maps (image, map, 576): (image, map, 12, 12)."""
    active = function(maps.reshape(*maps.shape[:2], 24, 24))
    rows = torch.maximum(active[..., ::2, :], active[..., 1::2, :])  # faster than max_pool2d
    return torch.maximum(rows[..., ::2], rows[..., 1::2])
