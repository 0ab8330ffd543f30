"""How derivatives of recurrent Morris-Lecar networks grow with duration, stiffness and steepness of outputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import panels, style

CAUSES = {
    "n_words": ("duration in ms", "duration"),
    "capacitance_uF_per_cm2": ("capacitance in µF/cm² (small is stiff)", "stiffness"),
    "release_width_mV": ("width of the output function in mV", "steepness"),
}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A column for each cause: norms of gradients, agreement with the smoothed loss, adjoint over time, spectrum."""
    figure, axes = panels.grid(len(settings), 4, sharey="row")
    for column, setting in zip(axes.T, settings, strict=True):
        summary = panels.of(summaries, setting)
        config = s.config_of(summary, setting)
        found = summary.sel(setting=setting).dropna("value", how="all")
        label, title = CAUSES[config["cause"]]
        scale = config["network"]["word_ms"] if config["cause"] == "n_words" else 1.0
        offset = scale if config["cause"] == "n_words" else 0.0  # the word that ends a trial
        values = found["value"].values * scale + offset
        _norms(column[0], values, found)
        _scatter(column[1], values, found["cosine"], style.BLUE, "cosine")
        for axis in column[:2]:
            axis.set(xscale="log", xlabel=label)
        column[0].set(yscale="log", title=f"cause: {title}")
        _families(column[2], column[3], values, found, label)
    texts = ("gradient norm", "cosine of gradient and\nslope of smoothed loss", "adjoint norm", "largest Re λ in 1/ms")
    for axis, text in zip(axes[:, 0], texts, strict=True):
        axis.set_ylabel(text)
    axes[0, 0].legend()
    for axis in axes[1]:
        axis.set_ylim(-1.05, 1.05)
    for axis in axes[2]:
        axis.set(yscale="log", xlabel="time (share of the trial)")
    for axis in axes[3]:
        axis.set(xlabel="share of the orbit")
    return figure


def _norms(axes: Axes, values: np.ndarray, found: xr.Dataset) -> None:
    _scatter(axes, values, found["recurrent_gradient_norm"], style.RED, "recurrent weights")
    _scatter(axes, values, found["input_gradient_norm"], style.SKY, "input weights")


def _scatter(axes: Axes, values: np.ndarray, numbers: xr.DataArray, color: str, label: str) -> None:
    rows = numbers.transpose("value", "seed", "draw").values.reshape(len(values), -1)
    axes.plot(values, rows, ".", color=color, markersize=3, alpha=0.6)
    axes.plot(values, np.nanmedian(rows, axis=1), color=color, label=label)


def _families(growth: Axes, spectrum: Axes, values: np.ndarray, found: xr.Dataset, label: str) -> None:
    shades = colormaps["viridis"](np.linspace(0, 0.9, len(values)))
    medians = found["adjoint_norm"].median(["seed", "draw"])
    orbit = found["largest_real_part"].isel(seed=0)
    phases = np.linspace(0, 1, orbit.sizes["phase"])
    for place, (value, shade) in enumerate(zip(values, shades, strict=True)):
        growth.plot(found["time_share"], medians.isel(value=place), color=shade, label=f"{value:g}")
        spectrum.plot(phases, orbit.isel(value=place), color=shade)
    growth.legend(fontsize=6, ncols=2, title=label.partition(" (")[0], title_fontsize=6)
