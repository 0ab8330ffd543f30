"""Measures of self-organization over generations, beside what chance gives and what was published."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import published_ants as published
from gradfree.analysis.summaries import curve
from gradfree.figures import ant_panels, panels, style

PANELS = {
    "diversity": "how differently ants react\n(SD of correlations over ants)",
    "trip_straightness": "straightness of ways home",
    "traffic_trails": "traffic on the ways between\nnest and piles (log10 ratio)",
    "pheromone_trails": "pheromone on these ways\n(log10 ratio)",
    "drops_near": "share of drops within 6 patches\nof nest or food",
    "distance_correlation": "correlation of distances\nfrom the nest, pairs of ants",
    "nearest_ant": "distance to the nearest ant,\npatches",
    "pick_ups_variation": "variation of pick-ups\nover ants",
}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """One panel per measure; dashed lines are tracks or drops shifted in time."""
    behavior = summaries["behavior"]
    figure, axes = panels.grid(4, 2, width=2.7, height=2.4)
    for axis, (quantity, title) in zip(axes.flat, PANELS.items(), strict=True):
        for place, setting in enumerate(settings):
            values = curve(behavior, setting, quantity)
            x, color = values["generation"].values, ant_panels.color(setting, place)
            ant_panels.spread(axis, x, values.values, ant_panels.name(setting), color)
            if f"{quantity}_chance" in behavior:
                chance = curve(behavior, setting, f"{quantity}_chance").mean("seed")
                axis.plot(chance["generation"].values, chance.values, "--", color=color, linewidth=0.9)
        axis.set(xlabel="generation", ylabel=title)
    for value, generation in zip(published.DIVERSITY[[0, -1]], published.BEHAVIOR_GENERATION[[0, -1]], strict=True):
        label = f"published, generation {generation}"
        axes[0, 0].axhline(value, color=style.PUBLISHED, linestyle=":" if generation > 100 else "-.", label=label)
    axes[0, 0].legend(fontsize=6)
    axes[1, 0].plot([], [], "--", color="black", linewidth=0.9, label="chance (shifted in time)")
    axes[1, 0].legend(fontsize=6)
    return figure
