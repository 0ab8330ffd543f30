"""Compiled forward pass of the convolutional network for a whole ensemble of parameter vectors.

Every layer is the same small matrix product, carried out entirely in registers: 5 output channels (5 divides 10, 20
and 10 again) times 16 images. Images are the innermost axis, so one vector instruction does the same work for
neighboring images, no patch matrix is ever written, and what a member needs between its layers (0.3 MB) stays in the
second-level cache. A prediction depends on its member and its image only, in a fixed order of additions: results are
the same, bit by bit, for any number of threads and any split of the work.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import extending, types
from numba.core import cgutils
from numba.core.datamodel import models
from numpy.typing import NDArray

from gradfree.compiling import compiled

Array = NDArray[np.float32]

LANES = 16  # images per vector: two registers of 8 floats; 5 x 2 accumulators keep both multiply-add units busy
SIGMOID, TANH, RELU, STEP, HARD_SHRINK, GAUSS = range(6)
CODES = {"sigmoid": SIGMOID, "tanh": TANH, "relu": RELU, "step": STEP, "hard_shrink": HARD_SHRINK, "gauss": GAUSS}


contracted = partial(compiled, contract=True)  # products and sums may become one instruction


# --- a vector of 16 float32 as a compiled type: loops alone would not keep the accumulators in registers ---

VECTOR = ir.VectorType(ir.FloatType(), LANES)
intrinsic: Any = extending.intrinsic  # the declared type forgets that callers leave out the typing context


class Lanes(types.Type):
    """Type of one float32 for each of 16 images."""


lanes = Lanes(name="float32x16")


@extending.register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    """Representation of `Lanes` in memory and in registers."""

    def __init__(self, manager: Any, front_end_type: Any) -> None:
        super().__init__(manager, front_end_type, VECTOR)


def _address(context: Any, builder: Any, signature: Any, args: Any, element: Any) -> Any:
    """Pointer to entry args[1] of the contiguous array args[0], read as `element`."""
    data = context.make_array(signature.args[0])(context, builder, args[0]).data
    return builder.bitcast(builder.gep(data, [args[1]], inbounds=True), element.as_pointer())


@intrinsic
def load(_: Any, array: Any, index: Any) -> Any:
    """array[index : index + 16]."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_address(context, builder, signature, args, VECTOR), align=4)

    return lanes(array, types.intp), emit


@intrinsic
def store(_: Any, array: Any, index: Any, value: Any) -> Any:
    """array[index : index + 16] = value."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _address(context, builder, signature, args, VECTOR), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), emit


@intrinsic
def broadcast(_: Any, array: Any, index: Any) -> Any:
    """array[index] in all 16 lanes."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        scalar = builder.load(_address(context, builder, signature, args, ir.FloatType()))
        undefined, first = ir.Constant(VECTOR, ir.Undefined), ir.Constant(ir.IntType(32), 0)
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), None)
        return builder.shuffle_vector(builder.insert_element(undefined, scalar, first), undefined, zeros)

    return lanes(array, types.intp), emit


@intrinsic
def zero(_: Any) -> Any:
    """0 in all 16 lanes."""
    return lanes(), lambda context, builder, signature, args: ir.Constant(VECTOR, None)


@intrinsic
def multiply_add(_: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, one instruction where the processor has it."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(VECTOR, [VECTOR] * 3)
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.fmuladd.v{LANES}f32"), args)

    return lanes(lanes, lanes, lanes), emit


# --- activations: scalar functions that the compiler vectorizes; not-a-number stays not-a-number in all of them ---

ZERO, HALF, ONE, TWO = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)
LOWEST, HIGHEST = np.float32(-87), np.float32(88)  # arguments whose exponentials are still normal numbers
LOG2_E, LN2_HIGH, LN2_LOW = np.float32(1.4426950408889634), np.float32(0.693359375), np.float32(-2.12194440e-4)
SHIFT = np.float32(1.5 * 2**23 + 127)  # adding it leaves, in the lowest bits, the nearest integer as biased exponent
C2, C3, C4 = np.float32(5.0000001201e-1), np.float32(1.6666665459e-1), np.float32(4.1665795894e-2)
C5, C6, C7 = np.float32(8.3334519073e-3), np.float32(1.3981999507e-3), np.float32(1.9875691500e-4)


@contracted
def exponential(x: Any) -> Any:
    """exp(x) of a float32 to a relative error of about 1e-7 (range reduction and polynomial of the Cephes library)."""
    x = min(max(x, LOWEST), HIGHEST)
    shifted = x * LOG2_E + SHIFT
    n = shifted - SHIFT
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    square = r * r
    polynomial = (C3 * r + C2) + square * ((C5 * r + C4) + square * (C7 * r + C6))
    power = np.int32(np.float32(shifted).view(np.int32) << 23).view(np.float32)  # 2^n
    return (polynomial * square + (r + ONE)) * power


@contracted
def activate(code: int, values: Array) -> None:
    """Apply an activation in place (gates are factors because the compiler does not vectorize conditional stores)."""
    if code == SIGMOID:
        for i in range(values.size):
            values[i] = ONE / (ONE + exponential(-values[i]))
    elif code == TANH:
        for i in range(values.size):
            values[i] = ONE - TWO / (ONE + exponential(TWO * values[i]))
    elif code == RELU:
        for i in range(values.size):
            values[i] *= np.float32(values[i] > ZERO)
    elif code == STEP:
        for i in range(values.size):
            values[i] = ONE if values[i] > ZERO else (ZERO if values[i] <= ZERO else values[i])
    elif code == HARD_SHRINK:
        for i in range(values.size):
            values[i] *= np.float32(abs(values[i]) >= HALF)
    else:
        for i in range(values.size):
            values[i] = exponential(-values[i] * values[i])


