"""Covariances of an ensemble: what the Kalman gain is made of, and what can be seen in it.

All with the divisor 1/J of the published filter. Members with values that are not finite are to be left out before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def anomalies(rows: Array) -> Array:
    """Rows (member, …) less their mean, in double precision."""
    return rows - rows.mean(axis=0, dtype=np.float64)


def prediction_covariance(outputs: Array) -> Array:
    """C_pp of each image (image, class, class) from outputs (member, image, class)."""
    deviations = anomalies(outputs)
    return np.einsum("jbk,jbl->bkl", deviations, deviations) / len(outputs)


def cross_covariance(ensemble: Array, outputs: Array) -> Array:
    """C_up, mean over images (parameter, class); ensemble (member, parameter), outputs (member, image, class)."""
    return anomalies(ensemble).T @ anomalies(outputs).mean(axis=1) / len(ensemble)


def grouped(values: Array, groups: NDArray[np.integer], n_groups: int) -> Array:
    """Means of rows (parameter, …) by group (parameter,) -> (group, …); groups without rows are NaN."""
    sums = np.zeros((n_groups, *values.shape[1:]))
    np.add.at(sums, groups, values)
    counts = np.bincount(groups, minlength=n_groups).astype(float).reshape(-1, *[1] * (values.ndim - 1))
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)


def singular_values(rows: Array) -> Array:
    """Singular values of the anomalies of rows (member, value), largest first (member,); the last one is zero."""
    deviations = anomalies(rows)
    eigenvalues = np.linalg.eigvalsh(deviations @ deviations.T)[::-1]
    return np.sqrt(np.maximum(eigenvalues, 0))


def effective_rank(strengths: Array) -> float:
    """Participation ratio (Σλ)² / Σλ² of eigenvalues λ, the squares of singular values; 0 if all are zero."""
    eigenvalues = np.square(strengths)
    squares = float(np.square(eigenvalues).sum())
    return float(eigenvalues.sum() ** 2 / squares) if squares > 0 else 0.0


def numerical_rank(matrices: Array, tolerance: float = 1e-6) -> NDArray[np.intp]:
    """Number of singular values above `tolerance` times the largest, of each symmetric matrix (…, n, n)."""
    strengths = np.linalg.svd(matrices, compute_uv=False)
    return (strengths > tolerance * np.maximum(strengths[..., :1], 1e-30)).sum(axis=-1)


def descent(ensemble: Array, outputs: Array, observations: Array) -> Array:
    """Σ over images of C_up (y - mean output) (parameter,): the direction in which covariance says the misfit falls."""
    forces = np.einsum("jbk,bk->j", anomalies(outputs), observations - outputs.mean(axis=0))
    return forces @ anomalies(ensemble) / len(ensemble)


def alignment(a: Array, b: Array) -> float:
    """Cosine of the angle between two vectors; NaN if one of them is zero."""
    norms = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / norms if norms > 0 else float("nan")


def principal_components(rows: Array, n_components: int) -> tuple[Array, Array]:
    """Coordinates of rows along their first principal components (row, component), and the shares of variance."""
    deviations = anomalies(rows)
    eigenvalues, vectors = np.linalg.eigh(deviations @ deviations.T)
    eigenvalues, vectors = np.maximum(eigenvalues[::-1], 0), vectors[:, ::-1]
    total = max(float(eigenvalues.sum()), 1e-30)
    return vectors[:, :n_components] * np.sqrt(eigenvalues[:n_components]), eigenvalues[:n_components] / total
