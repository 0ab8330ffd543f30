"""Correlations of sensors and motors over evolution (Fig. 15), with chance taken into account."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import published_ants as published
from gradfree.figures import ant_panels, panels

LIMIT = 0.6


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Four generations of seed 0, and two published ones. Bold: beyond chance for all pairs together (95 %)."""
    behavior = summaries["behavior"].sel(setting=settings[0]).isel(seed=0)
    figure, axes = panels.grid(2, 3, width=5.4, height=2.1)
    for shown, axis in enumerate(axes.flat[:4]):
        generation = int(behavior["shown_generation"][shown])
        values = behavior["correlation"].sel(generation=generation).values
        threshold = float(behavior["threshold_zero_lag"][shown])
        ant_panels.heat(axis, values, LIMIT, np.abs(values) > threshold)
        axis.set_title(f"generation {generation} (chance: |r| < {threshold:.2f})")
    for generation, axis in zip((10, 1600), axes.flat[4:], strict=True):
        ant_panels.heat(axis, published.CORRELATIONS[generation], LIMIT)
        axis.set_title(f"published, generation {generation}")
    return figure
