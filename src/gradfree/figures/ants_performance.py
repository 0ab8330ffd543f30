"""Food returned in 2000 ticks: rules, evolved with pheromone, its smell removed, evolved without (Fig. 14)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import published_ants as published
from gradfree.analysis.summaries import curve
from gradfree.figures import ant_panels, panels, style


def wrapped(setting: str) -> str:
    """The name of a setting in lines of one or two words, for a narrow bar."""
    return "\n".join(textwrap.wrap(ant_panels.name(setting), 12))


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: means of the seeds (dots) beside the published means and standard deviations. Right: all test trials."""
    figure, axes = panels.grid(2, width=3.9, height=3.2)
    tests, (first, *others) = summaries["tests"], settings
    trials = {"rules": summaries["rules"]["food_returned"].values[None].astype(float)}
    keys = {"rules": "rules", first: "full", "no_smell": "no_smell"} | dict.fromkeys(others, "impaired")
    food = {setting: curve(tests, setting, "test_food") for setting in settings}
    trials[first] = food[first].sel(condition="intact").values
    trials["no_smell"] = food[first].sel(condition="no_smell").values
    trials |= {setting: food[setting].sel(condition="intact").values for setting in others}
    names = [f"{wrapped(first)},\nsmell removed" if key == "no_smell" else wrapped(key) for key in trials]
    colors = [ant_panels.COLORS.get(key, style.ORANGE) for key in trials]
    for place, (key, values) in enumerate(trials.items()):
        means = np.nanmean(values, axis=1)
        axes[0, 0].bar(place - 0.15, means.mean(), 0.42, color=colors[place], alpha=0.6)
        axes[0, 0].plot(place - 0.15 + np.linspace(-0.08, 0.08, len(means)), means, "k.", markersize=4)
        mean, std = published.FOOD[keys[key]]
        axes[0, 0].errorbar(place + 0.25, mean, std, fmt="s", color=style.PUBLISHED, markersize=4)
        axes[0, 1].plot([place - 0.35, place + 0.35], [means.mean()] * 2, color="black", linewidth=1)
        for shift, seed in zip(np.linspace(-0.2, 0.2, len(values)) if len(values) > 1 else [0], values, strict=True):
            jitter = 0.04 * np.sin(np.arange(len(seed)) * 12.9898)
            axes[0, 1].plot(place + shift + jitter, seed, ".", color=colors[place], markersize=2)
    axes[0, 0].plot([], [], "s", color=style.PUBLISHED, label="published, mean ± SD of trials")
    axes[0, 0].legend(loc="upper right", fontsize=7)
    for axis, title in zip(axes[0], ("means; dots are seeds", "all test trials"), strict=True):
        axis.set(title=title, ylabel="food returned in a test trial", ylim=(0, 180))
        axis.axhline(published.TOTAL_FOOD, color="black", linewidth=0.6, linestyle="--")
        axis.set_xticks(range(len(names)), names, fontsize=7)
    return figure
