"""Covariance of the outputs and their covariance with the weights, early and late in the training (thesis part 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.figures import panels
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row for each setting: C_pp first and last, C_up first and last by projection and cluster (first seed)."""
    figure, axes = panels.grid(4, len(settings), width=2.7, height=2.6)
    for row, setting in zip(axes, settings, strict=True):
        kept = summaries["ensembles"].sel(setting=setting).isel(seed=0).dropna("snapshot", subset=["at_update"])
        for column, place in enumerate((0, -1)):
            one = kept.isel(snapshot=place)
            generation = int(one.at_update) + 1
            _heat(row[column], one.prediction_covariance.values, f"$C_{{pp}}$, generation {generation}")
            row[column].set(xlabel="class", ylabel="class", xticks=range(3), yticks=range(3))
            _heat(row[2 + column], _by_cluster(one), f"$C_{{up}}$ in pA, generation {generation}")
            _label_clusters(row[2 + column], one)
        row[0].set_ylabel(f"{names.label(setting)}\nclass")
    return figure


def _by_cluster(kept: xr.Dataset) -> np.ndarray:
    """Rows by projection and cluster, columns by class."""
    return kept.cross_covariance.values.reshape(-1, kept.sizes["class"])


def _heat(axis: Axes, values: np.ndarray, title: str) -> None:
    largest = max(float(np.nanmax(np.abs(values))), 1e-12)
    image = axis.imshow(values, cmap="RdBu_r", vmin=-largest, vmax=largest, aspect="auto")
    axis.figure.colorbar(image, ax=axis, shrink=0.8).ax.tick_params(labelsize=6)
    axis.set_title(title, loc="left", fontsize=7)
    axis.grid(visible=False)


def _label_clusters(axis: Axes, kept: xr.Dataset) -> None:
    labels = [f"{projection} → {cluster}" for projection in kept.projection.values for cluster in range(3)]
    axis.set_yticks(range(len(labels)), labels, fontsize=6)
    axis.set(xlabel="class", ylabel="weights into cluster", xticks=range(3))
