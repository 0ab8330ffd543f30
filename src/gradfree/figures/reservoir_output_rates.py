"""Rates of the output clusters by class of the image, before and after the training (thesis part 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import panels
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row for each setting: mean rates over test images, and the same less the mean of all clusters (all seeds)."""
    figure, axes = panels.grid(2, len(settings), width=3.6, height=2.8)
    for row, setting in zip(axes, settings, strict=True):
        rates = s.curve(summaries["readout"], setting, "mean_test_rate_Hz").mean("seed")
        n_classes = s.config_of(summaries["readout"], setting)["n_classes"]
        rates = rates.transpose("evaluation", "class", "cluster")[:, :n_classes, :n_classes]
        for axis, place, when in ((row[0], 0, "before"), (row[1], -1, "after")):
            values = rates.values[place]
            contrast = values - values.mean(axis=1, keepdims=True)
            largest = max(float(np.abs(contrast).max()), 1.0)
            image = axis.imshow(contrast, cmap="RdBu_r", vmin=-largest, vmax=largest)
            for (digit, cluster), rate in np.ndenumerate(values):
                axis.text(cluster, digit, f"{rate:.0f}", ha="center", va="center", fontsize=8)
            axis.set(xlabel="output cluster", ylabel="digit shown", xticks=range(n_classes), yticks=range(n_classes))
            axis.set_title(f"{names.label(setting)}, {when}: Hz", loc="left", fontsize=8)
            axis.grid(visible=False)
            figure.colorbar(image, ax=axis, label="Hz above the mean of clusters")
    return figure
