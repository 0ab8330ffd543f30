"""LOD 2020, Fig. 1: test error of the EnKF and of backpropagation while training."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import published as lod
from gradfree.figures import names, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: error against iterations, with the published curve. Right: the same against images shown to the network."""
    figure, axes = panels.grid(2)
    for place, setting in enumerate(settings):
        summary, look = panels.of(summaries, setting), (names.label(setting), names.color(setting, place))
        panels.history(axes[0, 0], summary, setting, "test_error_percent", *look)
        panels.history(axes[0, 1], summary, setting, "test_error_percent", *look, over="forward_passes")
    for values, std, name in (
        (lod.LOD_FIG1_ENKF_PERCENT, lod.LOD_FIG1_ENKF_STD, "EnKF, published, J = 5000"),
        (lod.LOD_FIG1_SGD_PERCENT, lod.LOD_FIG1_SGD_STD, "SGD, published"),
    ):
        marker = "s" if name.startswith("EnKF") else "^"
        axes[0, 0].errorbar(
            lod.LOD_FIG1_ITERATION + 1,
            values,
            std,
            fmt=marker,
            color=style.PUBLISHED,
            markersize=3,
            linewidth=0.7,
            label=name,
        )
    axes[0, 0].set(xlabel="iteration (update or mini-batch)", title="while training", xscale="log")
    axes[0, 1].set(xlabel="network evaluations (members × images)", title="at equal cost", xscale="log")
    for axis in axes.flat:
        panels.error_axis(axis)
    axes[0, 0].legend()
    return figure
