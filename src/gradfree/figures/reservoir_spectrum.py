"""Does the ensemble collapse? Singular values, effective rank, and what the update follows (thesis part 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.figures import panels
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Singular values first (solid) and last (dashed); effective rank; alignment of update and cross covariance."""
    figure, axes = panels.grid(3, width=3.2)
    for place, setting in enumerate(settings):
        kept = summaries["ensembles"].sel(setting=setting)
        label, color = names.label(setting), names.color(setting, place)
        spectra = kept.singular_value.mean("seed").dropna("snapshot", how="all").dropna("rank")
        rank = np.arange(1, spectra.sizes["rank"] + 1)
        for one, line in ((spectra[0], "-"), (spectra[-1], "--")):
            axes[0, 0].plot(rank, np.maximum(one, 1e-6), line, color=color, label=label if line == "-" else None)
        for axis, quantity in ((axes[0, 1], "effective_rank"), (axes[0, 2], "alignment")):
            values = kept[quantity].dropna("seed", how="all").dropna("snapshot", how="all")
            when = kept.at_update.mean("seed").sel(snapshot=values.snapshot).values + 1
            panels.band(axis, when, values.transpose("seed", "snapshot").values, label, color, marker="o", markersize=3)
    axes[0, 0].set(xlabel="rank", ylabel="singular value / first at start", yscale="log", title="dashed: at the end")
    axes[0, 1].set(xlabel="generation", ylabel="effective rank of the ensemble", xscale="log")
    axes[0, 2].set(xlabel="generation", ylabel="cosine of update and\ncross covariance · innovation", xscale="log")
    axes[0, 2].set_ylim(-1, 1)
    axes[0, 0].legend()
    return figure
