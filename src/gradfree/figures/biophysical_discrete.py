"""A discrete loss: spikes are counted, so that exact derivatives are zero."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.figures import names, panels
from gradfree.figures.biophysical_integration import chance


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: accuracy of the answer by spikes. Right: norm of the gradient, exact or estimated."""
    figure, axes = panels.grid(2)
    for place, setting in enumerate(settings):
        summary, look = panels.of(summaries, setting), (names.label(setting), names.color(setting, place))
        panels.history(axes[0, 0], summary, setting, "validation_accuracy_percent", *look)
        panels.history(axes[0, 1], summary, setting, "gradient_norm", *look)
    axes[0, 0].set(
        xlabel="iteration", ylabel="validation accuracy in %", ylim=(25, 100), title="answers by spike counts"
    )
    axes[0, 1].set(xlabel="iteration", ylabel="norm of the gradient", title="what each method sees")
    axes[0, 1].set_yscale("symlog", linthresh=1e-3)
    chance(axes[0, 0])
    axes[0, 0].legend()
    return figure
