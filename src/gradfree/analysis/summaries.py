"""Many runs in one small dataset: histories by setting and seed, without ensembles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

LARGE_DIMS = {"member", "parameter"}
STEPS = ("evaluation", "iteration", "generation", "snapshot")


def gather(runs: Mapping[tuple[str, str], xr.Dataset]) -> xr.Dataset:
    """Histories over dims (setting, seed, …) of runs keyed by setting and "seed-N".

    Runs of different length are padded with NaN. Attributes hold the configuration of each setting as JSON.
    """
    settings = list(dict.fromkeys(setting for setting, _ in runs))
    by_setting = [
        xr.concat(
            [
                _small(run).assign_coords(seed=int(seed.split("-")[1]))
                for (name, seed), run in runs.items()
                if name == setting
            ],
            dim="seed",
            join="outer",
            combine_attrs="override",
        )
        for setting in settings
    ]
    dataset = xr.concat(by_setting, dim="setting", join="outer").assign_coords(setting=settings)
    first = {setting: next(run for (name, _), run in runs.items() if name == setting) for setting in settings}
    dataset.attrs = {
        "configs": json.dumps({setting: json.loads(run.attrs["config"]) for setting, run in first.items()}),
        "image_sets": json.dumps({setting: run.attrs.get("image_set", "MNIST") for setting, run in first.items()}),
        "commit": ", ".join(sorted({run.attrs["commit"] for run in runs.values()})),
        "wall_time_s": float(sum(run.attrs["wall_time_s"] for run in runs.values())),
    }
    return dataset


def _small(run: xr.Dataset) -> xr.Dataset:
    dropped = [str(n) for n, v in run.data_vars.items() if LARGE_DIMS & set(v.dims) or str(n).startswith("at_")]
    small = run.drop_vars(dropped).load()
    small.attrs = {}
    # text coordinates are equal for all runs; as plain objects they survive the padding
    return small.assign_coords(
        {name: small[name].astype(object) for name in small.coords if small[name].dtype.kind in "UT"}
    )


def config_of(summary: xr.Dataset, setting: str) -> dict[str, Any]:
    """The configuration block of one setting."""
    return json.loads(summary.attrs["configs"])[setting]


def image_set_of(summary: xr.Dataset, setting: str) -> str:
    """The name of the images that a setting trained on."""
    return json.loads(summary.attrs["image_sets"])[setting]


def curve(summary: xr.Dataset, setting: str, quantity: str) -> xr.DataArray:
    """One quantity of one setting (seed, step, …) without the padding of other settings and seeds."""
    values = summary[quantity].sel(setting=setting)
    for dim in ("seed", *STEPS):
        if dim in values.dims:
            values = values.dropna(dim, how="all")
    return values


def final(summary: xr.Dataset, setting: str, quantity: str) -> np.ndarray:
    """The last recorded value of a quantity for each seed (seed,)."""
    values = curve(summary, setting, quantity).values
    return np.array([row[np.isfinite(row)][-1] if np.isfinite(row).any() else np.nan for row in values])
