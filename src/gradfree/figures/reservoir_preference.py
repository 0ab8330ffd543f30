"""What the weights show: those into a cluster change with how much their source prefers the class of the cluster."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.analysis.statistics import estimate
from gradfree.figures import panels, style
from gradfree.figures import readout_names as names

LABELS = {"eeo": "exc. → exc.", "eio": "exc. → inh.", "ieo": "inh. → exc.", "iio": "inh. → inh."}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: correlation of change and preference, mean over clusters. Right of it: mean change by cluster."""
    figure, axes = panels.grid(1 + len(settings), width=3.2, height=3)
    ensembles = summaries["ensembles"]
    for place, setting in enumerate(settings):
        kept = ensembles.sel(setting=setting).dropna("seed", how="all", subset=["preference_correlation"])
        _correlations(axes[0, 0], kept, setting, (place + 0.5) / len(settings) - 0.5, 0.7 / len(settings))
        _changes(axes[0, 1 + place], kept)
        axes[0, 1 + place].set_title(names.label(setting), loc="left")
    axes[0, 0].axhline(0, color=style.BLACK, linewidth=0.8)
    axes[0, 0].set_xticks(range(len(LABELS)), LABELS.values(), rotation=20)
    axes[0, 0].set_ylabel("correlation of change and preference")
    axes[0, 0].legend()
    return figure


def _correlations(axis: Axes, kept: xr.Dataset, setting: str, offset: float, width: float) -> None:
    by_projection = kept.preference_correlation.mean("cluster").transpose("projection", "seed").values
    for place, seeds in enumerate(by_projection):
        found = estimate(seeds, -1, 1)
        label, color = (names.label(setting) if place == 0 else None), names.color(setting, 0)
        axis.bar(place + offset, found.mean, width, color=color, alpha=0.6, label=label)
        if found.n > 1:
            axis.plot([place + offset] * 2, [found.low, found.high], color="black", linewidth=1)
        axis.plot(np.full(len(seeds), place + offset), seeds, ".", color="black", markersize=3)


def _changes(axis: Axes, kept: xr.Dataset) -> None:
    change = kept.weight_change.mean("seed").transpose("projection", "cluster").values
    change = change[:, np.isfinite(change).any(axis=0)]
    largest = max(float(np.abs(change).max()), 1e-9)
    image = axis.imshow(change, cmap="RdBu_r", vmin=-largest, vmax=largest, aspect="auto")
    for (row, column), value in np.ndenumerate(change):
        axis.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=8)
    axis.set_xticks(range(change.shape[1]))
    axis.set_yticks(range(len(LABELS)), LABELS.values())
    axis.set_xlabel("weights into cluster")
    axis.grid(visible=False)
    axis.figure.colorbar(image, ax=axis, label="mean change in pA")
