"""Beyond the thesis: what helps the EnKF to train the readout, from the repaired published form on."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import readout_bounds as bounds
from gradfree.analysis import summaries as s
from gradfree.figures import panels
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Test accuracy at the end, and over generations."""
    figure, axes = panels.grid(2, width=4.6, height=3.6)
    summary = summaries["readout"]
    names.accuracy_bars(axes[0, 0], summary, settings)
    ridge = bounds.ridge_accuracy(summaries["bounds"], summary, settings[-1])
    axes[0, 0].axhline(
        100 * ridge, color="black", linestyle="--", linewidth=1, label=f"ridge, input of {names.label(settings[-1])}"
    )
    for place, setting in enumerate(settings):
        curve = s.curve(summary, setting, "test_accuracy")
        look = (names.label(setting), axes[0, 0].patches[place].get_facecolor())
        panels.band(axes[0, 1], curve.evaluation.values, 100 * curve.values, *look, marker="o", markersize=3)
    axes[0, 1].set(xlabel="generation", ylabel="test accuracy in %", ylim=(0, 100))
    axes[0, 0].legend(loc="upper left")
    axes[0, 1].legend(fontsize=6, ncols=2)
    return figure
