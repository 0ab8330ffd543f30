"""The fairness ladder: what of the accuracy comes from readout, input and recurrent weights, and from the optimizer."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import names, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Final validation accuracy of every step of the ladder, with 95 % intervals and every seed."""
    figure, axes = panels.grid(1, width=6.6, height=3.4)
    values = [s.final(panels.of(summaries, x), x, "validation_accuracy_percent") for x in settings]
    colors = [_color(setting) for setting in settings]
    panels.bars(axes[0, 0], [names.label(x) for x in settings], values, colors)
    axes[0, 0].axhline(100 / 3, color=style.PUBLISHED, linestyle=":")
    axes[0, 0].set(ylabel="validation accuracy in %", ylim=(0, 100))
    return figure


def _color(setting: str) -> str:
    if setting.startswith("bp"):
        return style.RED
    return style.BLUE if setting.startswith("es") else "#7F7F7F"
