"""How an image becomes spikes: pixels, rates of their Poisson generators, and what the input neurons pass on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.analysis import reservoir_examples as examples
from gradfree.figures import panels, style
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """First column: image and generators; then, a row for each wiring, rates and spikes of the input neurons."""
    summary = summaries["examples"]
    figure, axes = panels.grid(3, max(len(settings), 2), width=3.2, height=2.8)
    _map(axes[0, 0], summary.brightness.values[0], "image", "brightness")
    _map(axes[1, 0], summary.generator_rate.values[0], "Poisson generators", "rate in Hz")
    for row, wiring in zip(axes, settings, strict=False):
        rates = examples.input_rates(summary, wiring)
        _map(row[1], rates, f"input neurons, {names.WIRINGS[wiring]}", "rate in Hz")
        _raster(row[2], summary, wiring)
        row[2].set_title(f"{(rates > 0).mean():.0%} of them fire", loc="left")
    return figure


def _map(axes: Axes, values: np.ndarray, title: str, meaning: str) -> None:
    side = round(np.sqrt(values.size))
    image = axes.imshow(values.reshape(side, -1), cmap="gray_r", vmin=0)
    axes.set(title=title, xlabel="column", ylabel="row")
    axes.grid(visible=False)
    axes.figure.colorbar(image, ax=axes, label=meaning)


def _raster(axes: Axes, summary: xr.Dataset, wiring: str) -> None:
    time_ms, neuron = examples.input_spikes(summary, wiring)
    axes.plot(time_ms, neuron, ".", color=style.BLACK, markersize=1, rasterized=True)
    axes.axvline(0, color=style.PUBLISHED, linewidth=0.8)
    axes.set(
        xlabel="time from image onset in ms", ylabel="input neuron, one per pixel", ylim=(summary.sizes["pixel"], 0)
    )
    axes.grid(visible=False)
