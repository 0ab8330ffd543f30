"""Genes of all individuals, generation by generation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gradfree.analysis.searches import genes_by_hand, search_of
from gradfree.figures import panels, searches


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row per search, a panel per gene; every individual a dot, bright if fit; the manual value a dashed line."""
    widest = max(summaries[setting].sizes["parameter"] for setting in settings)
    figure, axes = panels.grid(widest, len(settings))
    for row, setting in zip(axes, settings, strict=True):
        summary = summaries[setting]
        fitness, genes = searches.flat(summary, "fitness"), searches.flat(summary, "gene")
        generation = np.broadcast_to(np.arange(summary.sizes["generation"])[None, :, None], summary["fitness"].shape)
        spread = np.linspace(-0.25, 0.25, summary.sizes["individual"])
        x = (generation + spread).reshape(-1)
        low = np.nanpercentile(fitness, 10)
        for column, gene in enumerate(summary["parameter"].values):
            axis = row[column]
            dots = axis.scatter(x, genes[:, column], c=fitness, s=16, cmap="viridis", vmin=low, linewidths=0)
            axis.axhline(genes_by_hand(summary)[column], color=searches.MANUAL, linestyle="--", linewidth=1)
            searches.gene_axis(axis, summary, str(gene), "y")
            axis.set_xlabel("generation")
            axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        for axis in row[summary.sizes["parameter"] :]:
            axis.set_axis_off()
        tuned = searches.title(search_of(summary)["optimizee"])
        row[0].set_title(f"{tuned}: {searches.look(summary)[0]}")
        figure.colorbar(dots, ax=row[summary.sizes["parameter"] - 1], label="fitness")
    return figure