# --- layers of one member for the 16 images of a tile: flat arrays with the images innermost, sizes in pixels ---


@numba.njit(forceinline=True)  # so that every call is compiled for its own, constant sizes
def product(
    source: Array, plane: int, row: int, weights: Array, channels: int, size: int, target: Array, stride: int
) -> None:
    """Weights (5, channels, size, size) times the patch at the beginning of `source`, to 5 pixels of `target`.

    `plane` and `row` are the distances of channels and rows in the source, `stride` that of channels in the target.
    """
    a = b = c = d = e = zero()
    step = channels * size * size
    k = 0
    for channel in range(channels):
        for y in range(size):
            for x in range(size):
                pixel = load(source, (channel * plane + y * row + x) * LANES)
                a = multiply_add(broadcast(weights, k), pixel, a)
                b = multiply_add(broadcast(weights, k + step), pixel, b)
                c = multiply_add(broadcast(weights, k + 2 * step), pixel, c)
                d = multiply_add(broadcast(weights, k + 3 * step), pixel, d)
                e = multiply_add(broadcast(weights, k + 4 * step), pixel, e)
                k += 1
    store(target, 0, a)
    store(target, stride * LANES, b)
    store(target, 2 * stride * LANES, c)
    store(target, 3 * stride * LANES, d)
    store(target, 4 * stride * LANES, e)


@contracted
def pool(quarters: Array, pooled: Array) -> None:
    """Largest of the 4 pixels of each window: quarters (pixel of window, channel, x) to a row of 5 pooled channels."""
    size = 12 * LANES
    for channel in range(5):
        a, b = quarters[channel * size :][:size], quarters[(channel + 5) * size :][:size]
        c, d = quarters[(channel + 10) * size :][:size], quarters[(channel + 15) * size :][:size]
        row = pooled[channel * 12 * size :][:size]
        for i in range(size):
            row[i] = np.maximum(np.maximum(a[i], b[i]), np.maximum(c[i], d[i]))


@contracted
def first_layer(pixels: Array, weights: Array, code: int, monotone: bool, quarters: Array, hidden: Array) -> None:
    """Convolution of pixels (28, 28), pooling and activation: hidden (10, 12, 12), row by row within nearest cache."""
    for group in range(2):
        for y in range(12):
            for x in range(48):
                window, column = x // 12, x % 12
                corner = (2 * y + window // 2) * 28 + 2 * column + window % 2
                target = quarters[(window * 60 + column) * LANES :]
                product(pixels[corner * LANES :], 0, 28, weights[group * 125 :], 1, 5, target, 12)
            if not monotone:
                activate(code, quarters)
            pool(quarters, hidden[(group * 720 + y * 12) * LANES :])
    if monotone:  # the largest activation is that of the largest input: a quarter of the work
        activate(code, hidden)


@contracted
def second_layer(hidden: Array, weights: Array, code: int, features: Array) -> None:
    """Convolution of hidden (10, 12, 12) and activation: features (20, 8, 8)."""
    for group in range(4):
        for y in range(8):
            for x in range(8):
                target = features[(group * 320 + y * 8 + x) * LANES :]
                product(hidden[(y * 12 + x) * LANES :], 144, 12, weights[group * 1250 :], 10, 5, target, 64)
    activate(code, features)


@contracted
def output_layer(features: Array, weights: Array, logits: Array) -> None:
    """Weights (10, 1280) times features: a convolution of 1280 channels of one pixel."""
    for group in range(2):
        product(features, 1, 0, weights[group * 6400 :], 1280, 1, logits[group * 5 * LANES :], 1)


@contracted
def transpose(images: Array, pixels: Array) -> None:
    """At most 16 images (image, 784) to pixels (784, 16), with blank images in the lanes left over."""
    for lane in range(LANES):
        for i in range(784):
            pixels[i * LANES + lane] = images[lane, i] if lane < len(images) else ZERO


@contracted
def predict(
    ensemble: Array,
    images: Array,
    code: int,
    monotone: bool,
    members: tuple[int, int],
    tiles: tuple[int, int],
    predictions: Array,
) -> None:
    """Fill predictions (member, image, 10) for a range of members and a range of tiles of 16 images (image, 784)."""
    pixels, quarters = np.empty(784 * LANES, np.float32), np.empty(240 * LANES, np.float32)
    hidden, features = np.empty(1440 * LANES, np.float32), np.empty(1280 * LANES, np.float32)
    logits = np.empty(10 * LANES, np.float32)
    for first in range(tiles[0] * LANES, tiles[1] * LANES, LANES):
        count = min(LANES, len(images) - first)
        transpose(images[first : first + count], pixels)
        for member in range(members[0], members[1]):
            weights = ensemble[member]
            first_layer(pixels, weights, code, monotone, quarters, hidden)
            second_layer(hidden, weights[250:], code, features)
            output_layer(features, weights[5250:], logits)
            for lane in range(count):
                for label in range(10):
                    predictions[member, first + lane, label] = logits[label * LANES + lane]
