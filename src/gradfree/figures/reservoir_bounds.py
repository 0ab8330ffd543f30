"""How far the trained readouts are from what the same spikes and pixels allow, and from chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.analysis import readout_bounds as bounds
from gradfree.analysis import summaries as s
from gradfree.analysis.statistics import estimate, share
from gradfree.figures import panels, style
from gradfree.figures import readout_names as names

SHADES = {
    "ridge on pixels": "#BBBBBB",
    "ridge on reservoir spikes": "#777777",
    "logistic on reservoir spikes": "#444444",
}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A panel for each wiring and number of classes: linear readouts and the settings that were trained there."""
    readout = summaries["readout"]
    trained = {setting: bounds.task_of(readout, setting) for setting in settings}
    tasks = list(dict.fromkeys(trained.values()))
    figure, axes = panels.grid(len(tasks), width=3.0, height=3.4, sharey=True)
    for axis, (wiring, n_classes) in zip(axes[0], tasks, strict=True):
        here = [setting for setting in settings if trained[setting] == (wiring, n_classes)]
        _bars(axis, summaries, here, wiring, n_classes)
        axis.set(title=f"{n_classes} digits, {names.WIRINGS[wiring]}", ylim=(0, 100))
    axes[0, 0].set_ylabel("test accuracy in %")
    axes[0, 0].legend(loc="lower left")
    return figure


def _bars(axis: Axes, summaries: panels.Summaries, settings: Sequence[str], wiring: str, n_classes: int) -> None:
    labels = []
    for place, (kind, shade) in enumerate(SHADES.items()):
        hits = bounds.correct(summaries["bounds"], wiring, n_classes, kind)
        found = share(hits)
        axis.bar(place, 100 * found.mean, color=shade, width=0.65)
        axis.plot([place, place], [100 * found.low, 100 * found.high], color="black", linewidth=1)
        labels.append(kind)
    for setting in settings:
        place, values = len(labels), 100 * s.final(summaries["readout"], setting, "test_accuracy")
        found = estimate(values, 0, 100)
        axis.bar(place, found.mean, color=names.color(setting, place), width=0.65)
        if found.n > 1:
            axis.plot([place, place], [found.low, found.high], color="black", linewidth=1)
        axis.plot(place + np.linspace(-0.12, 0.12, len(values)), values, ".", color="black", markersize=3)
        labels.append(names.label(setting).removesuffix(", published input"))
    axis.set_xticks(range(len(labels)), labels, rotation=35, ha="right")
    axis.axhline(100 / n_classes, color=style.PUBLISHED, linestyle=":", linewidth=1, label="chance")
    axis.grid(axis="x", visible=False)
