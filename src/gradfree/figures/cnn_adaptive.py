"""LOD 2020, Figs. 9 and 10: ensemble size and repetitions that follow the accuracy, against fixed ones."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.figures import names, panels


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: error against network evaluations. Middle: members. Right: repetitions of a mini-batch."""
    figure, axes = panels.grid(3, width=2.8)
    for place, setting in enumerate(settings):
        summary, look = panels.of(summaries, setting), (names.label(setting), names.color(setting, place))
        panels.history(axes[0, 0], summary, setting, "test_error_percent", *look, over="forward_passes")
        panels.history(axes[0, 1], summary, setting, "n_members", *look)
        panels.history(axes[0, 2], summary, setting, "repetitions", *look)
    axes[0, 0].set(xlabel="network evaluations (members × images)", xscale="log")
    axes[0, 1].set(xlabel="update", ylabel="members J", ylim=(0, None))
    axes[0, 2].set(xlabel="update", ylabel="repetitions of a mini-batch", ylim=(0, None))
    panels.error_axis(axes[0, 0])
    axes[0, 0].legend()
    return figure
