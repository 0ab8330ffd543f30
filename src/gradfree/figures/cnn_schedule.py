"""The published schedule compares labels of a new batch with outputs of the old one; what the repair is worth."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import names, panels


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: error against updates. Right: error at the end, each seed a dot."""
    figure, axes = panels.grid(2)
    labels = [names.label(setting) for setting in settings]
    colors = [names.color(setting, place) for place, setting in enumerate(settings)]
    for setting, label, color in zip(settings, labels, colors, strict=True):
        panels.history(axes[0, 0], panels.of(summaries, setting), setting, "test_error_percent", label, color)
    ends = [s.final(panels.of(summaries, setting), setting, "test_error_percent") for setting in settings]
    panels.bars(axes[0, 1], labels, ends, colors)
    axes[0, 0].set(xlabel="update", title="while training")
    axes[0, 1].set(ylabel="test error in %", title="at the end, 95 % interval")
    panels.error_axis(axes[0, 0])
    axes[0, 0].legend()
    return figure
