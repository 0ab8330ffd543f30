"""The fitness landscape as the searches saw it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis.searches import genes_by_hand
from gradfree.figures import panels, searches

MOST_PAIRS = 3


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row per optimizee, a panel per pair of genes; dots are individuals of all its searches, colored by fitness."""
    groups = searches.by_optimizee(summaries, settings)
    n_genes = [members[0][1].sizes["parameter"] for members in groups.values()]
    n_columns = min(max(n * (n - 1) // 2 for n in n_genes) or 1, MOST_PAIRS)
    figure, axes = panels.grid(n_columns, len(groups))
    for row, (optimizee, members) in zip(axes, groups.items(), strict=True):
        first = members[0][1]
        fitness = np.concatenate([searches.flat(summary, "fitness") for _, summary in members])
        genes = np.concatenate([searches.flat(summary, "gene") for _, summary in members])
        found = np.concatenate([summary["found_gene"].values for _, summary in members])
        order = np.argsort(np.where(np.isnan(fitness), -np.inf, fitness))  # the fit on top
        names = [str(name) for name in first["parameter"].values]
        pairs = list(combinations(range(len(names)), 2))[:n_columns] or [(0, 0)]
        for axis, (x, y) in zip(row, pairs, strict=False):
            dots = axis.scatter(
                genes[order, x],
                genes[order, y],
                c=fitness[order],
                s=22,
                cmap="viridis",
                vmin=np.nanpercentile(fitness, 10),
                linewidths=0,
            )
            axis.plot(found[:, x], found[:, y], "o", mfc="none", mec="black", markersize=8, label="found")
            manual = genes_by_hand(first)
            axis.plot(manual[x], manual[y], "X", color=searches.MANUAL, markersize=8, label="manual")
            searches.gene_axis(axis, first, names[x], "x")
            searches.gene_axis(axis, first, names[y], "y")
        for axis in row[len(pairs) :]:
            axis.set_axis_off()
        row[0].set_title(searches.title(optimizee))
        row[0].legend()
        figure.colorbar(dots, ax=row[min(len(pairs), n_columns) - 1], label="fitness")
    return figure
