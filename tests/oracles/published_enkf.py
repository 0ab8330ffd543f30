"""The EnKF update as it was published: image after image, rereading and centering the whole ensemble each time."""

import numpy as np


def published_update(ensemble, predictions, observations, noise_covariance):
    """Yegenoglu et al., LOD 2020: shapes as in `gradfree.optimizers.enkf.update`; predictions stay as they are."""
    ensemble = ensemble.copy()
    n_members = len(ensemble)
    for image, observation in enumerate(observations):
        outputs = predictions[:, image]
        output_anomalies = outputs - outputs.mean(axis=0)
        parameter_anomalies = ensemble - ensemble.mean(axis=0)
        covariance = output_anomalies.T @ output_anomalies / n_members
        cross_covariance = parameter_anomalies.T @ output_anomalies / n_members
        matrix = (covariance + noise_covariance).astype(ensemble.dtype)
        weights = np.linalg.lstsq(matrix, (observation - outputs).T, rcond=None)[0]
        ensemble += (cross_covariance @ weights).T
    return ensemble
