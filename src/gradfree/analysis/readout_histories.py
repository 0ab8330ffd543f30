"""Histories of the trainings of the readout: what is recorded in each generation."""

from __future__ import annotations

import xarray as xr


def by_generation(summary: xr.Dataset, setting: str, quantity: str) -> xr.DataArray:
    """One quantity of one setting (seed, generation, …) without the padding of other settings; counted from one."""
    values = summary[quantity].sel(setting=setting)
    values = values.dropna("seed", how="all").dropna("generation", how="all")
    return values.assign_coords(generation=values.generation + 1)
