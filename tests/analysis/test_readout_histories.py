"""Histories of trainings of the readout."""

import numpy as np
import pytest
import xarray as xr

from gradfree.analysis.readout_histories import histories
from gradfree.analysis.summaries import curve, gather


def training(n_classes: int) -> xr.Dataset:
    rates = np.arange(2.0 * n_classes**2).reshape(2, n_classes, n_classes)
    return xr.Dataset(
        {
            "mean_test_rate_Hz": (("evaluation", "class", "cluster"), rates),
            "class_rate_Hz": (("class", "neuron"), np.ones((n_classes, 5))),
            "ensemble": (("snapshot", "member"), np.ones((2, 4))),
        },
        {"evaluation": [0, 1]},
        {"config": "{}", "commit": "abc", "wall_time_s": 1.0},
    )


@pytest.mark.parametrize("setting, n_classes", [("three", 3), ("ten", 10)])
def test_trainings_on_different_numbers_of_classes_keep_their_rates_in_one_summary(setting, n_classes):
    runs = {("three", "seed-0"): histories(training(3)), ("ten", "seed-0"): histories(training(10))}
    rates = curve(gather(runs), setting, "mean_test_rate_Hz").transpose("seed", "evaluation", "class", "cluster")
    expected = training(n_classes)["mean_test_rate_Hz"].values
    np.testing.assert_array_equal(rates.values[0, :, :n_classes, :n_classes], expected)
    assert np.isnan(rates.values[0, :, n_classes:]).all()


def test_what_was_kept_of_generations_stays_in_the_runs():
    assert set(histories(training(3)).data_vars) == {"mean_test_rate_Hz"}
