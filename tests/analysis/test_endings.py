"""Runs that lost their numbers do not end at their last good value."""

import json

import numpy as np
import pytest
import xarray as xr

from gradfree.analysis import endings
from gradfree.analysis.summaries import gather


def run(values: list[float], n: int) -> xr.Dataset:
    attributes = {"config": json.dumps({"iterations": n}), "commit": "c", "wall_time_s": 1.0}
    return xr.Dataset({"error": ("evaluation", values)}, {"evaluation": np.linspace(0, n, len(values))}, attributes)


@pytest.fixture
def summary() -> xr.Dataset:
    return gather(
        {
            ("short", "seed-0"): run([1.0, 0.5, 0.1], 10),
            ("short", "seed-1"): run([2.0, 0.5, np.nan], 10),
            ("long", "seed-0"): run([3.0, np.nan, np.nan], 20),
            ("long", "seed-1"): run([3.0, 1.0, 0.7], 20),
            ("long", "seed-2"): run([3.0, 1.0, 0.8], 20),
        }
    )


def test_a_diverged_run_counts_with_the_error_of_its_start(summary):
    assert endings.errors(summary, "short", "error").tolist() == [0.1, 2.0]
    assert endings.errors(summary, "long", "error").tolist() == [3.0, 0.7, 0.8]


def test_divergence_is_named_by_seed(summary):
    assert endings.diverged(summary, "short", "error").tolist() == [False, True]
    assert endings.diverged(summary, "long", "error").tolist() == [True, False, False]
