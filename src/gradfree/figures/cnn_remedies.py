"""Beyond the thesis: remedies for the collapse of small ensembles, at equal numbers of network evaluations."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import published as lod
from gradfree.figures import names, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: error against network evaluations. Right: error against wall time on one core."""
    figure, axes = panels.grid(2, width=4.2, height=4)
    for place, setting in enumerate(settings):
        summary, look = panels.of(summaries, setting), (names.label(setting), names.color(setting, place))
        panels.history(axes[0, 0], summary, setting, "test_error_percent", *look, over="forward_passes")
        panels.history(axes[0, 1], summary, setting, "test_error_percent", *look, over="wall_s")
    passes = (lod.LOD_FIG1_ITERATION + 1) * lod.LOD_MEMBERS * lod.LOD_BATCH
    axes[0, 0].plot(
        passes, lod.LOD_FIG1_ENKF_PERCENT, "s", color=style.PUBLISHED, markersize=3, label="published, J = 5000"
    )
    for axis in axes.flat:
        axis.axhline(lod.LOD_FIG1_ENKF_PERCENT[-1], color=style.PUBLISHED, linestyle=":", linewidth=1)
        panels.error_axis(axis)
    axes[0, 0].set(xlabel="network evaluations (members × images)", xscale="log")
    axes[0, 1].set(xlabel="seconds of one core", xscale="log", title="dotted: published end point, 4.11 %")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=7)
    return figure
