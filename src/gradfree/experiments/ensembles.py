"""How wide an ensemble is, and in how many directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def spread(ensemble: Array) -> float:
    """Root mean square over parameters of the members' standard deviation."""
    mean = ensemble.mean(axis=0, dtype=np.float64)
    second_moment = np.einsum("jp,jp->", ensemble, ensemble, dtype=np.float64) / ensemble.size
    return float(np.sqrt(max(second_moment - np.mean(mean**2), 0.0)))


def effective_rank(rows: Array) -> float:
    """Participation ratio (sum of eigenvalues)² / sum of squares of the covariance of rows (member, value).

    Values are centered in blocks, which spares a copy of a large ensemble, and before they are multiplied, so that the
    rank of a collapsed ensemble is not lost to rounding; centering the Gram matrix removes what is left of the mean.
    """
    if len(rows) < 2:
        return 0.0
    gram = np.zeros((len(rows), len(rows)))
    for block in np.array_split(rows, -(-rows.shape[1] // 2048), axis=1):
        centered = block - block.mean(axis=0)
        gram += centered @ centered.T
    gram -= gram.mean(axis=0)
    gram -= gram.mean(axis=1, keepdims=True)
    squares = float(np.einsum("ij,ij->", gram, gram))
    return float(np.trace(gram) ** 2 / squares) if squares > 0 else 0.0
