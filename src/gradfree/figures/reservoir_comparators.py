"""The EnKF against other optimizers without gradients, at equal numbers of readout simulations."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import panels
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: test accuracy. Right: mean squared innovation of the members, which all of them reduce."""
    figure, axes = panels.grid(2)
    summary = summaries["readout"]
    for place, setting in enumerate(settings):
        look = (names.label(setting), names.color(setting, place))
        test = 100 * s.curve(summary, setting, "test_accuracy")
        cost = s.curve(summary, setting, "readout_simulations").mean("seed").values
        panels.band(axes[0, 0], cost, test.values, *look, marker="o", markersize=3)
        names.history(axes[0, 1], summary, setting, "misfit", look)
    names.chance_line(axes[0, 0], names.chance_percent(summary, settings[0]))
    axes[0, 0].set(xlabel="readout simulations (members × images)", ylabel="test accuracy in %", ylim=(0, 100))
    axes[0, 1].set(xlabel="generation", ylabel="mean squared innovation", yscale="log")
    axes[0, 1].legend()
    return figure
