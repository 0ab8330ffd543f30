"""Weights of the mean of the ensemble over generations, and how much they still change (thesis part 2)."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.analysis.distributions import kullback_leibler
from gradfree.figures import panels, style
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row for each setting: weights from excitatory and inhibitory neurons; KL divergence of successive ones."""
    figure, axes = panels.grid(3, len(settings), width=3.0)
    for row, setting in zip(axes, settings, strict=True):
        counts = s.curve(summaries["readout"], setting, "mean_weight_histogram")
        pooled = counts.sum("seed")
        shown = np.unique(np.linspace(0, pooled.sizes["evaluation"] - 1, 5).astype(int))
        shades = matplotlib.colormaps["viridis_r"](np.linspace(0.1, 1, len(shown)))
        for column, source in enumerate(("excitatory", "inhibitory")):
            for place, shade in zip(shown, shades, strict=True):
                density = pooled.sel(source=source).isel(evaluation=place)
                label = f"generation {int(pooled.evaluation[place])}"
                row[column].plot(pooled["bin"], density / density.sum(), color=shade, linewidth=1, label=label)
            row[column].set(xlabel=f"weight from {source} neurons in pA", ylabel="share of synapses", yscale="log")
            late, early = (counts.sel(source=source).isel(evaluation=slice(*ends)) for ends in ((1, None), (None, -1)))
            divergence = kullback_leibler(
                late.transpose("seed", "evaluation", "bin").values, early.transpose("seed", "evaluation", "bin").values
            )
            panels.band(
                row[2], late.evaluation.values, divergence, source, style.CYCLE[column], marker="o", markersize=3
            )
        row[2].set(xlabel="generation", ylabel="KL divergence from the\nevaluation before, nats")
        row[0].set_title(names.label(setting), loc="left")
    axes[0, 0].legend(fontsize=6)
    axes[0, 2].legend()
    return figure
