"""How the reservoir hears an image: spikes of one image, and rates, for each input wiring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.analysis import reservoir_activity as activity
from gradfree.figures import panels, style
from gradfree.figures import readout_names as names

COLORS = {"input": style.BLACK, "excitatory": style.BLUE, "inhibitory": style.RED}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row for each wiring: spikes of input and reservoir neurons, neurons by rate, rates by digit."""
    summary = summaries["activity"]
    figure, axes = panels.grid(3, len(settings), width=3.6)
    for row, setting in zip(axes, settings, strict=True):
        _raster(row[0], summary, setting)
        _rates_of_neurons(row[1], summary, setting)
        _rates_by_digit(row[2], summary, setting)
        row[0].set_title(names.WIRINGS[setting], loc="left")
    axes[0, 1].legend()
    return figure


def _raster(axis: Axes, summary: xr.Dataset, setting: str) -> None:
    place = summary.setting.values.tolist().index(setting)
    mine = summary.event_setting.values == place
    step, neuron = summary.event_step.values[mine], summary.event_neuron.values[mine]
    reservoir = summary.event_population.values[mine] == 1
    time_ms = (step - summary.attrs["onset_step"]) * summary.attrs["dt_ms"]
    n_excitatory = summary.attrs["n_excitatory"]
    top = neuron[reservoir].max(initial=0)
    inhibitory = reservoir & (neuron >= n_excitatory)
    for name, which, offset in (
        ("excitatory", reservoir & ~inhibitory, 0),
        ("inhibitory", inhibitory, 0),
        ("input", ~reservoir, top + 1),
    ):
        axis.plot(time_ms[which], neuron[which] + offset, ",", color=COLORS[name], alpha=0.6, rasterized=True)
    axis.axvline(0, color=style.PUBLISHED, linewidth=0.8)
    axis.set(xlabel="time from image onset in ms", ylabel="neuron")
    axis.grid(visible=False)


def _rates_of_neurons(axis: Axes, summary: xr.Dataset, setting: str) -> None:
    for population, color in COLORS.items():
        counts = summary.neurons.sel(setting=setting, population=population).values
        share = counts / counts.sum()
        rate = np.maximum(summary.bin.values, 0.35)  # the first bin holds the silent ones
        axis.step(rate, 100 * share, where="post", color=color, label=population)
    axis.set(xscale="log", xlabel="mean rate of a neuron in Hz (left end: below 0.5)", ylabel="neurons in %")


def _rates_by_digit(axis: Axes, summary: xr.Dataset, setting: str) -> None:
    label = activity.labels(summary, setting)
    digits = np.unique(label)
    for population, color in COLORS.items():
        rate = activity.mean_rate(summary, setting, population)
        axis.plot(label, rate, ".", color=color, alpha=0.25, markersize=4)
        axis.plot(digits, [rate[label == digit].mean() for digit in digits], "_", color=color, markersize=12)
    axis.set(xlabel="digit", ylabel="mean rate in Hz", xticks=digits, ylim=(0, None))
