"""How champions forage: food over time, what motors know of sensors, where pheromone is dropped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import published_ants as published
from gradfree.analysis.summaries import curve
from gradfree.figures import ant_panels, panels, style

CONTEXT_NAMES = ("on the nest", "at a pick-up", "food in view", "elsewhere")


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Last recorded champions: units home over time; drop probabilities beside chance; shared information."""
    behavior = summaries["behavior"]
    figure, axes = panels.grid(3, width=3.5, height=3.0, gridspec_kw={"width_ratios": [1, 1.1, 1.3]})
    for place, setting in enumerate(settings):
        home = curve(behavior, setting, "returned_over_time").isel(generation=-1)
        ant_panels.spread(
            axes[0, 0], home["time"].values, home.values, ant_panels.name(setting), ant_panels.color(setting, place)
        )
    published_food = published.FOOD_OVER_TIME_RECONSTRUCTED
    ticks = 100 * np.arange(1, len(published_food) + 1)
    axes[0, 0].plot(ticks, published_food, "--", color=style.PUBLISHED, label="published champion")
    axes[0, 0].set(xlabel="tick", ylabel="food returned", title="one trial each")
    axes[0, 0].legend(fontsize=7)
    drops = curve(behavior, settings[0], "drop_probability").isel(generation=-1)
    chance = curve(behavior, settings[0], "drop_probability_chance").isel(generation=-1)
    x = np.arange(len(CONTEXT_NAMES))
    for seed in range(drops.sizes["seed"]):
        axes[0, 1].bar(x - 0.3 + 0.2 * seed, drops.isel(seed=seed), 0.18, color=style.BLUE, alpha=0.8 - 0.2 * seed)
        axes[0, 1].plot(x - 0.3 + 0.2 * seed, chance.isel(seed=seed), "_", color="black", markersize=8)
    last = published.DROP_PROBABILITY[1600]
    axes[0, 1].plot(x + 0.35, last, "s", color=style.PUBLISHED, markersize=4, label="published, generation 1600")
    axes[0, 1].plot([], [], "_", color="black", label="chance (drops shifted in time)")
    axes[0, 1].set(ylabel="probability of a drop", title=f"{ant_panels.name(settings[0])}, bars are seeds")
    axes[0, 1].set_xticks(x, CONTEXT_NAMES, rotation=25, ha="right")
    axes[0, 1].set_ylim(0, 1.35 * axes[0, 1].get_ylim()[1])
    axes[0, 1].legend(fontsize=7, loc="upper right")
    bits = curve(behavior, settings[0], "information").isel(generation=-1).mean("seed")
    image = axes[0, 2].imshow(1000 * bits.values, cmap="viridis", aspect="auto")
    axes[0, 2].set_xticks(range(11), ant_panels.INPUT_NAMES, rotation=40, ha="right", fontsize=7)
    axes[0, 2].set_yticks(range(4), ant_panels.OUTPUT_NAMES, fontsize=7)
    axes[0, 2].grid(False)
    axes[0, 2].set_title("information shared, mean of seeds")
    figure.colorbar(image, ax=axes[0, 2], label="1/1000 bit per tick")
    return figure
