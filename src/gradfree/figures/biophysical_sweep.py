"""The spiral's error at the end against σ, for several numbers of samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from gradfree.analysis import endings
from gradfree.analysis import summaries as s
from gradfree.figures import panels, style, ticks

BESIDE = "bp-spiral-narrow"


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A panel for each sweep; dots are seeds, lines their medians, the dotted line is backpropagation."""
    figure, axes = panels.grid(len(settings), width=4.2, sharey=True)
    backpropagation = np.nanmedian(endings.errors(summaries["spiral"], BESIDE, "validation_loss"))
    for axis, setting in zip(axes[0], settings, strict=True):
        errors = panels.of(summaries, setting)["validation_loss"].sel(setting=setting).dropna("seed", how="all")
        shades = colormaps["viridis"](np.linspace(0, 0.85, errors.sizes["samples"]))
        for samples, shade in zip(errors["samples"].values, shades, strict=True):
            rows = errors.sel(samples=samples).transpose("sigma", "seed").values
            axis.plot(errors["sigma"], rows, ".", color=shade, markersize=3, alpha=0.6)
            axis.plot(errors["sigma"], np.nanmedian(rows, axis=1), color=shade, label=f"S = {samples}")
        axis.axhline(backpropagation, color=style.RED, linestyle=":", label="BP, tuned")
        steps = s.config_of(panels.of(summaries, setting), setting)["training"]["iterations"]
        axis.set(xscale="log", yscale="log", xlabel="σ of the perturbations", title=f"{steps} iterations")
        ticks.logarithmic(axis)
    axes[0, 0].set_ylabel("mean absolute error at the end")
    axes[0, 0].set_ylim(top=1.3 * axes[0, 0].get_ylim()[1])  # room for the legend
    axes[0, 0].legend(ncols=2, loc="upper left")
    return figure
