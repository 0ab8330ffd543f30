"""Over-parameterized neural ODEs: the error at the end against the number of parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import endings
from gradfree.analysis import summaries as s
from gradfree.figures import panels, style, ticks

PROBLEMS = {"spiral": "validation_loss", "robertson": "scaled_error", "pollu": "scaled_error"}
TITLES = {"spiral": "spiral", "robertson": "Robertson", "pollu": "POLLU"}
METHODS = {"es": ("ES", style.BLUE), "bp": ("BP, tuned", style.RED)}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A panel for each problem; dots are seeds, lines their means."""
    shown = {problem: [x for x in settings if problem in x] for problem in PROBLEMS}
    shown = {problem: members for problem, members in shown.items() if members}
    figure, axes = panels.grid(len(shown))
    for axis, (problem, members) in zip(axes[0], shown.items(), strict=True):
        for method, (label, color) in METHODS.items():
            own = [x for x in members if x.startswith(f"{method}-")]
            widths = [s.config_of(panels.of(summaries, x), x)["width"] for x in own]
            ends = [endings.errors(panels.of(summaries, x), x, PROBLEMS[problem]) for x in own]
            for i in np.argsort(widths):
                axis.plot([widths[i]] * len(ends[i]), ends[i], ".", color=color, markersize=4)
            order = np.argsort(widths)
            axis.plot([widths[i] for i in order], [np.nanmean(ends[i]) for i in order], color=color, label=label)
        axis.set(yscale="log", xlabel="hidden units", ylabel="error at the end", title=TITLES[problem])
        ticks.logarithmic(axis)
    axes[0, 0].legend()
    return figure
