"""The EnKF on letters (thesis part 1)."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Error on letters against updates, for the ensemble sizes of the settings; the title says which letters."""
    figure, axes = panels.grid(1, width=4.2, height=3)
    for place, setting in enumerate(settings):
        summary = panels.of(summaries, setting)
        label = f"J = {s.config_of(summary, setting)['n_members']}"
        panels.history(axes[0, 0], summary, setting, "test_error_percent", label, style.CYCLE[place])
    origin = s.image_set_of(summary, setting)
    axes[0, 0].axhline(10, color=style.PUBLISHED, linestyle=":", label="published curves stay above")
    axes[0, 0].set(xlabel="update", title=f"{origin}, A to J")
    panels.error_axis(axes[0, 0])
    axes[0, 0].legend()
    return figure
