"""Gradients of stiff neural ODEs against their rates: exact, and of the loss that evolution strategies smooth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import panels, style

METHODS = {  # the exact one is drawn wide, so that it is seen below the other
    "exact_slope": ("exact", style.ORANGE, 4.0),
    "smooth_slope": ("of the smoothed loss", style.BLUE, 1.2),
}
LINES = {"before training": "-", "after training": ":"}
SYSTEMS = {"pollu": "POLLU, even points", "robertson": "Robertson, points over 10 decades"}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A column for each system, a row for weights and one for rates; medians over seeds, every seed as a dot."""
    figure, axes = panels.grid(len(settings), 2, sharey="row", sharex="col", height=2.3)
    for column, setting in zip(axes.T, settings, strict=True):
        summary = panels.of(summaries, setting)
        found = summary.sel(setting=setting).dropna("value", how="all").dropna("seed", how="all")
        rates = found["value"].values
        for axis, group in zip(column, ("weights", "rates"), strict=True):
            for quantity, (label, color, width) in METHODS.items():
                for snapshot, dashes in LINES.items():
                    rows = found[quantity].sel(group=group, snapshot=snapshot).transpose("value", "seed").values
                    axis.plot(rates, rows, ".", color=color, markersize=3, alpha=0.6)
                    name = f"{label}, {snapshot.partition(' ')[0]}"
                    axis.plot(rates, np.nanmedian(rows, axis=1), dashes, color=color, linewidth=width, label=name)
            axis.set(xscale="log", yscale="log")
            axis.set_title(f"{SYSTEMS[s.config_of(summary, setting)['system']]}\n" if group == "weights" else "")
        column[1].set_xlabel("rate of relaxation, per duration")
    for axis, group in zip(axes[:, 0], ("weights", "rates"), strict=True):
        axis.set_ylabel(f"norm of the gradient\nby {group}")
    axes[0, 0].legend(fontsize=6.5)
    return figure
