"""Distances between histograms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def kullback_leibler(counts: NDArray[np.floating], reference: NDArray[np.floating]) -> NDArray[np.float64]:
    """KL divergence in nats of histograms (..., bin) from reference histograms (..., bin).

    One pseudo-count per bin keeps it finite where the reference is empty; the thesis code instead uses ten bins over
    the range of the data, which change from checkpoint to checkpoint.
    """
    p, q = (x + 1.0 for x in (np.asarray(counts, float), np.asarray(reference, float)))
    p, q = p / p.sum(axis=-1, keepdims=True), q / q.sum(axis=-1, keepdims=True)
    return np.sum(p * np.log(p / q), axis=-1)
