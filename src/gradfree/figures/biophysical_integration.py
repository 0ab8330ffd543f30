"""The integration task: accuracy on trials never trained on, over iterations, simulations and time."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.figures import names, panels, style, ticks

AXES = {
    None: "iteration",
    "forward_simulations": "simulated trials",
    "wall_s": "time on one core in s",
}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """The same runs three times; backward passes of BP cost about two forward ones and are in the time only."""
    figure, axes = panels.grid(len(AXES), sharey=True)
    for axis, (over, label) in zip(axes[0], AXES.items(), strict=True):
        for place, setting in enumerate(settings):
            look = (names.label(setting), names.color(setting, place))
            panels.history(
                axis, panels.of(summaries, setting), setting, "validation_accuracy_percent", *look, over=over
            )
        axis.set(xlabel=label, ylim=(25, 100))
        chance(axis)
    for axis in axes[0, 1:]:
        ticks.logarithmic(axis)
    axes[0, 0].set_ylabel("validation accuracy in %")
    axes[0, 0].legend(loc="lower right", bbox_to_anchor=(1.0, 0.08), fontsize=6.5)
    for axis, title in zip(axes[0], ("while training", "at equal simulations", "at equal time"), strict=True):
        axis.set_title(title)
    return figure


def chance(axes: Axes) -> None:
    """A line at the accuracy of guessing among three classes."""
    axes.axhline(100 / 3, color=style.PUBLISHED, linestyle=":", linewidth=1)
