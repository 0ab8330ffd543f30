"""The linear readouts that trained ones are compared with."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.analysis import summaries as s


def task_of(readout: xr.Dataset, setting: str) -> tuple[str, int]:
    """Wiring and number of classes of a setting."""
    config = s.config_of(readout, setting)
    return config["wiring"], config["n_classes"]


def correct(summary: xr.Dataset, wiring: str, n_classes: int, kind: str) -> NDArray[np.bool_]:
    """Whether each test image (image,) is classified correctly by the readout `kind`."""
    hits = summary["correct"].sel(setting=f"{wiring}, {n_classes} classes", bound=kind).values.astype(float)
    return hits[np.isfinite(hits)] > 0.5


def ridge_accuracy(summary: xr.Dataset, readout: xr.Dataset, setting: str) -> float:
    """Test accuracy of the ridge readout on the reservoir spikes that a setting was trained on."""
    return float(correct(summary, *task_of(readout, setting), "ridge on reservoir spikes").mean())
