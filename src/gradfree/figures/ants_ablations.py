"""What champions of each evolution bring home when something is taken from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import published_ants as published
from gradfree.analysis.summaries import curve
from gradfree.figures import ant_panels, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Groups of bars are evolutions, bars are conditions, dots are seeds (means over the same test trials)."""
    figure, axes = panels.grid(1, width=7.2, height=3.0)
    axis, tests = axes[0, 0], summaries["tests"]
    width = 0.8 / len(ant_panels.CONDITIONS)
    for group, setting in enumerate(settings):
        food = curve(tests, setting, "test_food").mean("test_trial")
        for place, (condition, label) in enumerate(ant_panels.CONDITIONS.items()):
            seeds, x = food.sel(condition=condition).values, group - 0.4 + (place + 0.5) * width
            color = ant_panels.CONDITION_COLORS[condition]
            axis.bar(x, np.nanmean(seeds), 0.9 * width, color=color, alpha=0.7, label=None if group else label)
            axis.plot(x + np.linspace(-0.04, 0.04, len(seeds)), seeds, "k.", markersize=3)
    axis.axhline(
        published.FOOD["full"][0], color=style.PUBLISHED, linewidth=0.9, linestyle="--", label="published, best"
    )
    rules = float(summaries["rules"]["food_returned"].mean())
    axis.axhline(rules, color="black", linewidth=0.8, linestyle=":", label="rule-based")
    axis.set_xticks(range(len(settings)), [ant_panels.name(setting) for setting in settings])
    axis.set(ylabel="food returned, mean of test trials", ylim=(0, 160))
    axis.legend(fontsize=7, ncols=3, loc="upper right")
    return figure
