"""Histories of the trainings of the readout: what is recorded in each generation."""

from __future__ import annotations

import numpy as np
import xarray as xr

from gradfree.analysis.summaries import curve


def histories(run: xr.Dataset) -> xr.Dataset:
    """A training without what it kept of generations; classes are labeled, so that any numbers of them fit together."""
    small = run.drop_dims(["snapshot", "neuron"], errors="ignore")
    labels = {dim: np.arange(small.sizes[dim]) for dim in ("class", "cluster") if dim in small.dims}
    return small.assign_coords(labels)


def by_generation(summary: xr.Dataset, setting: str, quantity: str) -> xr.DataArray:
    """One quantity of one setting (seed, generation, …) without the padding of other settings; counted from one."""
    values = curve(summary, setting, quantity)
    return values.assign_coords(generation=values.generation + 1)
