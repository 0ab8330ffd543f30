"""Integration of evidence: which of three words was shown most often? (Hazelden et al. 2023; code of May 2023).

Words are fixed random binary vectors. A trial shows content words in random order, silent words as a delay, and a last
word that ends it. The sampler of counts is that of Aitken & Mihalas, eLife 12 (2023).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
N_CLASSES = 3
NOTHING, END, SILENCE = N_CLASSES, N_CLASSES + 1, N_CLASSES + 2  # words after those that are evidence
N_VOCABULARY = N_CLASSES + 3


@dataclass(frozen=True)
class Trials:
    """Words shown (trial, time) and the class to be named (trial,)."""

    words: NDArray[np.int64]
    labels: NDArray[np.int64]


def vocabulary(rng: np.random.Generator, n_inputs: int) -> Array:
    """Vectors (word, input) with entries 0 or 1 / sqrt(n_inputs / 2), all different; silence is zero."""
    while True:
        vectors = (rng.random((N_VOCABULARY, n_inputs)) < 0.5) / np.sqrt(n_inputs / 2)
        vectors[SILENCE] = 0
        if len(np.unique(vectors, axis=0)) == N_VOCABULARY:
            return vectors


def draw(rng: np.random.Generator, n_trials: int, n_content: int, n_delay: int = 0) -> Trials:
    """Trials of n_content words, n_delay silent ones, and the end. Raises ValueError without content."""
    if n_content < 1:
        raise ValueError(f"a trial needs at least one content word, found n_content {n_content}")
    counts = _counts(rng, n_trials, n_content)
    content = np.full((n_trials, n_content), NOTHING)
    for words, (first, second, third) in zip(content, counts, strict=True):
        words[: first + second + third] = np.repeat(np.arange(N_CLASSES), (first, second, third))
        rng.shuffle(words)
    return Trials(_closed(content, n_delay), counts.argmax(1))


def _counts(rng: np.random.Generator, n_trials: int, n_content: int) -> NDArray[np.int64]:
    """Uniform over triples with a sum of at most n_content and no tie for the largest (trial, class)."""
    found = np.empty((0, N_CLASSES), np.int64)
    while len(found) < n_trials:
        draws = rng.integers(0, n_content + 1, (8 * n_trials, N_CLASSES))
        ordered = np.sort(draws, axis=1)
        kept = (draws.sum(1) <= n_content) & (ordered[:, -1] > ordered[:, -2])
        found = np.concatenate([found, draws[kept]])
    return found[:n_trials]


def _closed(content: NDArray[np.int64], n_delay: int) -> NDArray[np.int64]:
    """The content, followed by silence and the end."""
    n_trials = len(content)
    return np.concatenate([content, np.full((n_trials, n_delay), SILENCE), np.full((n_trials, 1), END)], axis=1)
