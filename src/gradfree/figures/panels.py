"""Panels that several figures share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from gradfree.analysis import summaries as s
from gradfree.analysis.statistics import estimate
from gradfree.figures import style

Summaries = Mapping[str, xr.Dataset]


def of(summaries: Summaries, setting: str) -> xr.Dataset:
    """The summary that holds a setting. Raises KeyError that names it."""
    for summary in summaries.values():
        if setting in summary["setting"].values:
            return summary
    raise KeyError(f"no summary holds the setting {setting!r}")


def grid(
    n_columns: int, n_rows: int = 1, width: float = 3.3, height: float = 2.7, **options: Any
) -> tuple[Figure, Any]:
    """A figure with axes (row, column) of panels of about `width` x `height` inches."""
    style.apply()
    from matplotlib import pyplot

    return pyplot.subplots(
        n_rows, n_columns, figsize=(width * n_columns, height * n_rows), squeeze=False, layout="constrained", **options
    )


def band(axes: Axes, x: np.ndarray, values: np.ndarray, label: str, color: str, **line: Any) -> None:
    """Mean over seeds of values (seed, x) with the standard deviation as a band, as the published figures show it."""
    mean, std = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    axes.plot(x, mean, color=color, label=label, **line)
    if len(values) > 1:
        axes.fill_between(x, mean - std, mean + std, color=color, alpha=0.2, linewidth=0)


def history(
    axes: Axes, summary: xr.Dataset, setting: str, quantity: str, label: str, color: str, over: str | None = None
) -> None:
    """One recorded quantity of one setting against its step, or against another recorded quantity `over`."""
    curve = s.curve(summary, setting, quantity)
    step = curve.dims[-1]
    x = curve[step].values
    if over is not None:
        x = s.curve(summary, setting, over).sel({step: curve[step]}).mean("seed").values
    band(axes, x, curve.values, f"{label} ({curve.sizes['seed']})", color, marker="o" if len(x) < 3 else None)


def error_axis(axes: Axes, quantity: str = "test error in %") -> None:
    """A logarithmic axis for errors in %, up to 100 %, labeled with plain numbers."""
    axes.set_yscale("log")
    axes.set_ylim(min(axes.get_ylim()[0], 50), 100)
    axes.yaxis.set_major_locator(FixedLocator([0.5, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylabel(quantity)


def bars(axes: Axes, names: Sequence[str], values: Sequence[np.ndarray], colors: Sequence[str]) -> None:
    """Means with 95 % intervals and every seed as a dot; values in %, one array (seed,) per name."""
    for place, (seeds, color) in enumerate(zip(values, colors, strict=True)):
        found = estimate(seeds, 0, 100)
        axes.bar(place, found.mean, color=color, alpha=0.55, width=0.65)
        if found.n > 1:
            axes.plot([place, place], [max(found.low, 0), found.high], color="black", linewidth=1)
        axes.plot(place + np.linspace(-0.12, 0.12, len(seeds)), seeds, ".", color="black", markersize=3)
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right")
    axes.grid(axis="x", visible=False)
