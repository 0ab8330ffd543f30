"""Champions of the last generations in the same validation worlds (as Fig. 12), and the chosen one in test worlds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import published_ants as published
from gradfree.analysis.statistics import estimate
from gradfree.analysis.summaries import curve
from gradfree.figures import ant_panels, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """One panel per evolution and one with the published champions. Diamonds are the mean genomes of the last
    populations, stars are test means of the chosen champions.
    """
    figure, axes = panels.grid(len(settings) + 1, width=3.2, sharey=True)
    tests = summaries["tests"]
    for axis, setting in zip(axes[0], settings, strict=False):
        fitness = curve(tests, setting, "validation_fitness")
        for place, seed in enumerate(fitness["seed"].values):
            one = tests.sel(setting=setting, seed=seed)
            x, values = one["candidate_of"].values, fitness.sel(seed=seed)
            found = [estimate(row[np.isfinite(row)]) for row in values.values if np.isfinite(row).any()]
            middle = np.array([each.mean for each in found])
            error = np.array([[each.mean - each.low, each.high - each.mean] for each in found]).T
            shade = style.CYCLE[place % len(style.CYCLE)]
            x, own = x[: len(found)], slice(None, -1)  # the last one is the mean genome
            axis.errorbar(x[own], middle[own], error[:, own], fmt="o-", markersize=3, color=shade, label=f"seed {seed}")
            axis.errorbar(x[-1:], middle[-1:], error[:, -1:], fmt="D", markersize=4, color=shade)
            tested = float(one["test_fitness"].sel(condition="intact").mean())
            axis.plot(float(one["champion_of"]), tested, "*", color=shade, markersize=11, markeredgecolor="black")
        axis.set(title=ant_panels.name(setting), xlabel="generation of the champion", ylabel="fitness")
        axis.legend(fontsize=7)
    axes[0, -1].errorbar(
        published.CHAMPION_GENERATION, published.CHAMPION_FITNESS, published.CHAMPION_FITNESS_HALF_WIDTH,
        fmt="s-", markersize=3, color=style.PUBLISHED,
    )  # fmt: skip
    axes[0, -1].set(title="published, with pheromone", xlabel="generation of the champion")
    return figure
