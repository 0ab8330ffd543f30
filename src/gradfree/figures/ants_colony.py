"""A colony early and late in evolution (as Fig. 1 of Jimenez-Romero et al. 2024)."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.figures import ant_panels, panels


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Both at the same moments in the same world: rows are generations, columns moments."""
    behavior = summaries["behavior"].sel(setting=settings[0]).isel(seed=0)
    ticks = behavior["snapshot"].values
    figure, axes = panels.grid(len(ticks), 2, width=1.9, height=2.75)
    for row, shown in enumerate((0, -1)):
        generation = int(behavior["shown_generation"][shown])
        for column, tick in enumerate(ticks):
            axis = axes[row, column]
            ant_panels.arena_map(axis, behavior, shown, column)
            left = int(behavior["map_food"].isel(shown=shown, snapshot=column).sum())
            axis.set_xlabel(f"tick {tick}, food left {left}", fontsize=7)
        axes[row, 0].set_ylabel(f"generation {generation}")
    return figure
