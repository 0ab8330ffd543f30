"""Where the members are: principal components of all kept ensembles together, colored by accuracy (thesis part 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.figures import panels
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A panel for each setting, first seed; the line joins the means of the kept generations."""
    figure, axes = panels.grid(len(settings), width=3.4, height=3)
    for axis, setting in zip(axes[0], settings, strict=True):
        kept = summaries["ensembles"].sel(setting=setting).isel(seed=0).dropna("snapshot", subset=["at_update"])
        points = kept.component.transpose("snapshot", "member", "axis").values
        dots = axis.scatter(
            points[..., 0].ravel(), points[..., 1].ravel(), c=100 * kept.accuracy.values.ravel(), s=6, vmin=0, vmax=100
        )
        means = np.nanmean(points, axis=1)
        axis.plot(means[:, 0], means[:, 1], "-", color="black", linewidth=1)
        for place in (0, -1):
            axis.annotate(f"generation {int(kept.at_update[place]) + 1}", means[place], fontsize=7)
        shares = 100 * kept.component_share.values
        axis.set(
            title=names.label(setting),
            xlabel=f"component 1 in pA ({shares[0]:.0f} % of variance)",
            ylabel=f"component 2 in pA ({shares[1]:.0f} %)",
        )
    figure.colorbar(dots, ax=axes[0, -1], label="accuracy on shown images in %")
    return figure
