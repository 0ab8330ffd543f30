"""Pheromone of colonies over evolution (Fig. 13)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import published_ants as published
from gradfree.analysis.summaries import curve
from gradfree.figures import ant_panels, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Maps of four generations at the last recorded moment; share of marked patches of all seeds over generations."""
    behavior = summaries["behavior"]
    one = behavior.sel(setting=settings[0]).isel(seed=0)
    figure, axes = panels.grid(5, width=2.2, height=3.1, gridspec_kw={"width_ratios": [1, 1, 1, 1, 1.4]})
    tick = int(one["snapshot"][-1])
    for shown, axis in enumerate(axes[0, :4]):
        ant_panels.arena_map(axis, one, shown, -1)
        generation = int(one["shown_generation"][shown])
        found = one[["pheromone_spread", "pheromone_max"]].sel(generation=generation).isel(snapshot=-1)
        axis.set_title(f"generation {generation}")
        text = f"> 1 unit: {float(found.pheromone_spread):.0%} of patches\nmost: {float(found.pheromone_max):.0f} units"
        axis.set_xlabel(text, fontsize=7)
    axes[0, 0].set_ylabel(f"seed 0, tick {tick}")
    spread = curve(behavior, settings[0], "pheromone_spread").isel(snapshot=-1)
    axis = axes[0, 4]
    ant_panels.spread(axis, spread["generation"].values + 1, 100 * spread.values, "ours", style.BLUE)
    shares = 100 * published.PHEROMONE_SPREAD
    axis.plot(published.PHEROMONE_GENERATION + 1, shares, "s", color=style.PUBLISHED, label="published")
    axis.set(xscale="log", xlabel="generation + 1", ylabel="patches with > 1 unit, %", ylim=(0, 100))
    axis.legend(fontsize=7)
    axis.set_xticks(np.array([1, 10, 100, 1000]), ["1", "10", "100", "1000"])
    return figure
