"""Fitness over generations (Fig. 11), and what different ways to evaluate give at equal cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.analysis import published_ants as published
from gradfree.analysis import summaries as s
from gradfree.analysis.summaries import curve
from gradfree.figures import ant_panels, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left, middle: the first two evolutions beside the published ones. Right: all, over trials spent.

    Later generations are shown as means of blocks, which are equally wide on the logarithmic axis.
    """
    figure, axes = panels.grid(3, width=3.4, height=3.0)
    evolution = summaries["evolution"]
    for axis, setting in zip(axes[0], settings[:2], strict=False):
        fitness = curve(evolution, setting, "fitness")
        block = blocks(fitness.sizes["generation"])
        x = means(fitness["generation"].values + 1, block)
        color = ant_panels.color(setting)
        mean, std = fitness.mean("individual"), fitness.std("individual").mean("seed").values
        ant_panels.spread(axis, x, means(mean.values, block), "mean of population", color)
        middle, std = means(mean.mean("seed").values, block), means(std, block)
        axis.fill_between(x, middle - std, middle + std, color=color, alpha=0.15, linewidth=0)
        best = fitness.max("individual").mean("seed")
        axis.plot(x, means(best.values, block), ":", color=color, label="best individual")
        _published(axis, setting)
        axis.set(title=ant_panels.name(setting), xlabel="generation + 1", ylabel="fitness", xscale="log")
        axis.set_ylim(-7000, 40000)
        axis.legend(loc="upper left", fontsize=7)
    for place, setting in enumerate(settings):
        fitness = curve(evolution, setting, "fitness").mean("individual")
        config = s.config_of(evolution, setting)
        pool, size = config["initial_pool"], config["n_individuals"]
        genomes = (fitness["generation"].values + 1) * size + pool * (pool > size)  # a larger pool is tried as a whole
        block = blocks(len(genomes))
        spent, found = means(genomes * config["trials"], block), means(fitness.values, block)
        ant_panels.spread(axes[0, 2], spent, found, ant_panels.name(setting), ant_panels.color(setting, place))
    axes[0, 2].set(xlabel="trials simulated", ylabel="mean fitness of the population", title="at equal cost")
    axes[0, 2].legend(fontsize=7)
    return figure


def blocks(n_generations: int) -> np.ndarray:
    """First generations of blocks: single ones at first, in the end 6 % of the generations passed."""
    return (
        np.unique(np.geomspace(1, n_generations + 1, 1 + round(40 * np.log10(n_generations + 1))).astype(int))[:-1] - 1
    )


def means(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Values (…, generation) averaged over blocks (…, block) that begin with these generations."""
    return np.add.reduceat(values, first, axis=-1) / np.diff(np.append(first, values.shape[-1]))


def _published(axis: Axes, setting: str) -> None:
    if setting not in published.FITNESS:
        return
    found, x = published.FITNESS[setting], published.GENERATION + 1
    known = np.isfinite(found["mean"])
    axis.errorbar(
        x[known], found["mean"][known], found["std"][known], fmt="s", color=style.PUBLISHED, markersize=2.5,
        linewidth=0.6, label="published, mean ± SD",
    )  # fmt: skip
    axis.plot(x[known], found["best"][known], "^", color=style.PUBLISHED, markersize=2.5, label="published, best")
