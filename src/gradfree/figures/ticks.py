"""Logarithmic axes whose labels do not run into one another."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator


def logarithmic(axes: Axes) -> None:
    """Makes x logarithmic, after drawing: plain numbers below two decades, else powers of ten; zeros are left out."""
    axes.set_xscale("log", nonpositive="mask")
    low, high = axes.get_xlim()
    if high / low < 100:
        steps = (1.0, 2.0, 5.0) if high / low > 3 else tuple(float(x) for x in range(1, 10))
        axes.xaxis.set_major_locator(LogLocator(subs=steps))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
