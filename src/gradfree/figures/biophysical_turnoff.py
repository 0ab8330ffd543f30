"""One neuron turned off by its input: landscapes, exact derivatives, and descents from equal starts (code of 2023)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.figures import names, panels, style

OBJECTIVES = ("mean_output", "spikes")


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row for each neuron: mean potential, its derivative, and the output and spikes along descents."""
    figure, axes = panels.grid(4, len(settings), width=2.9)
    for row, setting in zip(axes, settings, strict=True):
        found = panels.of(summaries, setting).sel(setting=setting).dropna("seed", how="all")
        _landscape(row[0], row[1], found.isel(seed=0))
        for axis, objective in zip(row[2:], OBJECTIVES, strict=True):
            _descents(axis, found.sel(objective=objective))
        row[0].set(title=names.label(setting), ylabel="mean potential in mV")
        row[1].set(yscale="log", ylabel="|derivative| in mV", title="exact derivative")
        row[2].set(ylabel="mean output", title="descent on mean output")
        row[3].set(ylabel="spikes per second", title="descent on spikes")
    for axis in axes[-1, :2]:
        axis.set(xlabel="input weight W (100 µA/cm²)")
    for axis in axes[-1, 2:]:
        axis.set(xlabel="iteration")
    axes[0, 0].legend(title="duration of trials")
    axes[0, 3].legend(fontsize=6.5)
    return figure


def _landscape(level: Axes, slope: Axes, found: xr.Dataset) -> None:
    colors = (style.BLUE, style.RED, style.GREEN)
    for duration, color in zip(found["duration"].values[::-1], colors[: found.sizes["duration"]][::-1], strict=True):
        one = found.sel(duration=duration)
        level.plot(one["weight"], one["mean_v"], color=color, linewidth=0.7, label=f"{duration:g} ms")
        slope.plot(one["weight"], np.abs(one["mean_v_slope"]), color=color, linewidth=0.5)


def _descents(axes: Axes, found: xr.Dataset) -> None:
    for method, color, label in (("bp", style.RED, "exact derivative (BP)"), ("es", style.BLUE, "ES")):
        paths = found["loss_path"].sel(optimizer=method).transpose("iteration", ...).values
        paths = paths.reshape(len(paths), -1)
        axes.plot(paths, color=color, linewidth=0.5, alpha=0.35)
        axes.plot(np.nanmedian(paths, axis=1), color=color, linewidth=2, label=f"{label}, median")
