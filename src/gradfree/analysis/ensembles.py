"""What the kept ensembles of a training of the readout show: covariances, spectra, collapse, principal components."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.analysis import covariance as c

Array = NDArray[np.floating]
PROJECTIONS = ["eeo", "eio", "ieo", "iio"]
QUANTITIES = {  # name: dims after `snapshot`, units, long name
    "at_update": ((), "1", "generation that was kept"),
    "prediction_covariance": (("class", "class_b"), "1", "covariance of the members' outputs, mean over images"),
    "prediction_rank": ((), "1", "largest numerical rank of that covariance over images"),
    "cross_covariance": (
        ("projection", "cluster", "class"), "pA",
        "covariance of weights into a cluster and the output of a class, mean over synapses and images",
    ),
    "cross_share": ((), "1", "share of the cross covariance's squares between a cluster's weights and its own output"),
    "singular_value": (("rank",), "1", "singular values of the ensemble's anomalies over the first at the beginning"),
    "effective_rank": ((), "1", "effective rank of the ensemble's covariance"),
    "alignment": ((), "1", "cosine between the move of the mean and the direction that the cross covariance points to"),
    "own_update": (("projection", "cluster"), "pA", "mean change of the weights into a cluster by the update"),
    "component": (("member", "axis"), "pA", "members along the principal components of all kept ensembles together"),
    "accuracy": (("member",), "1", "share of the shown images that a member classifies correctly"),
}  # fmt: skip


def analyze(run: xr.Dataset) -> xr.Dataset:
    """The quantities of each kept generation (snapshot, …) and shares of variance of the two components (axis,)."""
    kept = run[["ensemble", "outputs", "observations", "member_accuracy", "mean_update"]].load()
    groups = (run.synapse_projection.values.astype(int), run.synapse_cluster.values.astype(int))
    coordinates, shares = _components(kept.ensemble.values)
    rows = [
        _of_generation(kept.isel(snapshot=place), groups) | {"component": coordinates[place]}
        for place in range(kept.sizes["snapshot"])
    ]
    first = max(float(rows[0]["singular_value"][0]), 1e-30)
    for row in rows:
        row["singular_value"] = row["singular_value"] / first
    dataset = xr.Dataset(
        {
            name: (("snapshot", *dims), np.stack([row[name] for row in rows]), {"units": units, "long_name": text})
            for name, (dims, units, text) in QUANTITIES.items()
        },
        coords={"projection": PROJECTIONS},
    )
    about = {"units": "1", "long_name": "share of the variance along a component"}
    dataset["component_share"] = ("axis", shares, about)
    totals = weight_changes(run)
    about = {"units": "pA", "long_name": "mean change of the weights from before to after the training"}
    dataset["weight_change"] = (("projection", "cluster"), totals, about)
    about = {
        "units": "1",
        "long_name": "correlation of that change with how much its source prefers the cluster's class",
    }
    dataset["preference_correlation"] = (("projection", "cluster"), preference_correlations(run), about)
    return dataset


def weight_changes(run: xr.Dataset) -> Array:
    """Mean change of weights over the whole training (projection, cluster)."""
    change = run.trained_weights_pA.values.astype(float) - run.initial_weights_pA.values
    return _by_group(change, run.synapse_projection.values.astype(int), run.synapse_cluster.values.astype(int))


def preference_correlations(run: xr.Dataset) -> Array:
    """Correlation over synapses (projection, cluster) between the change of a weight and its source's preference.

    The preference of a neuron for a class is its mean rate over images of the class less that over all classes.
    """
    rates = run.class_rate_Hz.values.astype(float)
    projection, cluster = (run[f"synapse_{name}"].values.astype(int) for name in ("projection", "cluster"))
    preference = (rates - rates.mean(axis=0))[cluster, run.synapse_source.values.astype(int)]
    change = run.trained_weights_pA.values.astype(float) - run.initial_weights_pA.values
    found = np.full((len(PROJECTIONS), int(cluster.max()) + 1), np.nan)
    for place in np.ndindex(found.shape):
        mine = (projection == place[0]) & (cluster == place[1])
        pair = [values[mine] - values[mine].mean() for values in (change, preference)]
        found[place] = c.alignment(*pair)
    return found


def gather(found: Mapping[tuple[str, str], xr.Dataset]) -> xr.Dataset:
    """Analyses keyed by setting and "seed-N" over dims (setting, seed, …); shorter ones are padded with NaN."""
    settings = list(dict.fromkeys(setting for setting, _ in found))
    by_setting = [
        xr.concat(
            [one.assign_coords(seed=int(seed.split("-")[1])) for (name, seed), one in found.items() if name == setting],
            dim="seed",
        )
        for setting in settings
    ]
    sizes = {dim: max(one.sizes[dim] for one in by_setting) for dim in by_setting[0].sizes if dim != "seed"}
    padded = [
        one.pad({dim: (0, size - one.sizes[dim]) for dim, size in sizes.items() if size > one.sizes[dim]})
        for one in by_setting
    ]
    return xr.concat(padded, dim="setting", join="outer").assign_coords(setting=settings)


def _of_generation(kept: xr.Dataset, groups: tuple[NDArray[np.intp], NDArray[np.intp]]) -> dict[str, Array]:
    ensemble, outputs = kept.ensemble.values.astype(float), kept.outputs.values.astype(float)
    finite = np.isfinite(outputs).all(axis=(1, 2)) & np.isfinite(ensemble).all(axis=1)
    ensemble, outputs, update = ensemble[finite], outputs[finite], kept.mean_update.values.astype(float)
    covariance, cross = c.prediction_covariance(outputs), c.cross_covariance(ensemble, outputs)
    strengths = np.zeros(len(finite))
    strengths[: len(ensemble)] = c.singular_values(ensemble)
    own = cross[np.arange(len(cross)), groups[1]]
    return {
        "at_update": np.asarray(float(kept.snapshot)),
        "prediction_covariance": covariance.mean(axis=0),
        "prediction_rank": np.asarray(float(c.numerical_rank(covariance).max())),
        "cross_covariance": _by_group(cross, *groups),
        "cross_share": np.asarray(np.square(own).sum() / max(np.square(cross).sum(), 1e-30)),
        "singular_value": strengths,
        "effective_rank": np.asarray(c.effective_rank(strengths)),
        "alignment": np.asarray(c.alignment(update, c.descent(ensemble, outputs, kept.observations.values))),
        "own_update": _by_group(update, *groups),
        "accuracy": kept.member_accuracy.values,
    }


def _by_group(values: Array, projection: NDArray[np.intp], cluster: NDArray[np.intp]) -> Array:
    """Means of (parameter, …) by projection and cluster (projection, cluster, …)."""
    n_clusters = int(cluster.max()) + 1
    means = c.grouped(values, projection * n_clusters + cluster, len(PROJECTIONS) * n_clusters)
    return means.reshape(len(PROJECTIONS), n_clusters, *values.shape[1:])


def _components(ensembles: Array) -> tuple[Array, Array]:
    """Members of all generations (snapshot, member, parameter) in one plane (snapshot, member, axis)."""
    rows = ensembles.reshape(-1, ensembles.shape[-1])
    coordinates, shares = c.principal_components(np.nan_to_num(rows), 2)
    return coordinates.reshape(*ensembles.shape[:2], 2), shares
