"""Fitness in the outer loop, generation by generation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gradfree.analysis.searches import best_so_far, found_again
from gradfree.figures import panels, searches


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row per optimizee and kind of fitness. Left: mean of each generation. Right: best so far.

    Bands: standard deviation of searches. Diamonds: what each search found, run again with fresh noise.
    """
    groups = searches.by_fitness(summaries, settings)
    figure, axes = panels.grid(2, len(groups))
    for row, ((optimizee, task), members) in zip(axes, groups.items(), strict=True):
        for _, summary in members:
            label, color = searches.look(summary)
            name = f"{label} ({summary.sizes['seed']})".replace(", ", ",\n")
            generation = np.arange(summary.sizes["generation"])
            panels.band(row[0], generation, summary["fitness"].mean("individual").values, name, color, marker="o")
            panels.band(row[1], generation, best_so_far(summary), name, color, marker="o")
            if (again := found_again(summary)) is not None:
                last = np.full(len(again), generation[-1])
                row[1].plot(last, again, "D", color=color, markersize=5, markerfacecolor="white")
        kind = "fitness" if task is None else f"fitness: {searches.task_label(task)}"
        row[0].set(ylabel=kind, title=f"{searches.title(optimizee)}:\nmean of a generation")
        row[1].set(title="best so far, as the search sees it")
        for axis in row:
            axis.set_xlabel("generation")
            axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        row[1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
