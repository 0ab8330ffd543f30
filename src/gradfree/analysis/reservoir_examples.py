"""Which neurons fired when, of the images that are shown in full."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Array = NDArray[np.float64]


def input_spikes(summary: xr.Dataset, wiring: str) -> tuple[Array, NDArray[np.integer]]:
    """Times in ms from the onset of the first image, and input neurons, of each spike (event,)."""
    return _spikes(summary, "input", summary.wiring.values == wiring)


def input_rates(summary: xr.Dataset, wiring: str) -> Array:
    """Rates in Hz of the input neurons while the first image is on (pixel,)."""
    time_ms, neuron = input_spikes(summary, wiring)
    image_ms = (summary.attrs["n_steps"] - summary.attrs["onset_step"]) * summary.attrs["dt_ms"]
    return np.bincount(neuron[time_ms >= 0], minlength=summary.sizes["pixel"]) / (image_ms / 1000)


def output_spikes(summary: xr.Dataset, setting: str, moment: str, image: int) -> tuple[Array, NDArray[np.integer]]:
    """Times in ms from the onset of an image, and output neurons, of each spike (event,)."""
    rows = np.zeros(summary.output_events.shape, bool)
    rows[summary.setting.values == setting, summary.moment.values == moment, image] = True
    return _spikes(summary, "output", rows)


def n_classes(summary: xr.Dataset, setting: str) -> int:
    """Digits, and output clusters, of a setting: the images to which its outputs were simulated."""
    return int((summary.output_events.sel(setting=setting).sum("moment") > 0).sum())


def _spikes(summary: xr.Dataset, name: str, rows: NDArray[np.bool_]) -> tuple[Array, NDArray[np.integer]]:
    events = np.repeat(rows.ravel(), summary[f"{name}_events"].values.ravel())
    step, neuron = (summary[f"{name}_{key}"].values[events].astype(np.int64) for key in ("step", "neuron"))
    return (step - summary.attrs["onset_step"]) * summary.attrs["dt_ms"], neuron
