"""What each repair of the published code is worth, one at a time and together."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.figures import panels
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: test accuracy at the end. Right: fitness on the training images shown."""
    figure, axes = panels.grid(2, width=4.2, height=3.4)
    names.accuracy_bars(axes[0, 0], summaries["readout"], settings)
    for place, setting in enumerate(settings):
        look = (names.label(setting), axes[0, 0].patches[place].get_facecolor())
        names.history(axes[0, 1], summaries["readout"], setting, "mean_fitness", look)
    axes[0, 1].set(xlabel="generation", ylabel="mean fitness on training images")
    axes[0, 0].legend()
    axes[0, 1].legend(fontsize=6)
    return figure
