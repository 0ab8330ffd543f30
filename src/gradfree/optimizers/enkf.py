"""The ensemble Kalman filter as an optimizer: members move toward parameters whose predictions meet the observations.

Source: Iglesias, Law, Stuart 2013, doi 10.1088/0266-5611/29/4/045001, in the form of Yegenoglu et al., LOD 2020: the
1/J covariances, no perturbed observations, and within one call all images are judged by the predictions made before it.
`enkf_search` puts it behind init, ask, tell.

Both updates are linear maps between members, U + left (right U), so the ensemble is read once per batch, however many
images it has. `right` has zero row sums (it is made of anomalies), so the ensemble itself need not be centered.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular

Array = NDArray[np.floating]
Factors = tuple[Array, Array]


def update(
    ensemble: Array, predictions: Array, observations: Array, noise_covariance: Array, form: str = "sequential"
) -> Array:
    """One EnKF update with a batch.

    ensemble (member, parameter), predictions (member, image, output), observations (image, output), noise_covariance
    (output, output) symmetric positive definite, form `sequential` (published: image after image, each at stale
    predictions) or `joint` (the whole batch as one observation). Returns the moved ensemble in its own dtype; a member
    without finite predictions stays where it is and moves nobody. Raises ValueError for shapes that do not fit.
    """
    _require_fit(ensemble, predictions, observations, noise_covariance)
    finite = np.isfinite(predictions).all(axis=(1, 2))
    if not finite.all():
        moved = ensemble.copy()
        if finite.sum() >= 2:
            moved[finite] = update(ensemble[finite], predictions[finite], observations, noise_covariance, form)
        return moved
    anomalies = (predictions - predictions.mean(axis=0)).astype(np.float64)
    innovations = (observations - predictions).astype(np.float64)
    left, right = (factor.astype(ensemble.dtype) for factor in FORMS[form](anomalies, innovations, noise_covariance))
    if len(ensemble) < 2 * right.shape[0]:  # the map between members is then the smaller matrix
        return ensemble + (left @ right) @ ensemble
    moved = left @ (right @ ensemble)
    moved += ensemble
    return moved


def sequential_factors(anomalies: Array, innovations: Array, noise_covariance: Array) -> Factors:
    """Factors of the published image-by-image update, all images in one triangular system.

    Image b moves U by R_b S_b Q_b U / J with S_b = (C_b + noise)⁻¹, C_b = G_bᵀ G_b / J, where Q_b U = G_bᵀ U is taken
    after the images before b: Q_b = G_bᵀ + sum over c < b of (G_bᵀ R_c S_c / J) Q_c. Stacked: (I - L) Q = Gᵀ with L
    strictly block lower triangular. Inputs are (member, image, output); returns (member, m) and (m, member), m = image
    times output.
    """
    n_members, n_images, n_outputs = anomalies.shape
    covariance = np.einsum("jbk,jbl->bkl", anomalies, anomalies) / n_members
    weighted = np.linalg.solve(covariance + noise_covariance, innovations.transpose(1, 2, 0)).transpose(2, 0, 1)
    left = weighted.reshape(n_members, -1) / n_members
    stacked = anomalies.reshape(n_members, -1)
    image = np.repeat(np.arange(n_images), n_outputs)
    coupling = np.where(image[:, None] > image, stacked.T @ left, 0.0)
    right = solve_triangular(np.eye(len(image)) - coupling, stacked.T, lower=True, unit_diagonal=True)
    return left, right


def joint_factors(anomalies: Array, innovations: Array, noise_covariance: Array) -> Factors:
    """Factors of the update with the whole batch as one observation, noise independent between images.

    Kovachki & Stuart 2018, arXiv 1808.03620. Shapes as in `sequential_factors`.
    """
    n_members, n_images, _ = anomalies.shape
    stacked, misfits = anomalies.reshape(n_members, -1), innovations.reshape(n_members, -1)
    covariance = stacked.T @ stacked / n_members + np.kron(np.eye(n_images), noise_covariance)
    return misfits / n_members, cho_solve(cho_factor(covariance, lower=True), stacked.T)


FORMS: dict[str, Callable[[Array, Array, Array], Factors]] = {"sequential": sequential_factors, "joint": joint_factors}


def _require_fit(ensemble: Array, predictions: Array, observations: Array, noise_covariance: Array) -> None:
    n_members, n_outputs = len(ensemble), observations.shape[-1]
    if n_members < 2:
        raise ValueError(f"an ensemble needs at least 2 members to have a covariance, found {n_members}")
    if predictions.shape != (n_members, *observations.shape) or noise_covariance.shape != (n_outputs, n_outputs):
        raise ValueError(
            f"shapes do not fit: ensemble {ensemble.shape}, predictions {predictions.shape}, observations "
            f"{observations.shape}, noise covariance {noise_covariance.shape}; expected (member, parameter), (member, "
            "image, output), (image, output), (output, output)"
        )
