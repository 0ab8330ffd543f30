"""How correlations change over generations (Fig. 16), autocorrelation and the number of tests considered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.analysis import published_ants as published
from gradfree.analysis.correlation import Trend, holm, trend
from gradfree.analysis.summaries import curve
from gradfree.figures import ant_panels, panels, style

COLORS = (style.BLUE, style.RED, style.GREEN, style.PINK)


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A panel per pair: ant 0 of each champion (dots, one color per motor), lines of seeds; gray: published mean."""
    values = curve(summaries["behavior"], settings[0], "correlation_first_ant")
    x = values["generation"].values.astype(float)
    trends = [
        [[trend(x, values.isel(seed=k, output=o, input=i).values) for i in range(values.sizes["input"])]
         for o in range(values.sizes["output"])]
        for k in range(values.sizes["seed"])
    ]  # fmt: skip
    certain = np.array([holm(np.array([[t.p for t in row] for row in seed])) < 0.05 for seed in trends])
    figure, axes = panels.grid(11, 4, width=1.15, height=1.25, sharex=True, sharey=True)
    for output in range(4):
        for column in range(11):
            lines = [seed[output][column] for seed in trends]
            points = values.isel(output=output, input=column).values
            _panel(axes[output, column], x, points, lines, int(certain[:, output, column].sum()), COLORS[output])
            axes[output, column].axhline(
                published.TREND_MEAN_RECONSTRUCTED[output, column], color=style.PUBLISHED, linestyle="--", linewidth=0.9
            )
        axes[output, 0].set_ylabel(ant_panels.OUTPUT_NAMES[output])
    for column in range(11):
        axes[0, column].set_title(ant_panels.INPUT_NAMES[column], fontsize=7)
    figure.supxlabel("generation", fontsize=8)
    figure.suptitle("correlation of ant 0; * per seed whose trend holds with autocorrelation and 44 tests", fontsize=8)
    return figure


def _panel(axis: Axes, x: np.ndarray, points: np.ndarray, lines: list[Trend], n_certain: int, color: str) -> None:
    for seed, line in zip(points, lines, strict=True):
        axis.plot(x, seed, ".", color=color, markersize=1.5, alpha=0.5)
        if np.isfinite(line.slope):
            axis.plot(x, line.intercept + line.slope * x, color=color, linewidth=0.9)
    axis.text(0.97, 0.9, "*" * n_certain, ha="right", transform=axis.transAxes, fontsize=9)
    axis.set_ylim(-1, 1)
    axis.tick_params(labelsize=6)
