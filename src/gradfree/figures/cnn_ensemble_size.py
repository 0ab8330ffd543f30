"""LOD 2020, Fig. 8a: test error for different ensemble sizes."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: error against updates. Right: the error at the end against the number of members."""
    figure, axes = panels.grid(2)
    for place, setting in enumerate(settings):
        summary, color = panels.of(summaries, setting), style.CYCLE[place]
        size = s.config_of(summary, setting)["n_members"]
        panels.history(axes[0, 0], summary, setting, "test_error_percent", f"J = {size}", color)
        ends = s.final(summary, setting, "test_error_percent")
        axes[0, 1].plot([size] * len(ends), ends, "o", color=color, markersize=4)
    axes[0, 0].set(xlabel="update", title="while training")
    axes[0, 1].set(xlabel="members J", xscale="log", title="at the end, each seed")
    for axis in axes.flat:
        panels.error_axis(axis)
    axes[0, 0].legend()
    return figure
