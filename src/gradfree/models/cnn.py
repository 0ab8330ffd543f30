"""The convolutional network that is trained by ensembles: 18,050 weights, no biases, gray images of 28 x 28 pixels.

Convolution 1 -> 10 (5x5), activation, maximum over 2x2 windows, convolution 10 -> 20 (5x5), activation, linear map of
the 1,280 features to 10 logits. Source: code `enkf-dnn-lod2020` of Yegenoglu et al., LOD 2020, section "network".
A parameter vector holds the three weight tensors one after the other, each flattened row by row as torch does.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Parameters = TypeVar("Parameters", NDArray[np.float32], "torch.Tensor")


class Layer(NamedTuple):
    """Where a layer's weights lie in the parameter vector, and their shape (output, input, ...)."""

    slice: slice
    shape: tuple[int, ...]


class Activation(NamedTuple):
    """An activation function: of torch tensors, whether it never decreases, whether gradients pass through it."""

    function: Callable[[torch.Tensor], torch.Tensor]
    monotone: bool
    differentiable: bool


N_PARAMETERS = 18_050
LAYERS = {
    "conv1": Layer(slice(0, 250), (10, 1, 5, 5)),
    "conv2": Layer(slice(250, 5250), (20, 10, 5, 5)),
    "output": Layer(slice(5250, N_PARAMETERS), (10, 1280)),
}


def step(x: torch.Tensor) -> torch.Tensor:
    """1 where x > 0, otherwise 0; 0 at 0, so that blank regions of an image stay silent. Not-a-number is kept."""
    return x.where(x.isnan(), (x > 0).to(x.dtype))


def hard_shrink(x: torch.Tensor) -> torch.Tensor:
    """0 where |x| < 0.5, otherwise x: two jumps."""
    return x.where(~(x.abs() < 0.5), 0.0)


def gauss(x: torch.Tensor) -> torch.Tensor:
    """exp(-x^2)."""
    return (-x * x).exp()


ACTIVATIONS = {
    "sigmoid": Activation(lambda x: x.sigmoid(), monotone=True, differentiable=True),
    "tanh": Activation(lambda x: x.tanh(), monotone=True, differentiable=True),
    "relu": Activation(lambda x: x.relu(), monotone=True, differentiable=True),
    "step": Activation(step, monotone=True, differentiable=False),
    "hard_shrink": Activation(hard_shrink, monotone=True, differentiable=False),
    "gauss": Activation(gauss, monotone=False, differentiable=True),
}


def split(parameters: Parameters) -> tuple[Parameters, Parameters, Parameters]:
    """Views of the weights of the three layers.

    Args:
        parameters: array or tensor (..., parameter) with any leading axes.

    Returns:
        Weights (..., 10, 1, 5, 5), (..., 20, 10, 5, 5) and (..., 10, 1280).

    Raises:
        ValueError: the last axis does not have 18,050 entries.
    """
    _require("split", "parameters", tuple(parameters.shape[-1:]), (N_PARAMETERS,), "pass whole parameter vectors")
    leading = tuple(parameters.shape[:-1])
    first, second, third = (parameters[..., at].reshape(leading + shape) for at, shape in LAYERS.values())
    return first, second, third


def layers(
    parameters: torch.Tensor, images: torch.Tensor, activation: str = "sigmoid"
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """What every layer of one network answers to images; gradients pass if the activation is differentiable.

    Args:
        parameters: float tensor (18050,).
        images: float tensor (image, 28, 28), gray values in [0, 1].
        activation: name in `ACTIVATIONS`.

    Returns:
        First convolution after the activation and before pooling (image, 10, 24, 24), second convolution after the
        activation (image, 20, 8, 8), logits (image, 10).

    Raises:
        ValueError: a shape is wrong or the activation is unknown.
    """
    from torch.nn import functional  # torch takes a second to load: only those who need it pay for it

    _require("layers", "parameters", tuple(parameters.shape), (N_PARAMETERS,), "pass one parameter vector")
    _require("layers", "images", tuple(images.shape), (None, 28, 28), "pass a stack of images, without a channel axis")
    function = _activation(activation).function
    conv1, conv2, output = split(parameters)
    first = function(functional.conv2d(images[:, None], conv1))
    second = function(functional.conv2d(functional.max_pool2d(first, 2), conv2))
    return first, second, functional.linear(second.flatten(1), output)


def forward(
    ensemble: NDArray[np.float32], images: NDArray[np.float32], activation: str = "sigmoid"
) -> NDArray[np.float32]:
    """Logits that every member of an ensemble gives to every image, the fast equal of `layers(...)[2]`.

    Uses as many threads as `compiling.threads` says and about 0.3 MB of memory per thread besides the result. A
    prediction depends, bit by bit, on its member and its image only: neither on the other members and images nor on the
    threads. A member with entries that are not finite spoils its own predictions alone. The first call on a machine
    compiles for some seconds; images are processed 16 at a time, so multiples of 16 are the most efficient.

    Args:
        ensemble: float32 array (member, 18050); other types are converted, at the price of a copy.
        images: float32 array (image, 28, 28), gray values in [0, 1].
        activation: name in `ACTIVATIONS`.

    Returns:
        float32 array (member, image, class), raw logits.

    Raises:
        ValueError: a shape is wrong or the activation is unknown.
    """
    from gradfree.compiling import threads  # numba is heavy: only those who need it pay for it
    from gradfree.models import cnn_kernels as kernels

    ensemble = np.ascontiguousarray(ensemble, dtype=np.float32)
    images = np.ascontiguousarray(images, dtype=np.float32)
    _require("forward", "ensemble", ensemble.shape, (None, N_PARAMETERS), "pass one parameter vector per row")
    _require("forward", "images", images.shape, (None, 28, 28), "pass a stack of images, without a channel axis")
    monotone, code = _activation(activation).monotone, kernels.CODES[activation]
    predictions = np.empty((len(ensemble), len(images), 10), dtype=np.float32)
    pixels = images.reshape(len(images), 784)

    def work(members: tuple[int, int], tiles: tuple[int, int]) -> None:
        kernels.predict(ensemble, pixels, code, monotone, members, tiles, predictions)

    members, tiles, n_threads = len(ensemble), math.ceil(len(images) / kernels.LANES), threads()
    if n_threads == 1:
        work((0, members), (0, tiles))
        return predictions
    with ThreadPoolExecutor(n_threads) as pool:  # the compiled code lets the interpreter's lock go
        if members >= tiles:
            list(pool.map(lambda share: work(share, (0, tiles)), _shares(members, n_threads)))
        else:
            list(pool.map(lambda share: work((0, members), share), _shares(tiles, n_threads)))
    return predictions


def _shares(count: int, threads: int) -> list[tuple[int, int]]:
    """Contiguous ranges (first, end) of nearly equal length, one per thread."""
    ends = [count * thread // threads for thread in range(threads + 1)]
    return list(itertools.pairwise(ends))


def _activation(name: str) -> Activation:
    if name not in ACTIVATIONS:
        raise ValueError(f"unknown activation {name!r}; expected one of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]


def _require(caller: str, what: str, shape: tuple[int, ...], expected: tuple[int | None, ...], advice: str) -> None:
    """Complain unless the shape is the expected one, where None stands for any length."""
    fits = len(shape) == len(expected) and all(want in (None, have) for have, want in zip(shape, expected, strict=True))
    if not fits:
        pattern = str(expected).replace("None", "any")
        raise ValueError(f"{caller} cannot use {what} of shape {shape}: expected {pattern}; {advice}")
