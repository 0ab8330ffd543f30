"""Compiled backpropagation through a recurrent Morris-Lecar network: the exact adjoint of its semi-implicit scheme.

The same derivatives as those of automatic differentiation, which records a dozen operations for each time step, from
one pass forwards, which keeps the states, and one backwards. With checkpoints only the states of one segment are kept
at a time, and those of the others are simulated again from where they started (Griewank & Walther, Evaluating
Derivatives, 2008, chapter 12): to the last bit the same, so the derivatives are too. Arrays are (neuron, trial), 32-bit
as published.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradfree.compiling import compiled
from gradfree.models import morris_lecar as ml
from gradfree.models.cnn_kernels import exponential
from gradfree.models.morris_lecar_kernels import advance, relax, spread_current
from gradfree.models.morris_lecar_network import Network, input_currents, kernel_constants

Array = NDArray[np.float32]
contracted = partial(compiled, contract=True)  # products and sums may become one instruction

ONE, HALF, FULL, NOTHING = np.float32(1), np.float32(0.5), np.float32(2), np.float32(0)


@contracted
def record(
    word_currents: Array, weights: Array, words: NDArray[np.int64], steps_per_word: int, constants: Array,
    first: int, potentials: Array, gates: Array, outputs: Array, synapses: Array,
) -> None:  # fmt: skip
    """Simulates one member from potentials[0], gates[0], synapses[0] and keeps every state (time + 1, neuron, trial).

    `first` is the number of the first step in the trial. Synapses without a time constant are the outputs themselves.
    """
    outside, drive = np.empty_like(potentials[0]), np.empty_like(potentials[0])
    for step in range(len(potentials) - 1):
        if step == 0 or (first + step) % steps_per_word == 0:
            spread_current(word_currents, words[:, (first + step) // steps_per_word], outside)
        np.dot(weights, synapses[step], drive)
        potentials[step + 1] = potentials[step]
        gates[step + 1] = gates[step]
        advance(
            potentials[step + 1].ravel(), gates[step + 1].ravel(), outside.ravel(), drive.ravel(),
            outputs[step + 1].ravel(), constants,
        )  # fmt: skip
        if constants[15] != ONE:
            relax(synapses[step + 1].ravel(), synapses[step].ravel(), outputs[step + 1].ravel(), constants[15])


@contracted
def retreat(
    v: Array, new_v: Array, w: Array, new_w: Array, released: Array, adjoint_v: Array, adjoint_w: Array,
    adjoint_released: Array, adjoint_current: Array, constants: Array,
) -> None:  # fmt: skip
    """One step of `advance` backwards (flat arrays): adjoints of the new state become those of the old, in place.

    adjoint_released holds the derivative by the new outputs; adjoint_current becomes that by the current.
    """
    half_dt_phi, v1, two_over_v2, v3, half_over_v4 = (
        constants[0], constants[1], constants[2], constants[3], constants[4],
    )  # fmt: skip
    calcium, potassium, leak, calcium_drive, potassium_drive = (
        constants[5], constants[6], constants[7], constants[8], constants[9],
    )  # fmt: skip
    half_step, per_width = constants[11], constants[14]
    for i in range(v.size):
        root = exponential((v[i] - v3) * half_over_v4)
        fourth = root * root * root * root
        half = half_dt_phi * (root + ONE / root)
        tilt = half_dt_phi * (root - ONE / root) * half_over_v4  # derivative of half by V
        gate = fourth / (ONE + fourth)
        m = ONE / (ONE + exponential((v1 - v[i]) * two_over_v2))
        total = half_step * (calcium * m + potassium * new_w[i] + leak)
        by_v = (adjoint_v[i] + adjoint_released[i] * released[i] * (ONE - released[i]) * per_width) / (ONE + total)
        by_total = -by_v * (v[i] + new_v[i]) * half_step
        by_drive = by_v * FULL * half_step
        by_m = by_total * calcium + by_drive * calcium_drive
        by_w = (adjoint_w[i] + by_total * potassium + by_drive * potassium_drive) / (ONE + half)
        by_gate = by_w * FULL * half
        by_half = by_w * (FULL * gate - w[i] - new_w[i])
        adjoint_v[i] = (
            by_v * (ONE - total)
            + by_m * m * (ONE - m) * two_over_v2
            + by_gate * gate * (ONE - gate) * FULL * FULL * half_over_v4
            + by_half * tilt
        )
        adjoint_w[i] = by_w * (ONE - half)
        adjoint_current[i] = by_drive


@contracted
def differentiate(
    weights: Array, words: NDArray[np.int64], steps_per_word: int, n_readout_steps: int, truncate: int,
    constants: Array, first: int, potentials: Array, gates: Array, outputs: Array, synapses: Array,
    by_mean_output: Array, adjoints: Array, by_words: Array, by_weights: Array, norms: Array,
) -> None:  # fmt: skip
    """Adds derivatives by the currents of words (word, neuron) and by the weights (target, source).

    The states are those of the steps from `first` on. by_mean_output (neuron, trial) is the derivative by the mean
    output of the readout window; adjoints (3, neuron, trial) those by potentials, gates and synapses, in place.
    norms (time,), of the whole trial, are lengths of the derivative by the potentials. With truncate > 0 nothing
    reaches back beyond so many steps.
    """
    n_steps, shape = len(norms), potentials[0].shape
    gain, follow, share = constants[12], constants[15], np.float32(1.0 / n_readout_steps)
    adjoint_v, adjoint_w, adjoint_synapses = adjoints[0], adjoints[1], adjoints[2]
    adjoint_released, by_current = np.empty(shape, np.float32), np.empty(shape, np.float32)
    transposed, product = np.ascontiguousarray(weights.T), np.empty_like(weights)
    for place in range(len(potentials) - 2, -1, -1):
        step = first + place
        if step >= n_steps - n_readout_steps:
            adjoint_synapses += share * by_mean_output
        adjoint_released[:] = follow * adjoint_synapses
        if follow == ONE:
            adjoint_synapses[:] = NOTHING  # also where derivatives are infinite
        else:
            adjoint_synapses *= ONE - follow
        retreat(
            potentials[place].ravel(), potentials[place + 1].ravel(), gates[place].ravel(), gates[place + 1].ravel(),
            outputs[place + 1].ravel(), adjoint_v.ravel(), adjoint_w.ravel(), adjoint_released.ravel(),
            by_current.ravel(), constants,
        )  # fmt: skip
        norms[step] = np.sqrt((adjoint_v * adjoint_v).sum())
        shown = words[:, step // steps_per_word]
        for neuron in range(shape[0]):
            for trial in range(shape[1]):
                by_words[shown[trial], neuron] += by_current[neuron, trial]
        by_current *= gain
        np.dot(by_current, synapses[place].T, product)
        by_weights += product
        np.dot(transposed, by_current, adjoint_released)
        adjoint_synapses += adjoint_released
        if truncate > 0 and (n_steps - step) % truncate == 0:
            adjoints[:] = NOTHING


@dataclass(frozen=True)
class Derivatives:
    """Loss, its derivative (parameter,), and the lengths of that by the potentials over time (time,)."""

    loss: float
    gradient: Array
    adjoint_norms: Array


def backpropagate(
    network: Network,
    parameters: Array,
    vocabulary: Array,
    words: NDArray[np.int64],
    start_v: Array,
    loss: Any,
    truncate_steps: int | None = None,
    checkpoint_steps: int | None = None,
) -> Derivatives:
    """Derivatives of loss(logits) -> (value, derivative by the logits (trial, class)) for one network (parameter,).

    Memory is that of the states of `checkpoint_steps` steps and of one state of each segment of so many; it is least
    near the square root of the steps. None keeps them all, and simulates nothing twice.
    """
    parameters = np.asarray(parameters, np.float32)
    matrices, constants = network.matrices(parameters), kernel_constants(network)
    n_steps, n_readout = words.shape[1] * network.steps_per_word, network.n_readout_steps
    weights, words = np.ascontiguousarray(matrices["recurrent"]), np.ascontiguousarray(words)
    currents = input_currents(network, parameters[None], vocabulary)[0]
    size = min(checkpoint_steps or n_steps, n_steps)
    firsts = range(0, n_steps, size)
    starts = np.zeros((len(firsts), 3, *start_v.T.shape), np.float32)
    starts[0, 0], starts[0, 1] = start_v.T, ml.REST_W
    kinds = 3 if network.synapse_ms is None else 4  # potentials, gates, outputs, and synapses if they are not outputs
    states = np.empty((kinds, size + 1, *start_v.T.shape), np.float32)

    def simulate(segment: int) -> tuple[Array, Array, Array, Array]:
        first = firsts[segment]
        kept = states[:, : min(size, n_steps - first) + 1]
        potentials, gates, outputs, synapses = kept[0], kept[1], kept[2], kept[-1]
        potentials[0], gates[0], synapses[0] = starts[segment]
        record(currents, weights, words, network.steps_per_word, constants, first, potentials, gates, outputs, synapses)
        return potentials, gates, outputs, synapses

    total = np.zeros_like(starts[0, 0])
    for segment, first in enumerate(firsts):
        found = simulate(segment)
        for output in found[3][1 + max(n_steps - n_readout - first, 0) :]:
            total += output
        if segment + 1 < len(firsts):
            starts[segment + 1] = [found[kind][-1] for kind in (0, 1, 3)]
    mean = total / np.float32(n_readout)
    readout = matrices["readout"]
    value, by_logits = loss((readout[:, :-1] @ mean).T + readout[:, -1])
    by_words, by_weights = np.zeros_like(currents), np.zeros_like(weights)
    by_mean = np.ascontiguousarray((by_logits @ readout[:, :-1]).T, np.float32)
    adjoints, norms = np.zeros_like(starts[0]), np.zeros(n_steps, np.float32)
    for segment in reversed(range(len(firsts))):
        if segment + 1 < len(firsts):  # the states of the last one are still there
            found = simulate(segment)
        differentiate(
            weights, words, network.steps_per_word, n_readout, truncate_steps or 0, constants, firsts[segment], *found,
            by_mean, adjoints, by_words, by_weights, norms,
        )  # fmt: skip
    by_input = np.float32(network.current_gain) * (by_words.T @ vocabulary.astype(np.float32))
    by_readout = np.concatenate([by_logits.T @ mean.T, by_logits.sum(0)[:, None]], axis=1)
    gradient = np.concatenate([by_input.ravel(), by_weights.ravel(), by_readout.ravel()]).astype(np.float32)
    return Derivatives(float(value), gradient, norms)
