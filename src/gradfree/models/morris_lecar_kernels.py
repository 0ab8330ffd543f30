"""Compiled forward pass of recurrent Morris-Lecar networks for a whole population of parameter vectors.

The trials of a member lie side by side in memory, so that one step is one small matrix product and one pass in which
the compiler computes eight or sixteen trials at a time. Member after member is simulated to its end: all it needs stays
in the cache. Arithmetic is 32-bit, as published.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradfree.compiling import compiled
from gradfree.models.cnn_kernels import exponential

Array = NDArray[np.float32]
contracted = partial(compiled, contract=True)  # products and sums may become one instruction

ONE, HALF, FULL = np.float32(1), np.float32(0.5), np.float32(2)
NO_CURRENT = np.float32(0)
SILENT = np.float32(40)  # outputs below exp(-40) would only make denormal numbers, which are slow


@contracted
def advance(v: Array, w: Array, outside: Array, recurrent: Array, released: Array, constants: Array) -> None:
    """One semi-implicit step in place of all neurons and trials (flat arrays); `released` becomes their output."""
    half_dt_phi, v1, two_over_v2, v3, half_over_v4 = (
        constants[0], constants[1], constants[2], constants[3], constants[4],
    )  # fmt: skip
    calcium, potassium, leak, calcium_drive, potassium_drive, leak_drive = (
        constants[5], constants[6], constants[7], constants[8], constants[9], constants[10],
    )  # fmt: skip
    half_step, gain, threshold, per_width = constants[11], constants[12], constants[13], constants[14]
    for i in range(v.size):
        old = v[i]
        root = exponential((old - v3) * half_over_v4)
        fourth = root * root * root * root
        half = half_dt_phi * (root + ONE / root)
        gate = (FULL * half * (fourth / (ONE + fourth)) + (ONE - half) * w[i]) / (ONE + half)
        m = ONE / (ONE + exponential((v1 - old) * two_over_v2))
        total = half_step * (calcium * m + potassium * gate + leak)
        drive = calcium_drive * m + potassium_drive * gate + leak_drive + outside[i] + gain * recurrent[i]
        new = (old * (ONE - total) + FULL * half_step * drive) / (ONE + total)
        w[i] = gate
        v[i] = new
        released[i] = ONE / (ONE + exponential(min((threshold - new) * per_width, SILENT)))


@contracted
def relax(synapses: Array, before: Array, released: Array, share: Any) -> None:
    """Synapses are where they were `before` plus a share of the way to the outputs (flat arrays)."""
    for i in range(synapses.size):
        synapses[i] = before[i] + share * (released[i] - before[i])


@contracted
def count_crossings(before: Array, released: Array, synapses: Array, mean: Array, count: Array, share: Any) -> None:
    """Adds this step to the mean of synapses and counts outputs that rise through one half; `before` takes these."""
    for i in range(released.size):
        crossed = (released[i] > HALF) & (before[i] <= HALF)
        count[i] += np.float32(crossed)
        mean[i] += share * synapses[i]
        before[i] = released[i]


@contracted
def spread_current(current: Array, words: NDArray[np.int64], outside: Array) -> None:
    """The input current of each neuron and trial, outside (neuron, trial), from that of each word (word, neuron)."""
    for neuron in range(outside.shape[0]):
        for trial in range(outside.shape[1]):
            outside[neuron, trial] = current[words[trial], neuron]


@contracted
def simulate(
    word_currents: Array,
    recurrent_weights: Array,
    words: NDArray[np.int64],
    start_v: Array,
    start_w: float,
    steps_per_word: int,
    n_readout_steps: int,
    constants: Array,
    mean_release: Array,
    counts: Array,
) -> None:
    """Simulates all members and trials; fills mean_release and counts (member, neuron, trial) of the readout window.

    word_currents (member, word, neuron) in µA/cm²; recurrent_weights (member, target, source); words (trial, time);
    start_v (neuron, trial) in mV.
    """
    n_neurons, n_trials = start_v.shape
    n_words = words.shape[1]
    first_read = n_words * steps_per_word - n_readout_steps
    share = np.float32(1.0 / n_readout_steps)
    outside = np.empty((n_neurons, n_trials), np.float32)
    drive, released, before = np.empty_like(outside), np.empty_like(outside), np.empty_like(outside)
    follow = constants[15]
    synapses = released if follow == ONE else np.empty_like(outside)
    for member in range(len(word_currents)):
        v, w = start_v.copy(), np.full_like(start_v, np.float32(start_w))
        weights = recurrent_weights[member]
        released[:], synapses[:] = NO_CURRENT, NO_CURRENT
        before[:] = ONE
        for word in range(n_words):
            spread_current(word_currents[member], words[:, word], outside)
            for step in range(word * steps_per_word, (word + 1) * steps_per_word):
                np.dot(weights, synapses, drive)
                advance(v.ravel(), w.ravel(), outside.ravel(), drive.ravel(), released.ravel(), constants)
                if follow != ONE:
                    relax(synapses.ravel(), synapses.ravel(), released.ravel(), follow)
                if step >= first_read:
                    count_crossings(
                        before.ravel(), released.ravel(), synapses.ravel(), mean_release[member].ravel(),
                        counts[member].ravel(), share,
                    )  # fmt: skip
