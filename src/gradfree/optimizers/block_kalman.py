"""A Kalman filter over blocks of weights: each block keeps its whole covariance, blocks are taken as uncorrelated.

It is the limit of the EnKF with localization between blocks (Houtekamer & Mitchell 2001) and as many members in each as
it has weights: there C_up = P Hᵀ and C_pp = sum over blocks of H P Hᵀ, with H the response of the predictions to the
weights, which forward passes of varied networks give. No sampling error enters and nothing collapses, because P shrinks
by Kalman's formula only. With members that vary one weight each, H is a finite difference, so that this is also the
decoupled extended Kalman filter of Puskorius & Feldkamp 1991 without its derivatives; a strict reader may prefer that
name.

Covariances are kept in 64 bit, products are taken in 32 bit: the error of each small decrement then stays small against
the decrement. In 32 bit alone covariances lose their definiteness after some ten thousand updates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular

Array = NDArray[np.float32]


@dataclass(frozen=True)
class BlockState:
    """Weights by layer (block, weight) and the covariance of each block (block, weight, weight).

    The linear output layer shares one covariance (1, weight, weight) among its blocks, the classes, because they see
    the same features and each reaches one output only.
    """

    weights: Mapping[str, Array]
    covariances: Mapping[str, NDArray[np.float64]]


def init(weights: Mapping[str, Array], variances: Mapping[str, float], shared: str) -> BlockState:
    """Prior: the given weights (block, weight) by layer, uncorrelated, with one variance for each layer."""
    covariances = {
        layer: np.tile(variances[layer] * np.eye(w.shape[1]), (len(w), 1, 1)) for layer, w in weights.items()
    }
    covariances[shared] = covariances[shared][:1]
    return BlockState(dict(weights), covariances)


def tell(
    state: BlockState,
    responses: Mapping[str, Array],
    features: Array,
    innovations: Array,
    noise_variance: float,
    output: str,
    inflation: float = 1.0,
) -> BlockState:
    """The posterior after one batch, its covariances multiplied by `inflation`, so that old batches are forgotten.

    responses by layer (block, image, class, weight), without the output layer; features (image, weight) of the output
    layer `output`; innovations (image, class). Layers without responses stay as they are. Raises LinAlgError if the
    covariance of the predictions is not positive definite, as with non-finite responses.
    """
    n_images, n_classes = innovations.shape
    weights = dict(state.weights)
    covariances = {layer: inflation * covariance for layer, covariance in state.covariances.items()}
    flat = {layer: h.reshape(len(h), n_images * n_classes, -1) for layer, h in responses.items()}
    spread = {
        layer: h @ state.covariances[layer].astype(h.dtype) for layer, h in flat.items()
    }  # H P (block, observation, weight)
    predicted = sum((np.einsum("bow,bpw->op", spread[k], flat[k], optimize=True) for k in flat), start=np.float32(0))
    output_spread = features @ state.covariances[output][0].astype(features.dtype)  # (image, weight)
    output_covariance = output_spread @ features.T
    predicted = predicted + np.kron(output_covariance, np.eye(n_classes, dtype=np.float32))
    factor = cho_factor(predicted + noise_variance * np.eye(len(predicted), dtype=np.float32), lower=True)
    gained = cho_solve(factor, innovations.reshape(-1)).astype(np.float32)
    for layer, hp in spread.items():
        weights[layer] = weights[layer] + np.einsum("bow,o->bw", hp, gained, optimize=True)
        root = solve_triangular(factor[0], hp.transpose(1, 0, 2).reshape(len(gained), -1), lower=True)
        root = root.reshape(len(gained), *hp.shape[::2]).transpose(1, 0, 2)
        covariances[layer] -= np.float32(inflation) * (root.transpose(0, 2, 1) @ root)
    weights[output] = weights[output] + gained.reshape(n_images, n_classes).T @ output_spread
    alone = np.linalg.cholesky(output_covariance + noise_variance * np.eye(n_images, dtype=np.float32))
    root = solve_triangular(alone, output_spread, lower=True)
    covariances[output] -= np.float32(inflation) * (root.T @ root)
    return BlockState(weights, covariances)
