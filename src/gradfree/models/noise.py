"""Poisson noise that is a function of its name: root, image, step and neuron give the count, whoever asks and when.

Numbers come from splitmix64 (Steele, Lea & Flood 2014) used as a hash, so that no generator state exists: members share
their noise, an image can be simulated alone, and every simulator draws the same. A count is found by inverting the
distribution function with 32 random bits, which is exact to 2^-32.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from gradfree.compiling import compiled

GAMMA, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
NEURONS_PER_STEP = 1 << 20  # more than any population has, so that no two names coincide
GUIDE_BITS = 10
_GAMMA, _MIX_1, _MIX_2, _PER_STEP = (np.uint64(n) for n in (GAMMA, MIX_1, MIX_2, NEURONS_PER_STEP))
_ONE, _27, _30, _31, _32, _GUIDE_SHIFT = (np.uint64(n) for n in (1, 27, 30, 31, 32, 32 - GUIDE_BITS))

Integer = int | np.uint64
Counts = NDArray[np.uint8]


@compiled
def mix(number: Integer) -> np.uint64:
    """The finalizer of splitmix64: 64 well-mixed bits."""
    word = np.uint64(number)  # else numba makes floating-point numbers of signed and unsigned ones
    word = (word ^ (word >> _30)) * _MIX_1
    word = (word ^ (word >> _27)) * _MIX_2
    return word ^ (word >> _31)


@compiled
def key_of_image(root: Integer, image: int) -> np.uint64:
    """What all names of one image have in common; images are numbered from 0, and -1 is the warm-up."""
    return mix(np.uint64(root) + _GAMMA * (np.uint64(image) + _ONE))


@compiled
def bits(key: Integer, step: int, neuron: int) -> np.uint64:
    """64 random bits of a step of a neuron: two independent sources, the upper and the lower half."""
    return mix(np.uint64(key) + _GAMMA * (np.uint64(step) * _PER_STEP + np.uint64(neuron) + _ONE))


class Table(NamedTuple):
    """The distribution function of a Poisson count in units of 2^-32, and a guide to search in it."""

    thresholds: NDArray[np.uint64]  # (count,) the last one is never reached
    guide: NDArray[np.uint8]  # (1024,) counts of the smallest numbers with these ten upper bits


def table(mean: float) -> Table:
    """The table of a mean, as far as the distribution function differs from 1."""
    cumulative = pdtr(np.arange(int(mean + 20 * np.sqrt(mean) + 20)), mean) * 2.0**32
    thresholds = np.rint(np.append(cumulative[cumulative < 2.0**32 - 0.5], 2.0**32)).astype(np.uint64)
    edges = np.arange(2**GUIDE_BITS, dtype=np.uint64) << np.uint64(32 - GUIDE_BITS)
    return Table(thresholds, np.searchsorted(thresholds, edges, side="right").astype(np.uint8))


@compiled
def count(uniform: Integer, table: Table) -> int:
    """The Poisson count of 32 random bits, found by indexed search (Chen & Asau 1974)."""
    word = np.uint64(uniform)
    found = int(table.guide[word >> _GUIDE_SHIFT])
    while word >= table.thresholds[found]:
        found += 1
    return found


@compiled
def count_of_mean(uniform: Integer, mean: float) -> int:
    """The same for a mean that has no table: sums up probabilities until they exceed the number."""
    target, probability, found = float(np.uint64(uniform)) * 2.0**-32, math.exp(-mean), 0
    cumulative = probability
    while target >= cumulative and probability > 0.0:
        found += 1
        probability *= mean / found
        cumulative += probability
    return found


@compiled
def fill_counts(counts: Counts, key: Integer, first_step: int, first_neuron: int, table: Table) -> None:
    """Writes the counts (step, neuron) of the upper halves, from a step and a neuron on."""
    for step in range(counts.shape[0]):
        for neuron in range(counts.shape[1]):
            counts[step, neuron] = count(bits(key, first_step + step, first_neuron + neuron) >> _32, table)
