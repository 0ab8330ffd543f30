"""Columns of a run, labelled, and the same again after a resume."""

import numpy as np
import pytest
import xarray as xr

from gradfree.experiments.history import History, Quantity

QUANTITIES = {
    "error": Quantity("test error", "%"),
    "count": Quantity("failures", "members"),
    "by_layer": Quantity("mean output", "1", ("layer",)),
}


def filled(steps) -> History:
    history = History("iteration", QUANTITIES)
    for step in steps:
        history.record(step, error=1.5 * step, count=step, by_layer=np.array([step, -step], np.float32))
    return history


def test_a_history_is_a_dataset_with_its_steps_units_and_names():
    dataset = filled([0, 5, 7]).dataset()
    assert dataset.iteration.values.tolist() == [0, 5, 7]
    assert dataset.by_layer.dims == ("iteration", "layer") and dataset.by_layer.values[2].tolist() == [7, -7]
    assert dataset.error.attrs == {"units": "%", "long_name": "test error"}


def test_a_restored_history_goes_on_as_if_it_had_never_stopped():
    resumed = History("iteration", QUANTITIES)
    resumed.restore(filled([0, 5]).dataset())
    for step in (7, 9):
        resumed.record(step, error=1.5 * step, count=step, by_layer=np.array([step, -step], np.float32))
    xr.testing.assert_identical(resumed.dataset(), filled([0, 5, 7, 9]).dataset())
    assert {name: v.dtype for name, v in resumed.dataset().items()} == {
        name: v.dtype for name, v in filled([0, 5, 7, 9]).dataset().items()
    }


@pytest.mark.parametrize("values", [{"error": 1.0}, {"error": 1.0, "count": 0, "by_layer": [0, 0], "extra": 1}])
def test_a_row_with_a_missing_or_an_unknown_quantity_is_refused(values):
    with pytest.raises(KeyError, match="expected"):
        filled([]).record(0, **values)


def test_the_newest_value_and_the_column_of_a_quantity():
    history = filled([0, 2])
    assert history.last("error") == 3.0 and history.column("count").tolist() == [0, 2]
