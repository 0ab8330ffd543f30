"""How trainings end when some of them diverge: a run that lost its numbers has not ended at its last good value."""

from __future__ import annotations

import numpy as np
import xarray as xr

from gradfree.analysis.summaries import config_of


def diverged(summary: xr.Dataset, setting: str, quantity: str) -> np.ndarray:
    """Whether the last evaluation of each seed is not finite (seed,)."""
    return ~np.isfinite(_ends(summary, setting, quantity)[1])


def errors(summary: xr.Dataset, setting: str, quantity: str) -> np.ndarray:
    """The error of each seed after its last step (seed,); a diverged run counts with the error that it started from."""
    start, end = _ends(summary, setting, quantity)
    return np.where(np.isfinite(end), end, start)


def _ends(summary: xr.Dataset, setting: str, quantity: str) -> tuple[np.ndarray, np.ndarray]:
    values = summary[quantity].sel(setting=setting)
    start = values.sel(evaluation=0).values
    end = values.sel(evaluation=config_of(summary, setting)["iterations"]).values
    ran = np.isfinite(start)  # other settings may have more seeds
    return start[ran], end[ran]
