"""Where backpropagation succeeds: a map over one cause of instability, the learning rate, and clipping."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from gradfree.analysis import summaries as s
from gradfree.figures import panels
from gradfree.figures.biophysical_gradients import CAUSES


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A column for each cause, a row without and one with clipping; numbers are means over seeds."""
    clips = panels.of(summaries, settings[0])["clip_norm"].values
    figure, axes = panels.grid(len(settings), len(clips))
    for column, setting in zip(axes.T, settings, strict=True):
        summary = panels.of(summaries, setting)
        config = s.config_of(summary, setting)
        found = summary["validation_accuracy_percent"].sel(setting=setting).dropna("value", how="all").mean("seed")
        label, title = CAUSES[config["cause"]]
        values = found["value"].values
        if config["cause"] == "n_words":
            values = (values + 1 + config["network"]["n_delay"]) * config["network"]["word_ms"]
        for axis, clip in zip(column, clips, strict=True):
            cells = found.sel(clip_norm=clip).transpose("learning_rate", "value").values
            image = _map(axis, cells, values, found["learning_rate"].values)
            axis.set_title(f"{title}, " + (f"gradients clipped at {clip:g}" if np.isfinite(clip) else "no clipping"))
        column[-1].set_xlabel(label)
    for axis in axes[:, 0]:
        axis.set_ylabel("learning rate")
    figure.colorbar(image, ax=axes, label="validation accuracy in %")
    return figure


def _map(axes: Axes, cells: np.ndarray, values: np.ndarray, rates: np.ndarray) -> AxesImage:
    """Cells (rate, value) as colors with their numbers."""
    image = axes.imshow(cells, vmin=100 / 3, vmax=100, cmap="viridis", aspect="auto", origin="lower")
    for (row, column), number in np.ndenumerate(cells):
        axes.text(column, row, f"{number:.0f}", ha="center", va="center", color="white" if number < 75 else "black")
    axes.set_xticks(range(len(values)), [f"{value:g}" for value in values])
    axes.set_yticks(range(len(rates)), [f"{rate:g}" for rate in rates])
    axes.grid(visible=False)
    return image
