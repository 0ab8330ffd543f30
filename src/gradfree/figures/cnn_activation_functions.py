"""LOD 2020, Fig. 8b: activation functions, with two that have no useful derivative."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import names, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: error against updates. Right: error at the end, each seed a dot."""
    figure, axes = panels.grid(2)
    functions = [s.config_of(panels.of(summaries, setting), setting)["activation"] for setting in settings]
    labels = [names.label(function.replace("_", "-")) for function in functions]
    colors = style.CYCLE[: len(settings)]
    for setting, label, color in zip(settings, labels, colors, strict=True):
        panels.history(axes[0, 0], panels.of(summaries, setting), setting, "test_error_percent", label, color)
    ends = [s.final(panels.of(summaries, setting), setting, "test_error_percent") for setting in settings]
    panels.bars(axes[0, 1], labels, ends, colors)
    axes[0, 0].set(xlabel="update", title="while training")
    axes[0, 1].set(ylabel="test error in %", title="at the end, 95 % interval")
    panels.error_axis(axes[0, 0])
    axes[0, 0].legend()
    return figure
