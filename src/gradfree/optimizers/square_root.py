"""The ensemble square-root filter: members keep the spread that the linear Gaussian posterior has.

In the ensemble Kalman filter without perturbed observations (`enkf`, as published) every member is drawn to the same
observations, so that anomalies shrink by I - K H where the posterior's would shrink by its square root: each batch
counts twice for the spread, the ensemble becomes sure too early, and later batches hardly move it. Here the mean moves
as in `enkf` with form `joint`, and anomalies are multiplied by the symmetric square root in ensemble space (Bishop,
Etherton, Majumdar 2001, doi 10.1175/1520-0493(2001)129<0420:ASWTET>2.0.CO;2; Hunt, Kostelich, Szunyogh 2007, doi
10.1016/j.physd.2006.11.008, section 2.3). Both are linear maps between members. For a linear model batches one after
the other then give the same as all at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

Array = NDArray[np.floating]


def update(ensemble: Array, predictions: Array, observations: Array, noise_covariance: Array) -> Array:
    """One update with a batch as one observation; covariances have the divisor 1/J.

    ensemble (member, parameter), predictions (member, image, output), observations (image, output), noise_covariance
    (output, output). A member without finite predictions stays where it is and moves nobody.
    """
    finite = np.isfinite(predictions).all(axis=(1, 2))
    if finite.sum() < 2:
        return ensemble.copy()
    weights = _weights(predictions[finite].astype(np.float64), observations, noise_covariance)
    mean = ensemble[finite].mean(axis=0)
    moved = ensemble.copy()
    moved[finite] = mean + weights.astype(ensemble.dtype) @ (ensemble[finite] - mean)
    return moved


def _weights(predictions: Array, observations: Array, noise_covariance: Array) -> Array:
    """What each new member (row) takes of the old anomalies (column)."""
    n_members = len(predictions)
    root = np.linalg.cholesky(noise_covariance)
    mean = predictions.mean(axis=0)
    anomalies = _whitened(predictions - mean, root).reshape(n_members, -1)
    innovation = _whitened((observations - mean)[None], root).ravel()
    precisions, vectors = np.linalg.eigh(np.eye(n_members) + anomalies @ anomalies.T / n_members)
    transform = (vectors / np.sqrt(precisions)) @ vectors.T
    shift = (vectors / precisions) @ (vectors.T @ (anomalies @ innovation)) / n_members
    return transform + shift


def _whitened(values: Array, root: Array) -> Array:
    """Values (…, output) in units in which the noise has the identity as covariance."""
    flat = solve_triangular(root, values.reshape(-1, values.shape[-1]).T, lower=True)
    return flat.T.reshape(values.shape)
