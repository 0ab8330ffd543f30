"""Where training succeeds: long trials, stiff neurons and steep outputs, each by itself."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import names, panels, style

TITLES = {"": "baseline", "long": "long trials", "stiff": "stiff neurons", "steep": "steep outputs"}
METHODS = ("es", "bp", "bp-published")


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A panel for each cause with the final validation accuracy of each method, every seed as a dot."""
    groups = {cause: [x for x in settings if cause_of(x) == cause] for cause in TITLES}
    shown = {cause: members for cause, members in groups.items() if members}
    figure, axes = panels.grid(len(shown), width=2.2, height=3.0, sharey=True)
    for axis, (cause, members) in zip(axes[0], shown.items(), strict=True):
        methods = [x.removesuffix(f"-{cause}") if cause else x for x in members]
        values = [s.final(panels.of(summaries, x), x, "validation_accuracy_percent") for x in members]
        panels.bars(axis, [names.label(x) for x in methods], values, [names.color(x, 0) for x in methods])
        axis.axhline(100 / 3, color=style.PUBLISHED, linestyle=":")
        axis.set(title=TITLES[cause], ylim=(0, 100))
    axes[0, 0].set_ylabel("validation accuracy in %")
    return figure


def cause_of(setting: str) -> str:
    """The last word of a setting if it is a cause, else none."""
    last = setting.rpartition("-")[2]
    return last if last in TITLES else ""
