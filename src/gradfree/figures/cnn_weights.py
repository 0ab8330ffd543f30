"""Weight distributions while training, and how much they still change (thesis part 1, additions to LOD 2020)."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.analysis.distributions import kullback_leibler
from gradfree.figures import names, panels, style

KINDS = {"mean_weight_histogram": "mean network", "member_weight_histogram": "all members"}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left, middle: histograms from early (light) to late (dark). Right: KL divergence of successive evaluations."""
    figure, axes = panels.grid(3, width=2.8)
    setting = settings[0]
    summary = panels.of(summaries, setting)
    for column, (quantity, title) in enumerate(KINDS.items()):
        counts = s.curve(summary, setting, quantity)
        pooled = counts.sum("seed")
        shown = np.unique(np.linspace(0, pooled.sizes["evaluation"] - 1, 6).astype(int))
        shades = matplotlib.colormaps["viridis_r"](np.linspace(0.1, 1, len(shown)))
        for row, shade in zip(shown, shades, strict=True):
            density = pooled.isel(evaluation=row)
            label = f"update {int(pooled.evaluation[row]) + 1}"
            axes[0, column].plot(pooled["bin"], density / density.sum(), color=shade, linewidth=1, label=label)
        axes[0, column].set(title=title, xlabel="weight", yscale="log", ylabel="share of weights")
        later, earlier = counts.isel(evaluation=slice(1, None)).values, counts.isel(evaluation=slice(None, -1)).values
        divergence = kullback_leibler(later, earlier)
        panels.band(axes[0, 2], counts.evaluation.values[1:] + 1, divergence, title, style.CYCLE[column])
    axes[0, 2].set(xlabel="update", ylabel="KL divergence from the\nevaluation before, nats", yscale="log")
    axes[0, 0].legend(fontsize=6)
    axes[0, 2].legend()
    figure.suptitle(names.label(setting), fontsize=9)
    return figure
