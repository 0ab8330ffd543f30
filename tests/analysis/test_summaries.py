"""Many runs in one dataset: nothing is lost, padding never shows."""

import json

import numpy as np
import pytest
import xarray as xr

from gradfree import store
from gradfree.analysis import summaries as s


def run(n_evaluations: int, value: float, **config) -> xr.Dataset:
    """A run whose error falls from `value` in steps of one, with an ensemble that a summary leaves out."""
    errors = value - np.arange(n_evaluations)
    by_layer = np.stack([errors, 2 * errors], axis=1)
    units = {"units": "1", "long_name": "a quantity"}
    return xr.Dataset(
        {
            "test_error_percent": ("evaluation", errors, units),
            "activation_mean": (("evaluation", "layer"), by_layer, units),
            "misfit": ("iteration", np.arange(2.0 * n_evaluations), units),
            "count": ("evaluation", np.arange(n_evaluations), units),
            "ensemble": (("member", "parameter"), np.zeros((3, 5)), units),
            "estimate": ("parameter", np.zeros(5), units),
            "at_iteration": ((), 7, units),
        },
        coords={
            "evaluation": 10 * np.arange(n_evaluations),
            "iteration": np.arange(2 * n_evaluations),
            "layer": ["conv1", "conv2"],
        },
        attrs={"config": json.dumps(config), "commit": f"c{value:.0f}", "wall_time_s": 1.5, "image_set": "MNIST"},
    )


@pytest.fixture
def summary() -> xr.Dataset:
    runs = {("short", f"seed-{seed}"): run(2, 50 + seed, n_members=5) for seed in (0, 1, 10, 2)}
    runs |= {("long", f"seed-{seed}"): run(4, 90 + seed, n_members=9) for seed in (0, 1)}
    return s.gather(runs)


def test_a_summary_has_settings_and_seeds_and_leaves_ensembles_out(summary):
    assert summary["setting"].values.tolist() == ["short", "long"]
    assert sorted(summary["seed"].values.tolist()) == [0, 1, 2, 10]
    assert set(summary) == {"test_error_percent", "activation_mean", "misfit", "count"}


def test_every_number_comes_from_its_run(summary):
    for seed in (0, 1, 2, 10):
        values = summary["test_error_percent"].sel(setting="short", seed=seed)
        assert values.sel(evaluation=[0, 10]).values.tolist() == [50 + seed, 49 + seed]


def test_units_survive(summary):
    assert summary["misfit"].attrs == {"units": "1", "long_name": "a quantity"}


@pytest.mark.parametrize(("setting", "n_seeds", "steps"), [("short", 4, [0, 10]), ("long", 2, [0, 10, 20, 30])])
def test_a_curve_has_the_seeds_and_steps_of_its_own_setting(summary, setting, n_seeds, steps):
    curve = s.curve(summary, setting, "test_error_percent")
    assert curve.sizes["seed"] == n_seeds and curve.evaluation.values.tolist() == steps
    assert np.isfinite(curve).all() and curve.dims == ("seed", "evaluation")
    assert s.curve(summary, setting, "activation_mean").dims == ("seed", "evaluation", "layer")
    assert s.curve(summary, setting, "misfit").sizes["iteration"] == 2 * len(steps)


def test_the_last_value_is_that_of_each_seeds_own_end():
    runs = {("a", "seed-0"): run(2, 50), ("a", "seed-1"): run(4, 90), ("b", "seed-0"): run(6, 70)}
    summary = s.gather(runs)
    assert s.final(summary, "a", "test_error_percent").tolist() == [49, 87]
    assert s.final(summary, "b", "test_error_percent").tolist() == [65]


def test_configurations_commits_and_time_are_kept(summary):
    assert s.config_of(summary, "short") == {"n_members": 5} and s.config_of(summary, "long") == {"n_members": 9}
    assert s.image_set_of(summary, "long") == "MNIST" and summary.attrs["wall_time_s"] == 9.0
    assert summary.attrs["commit"].split(", ") == ["c50", "c51", "c52", "c60", "c90", "c91"]


def test_a_summary_goes_through_the_store_and_back(tmp_path, summary):
    store.save(summary, tmp_path / "summary.zarr")
    loaded = store.load(tmp_path / "summary.zarr")
    for setting in ("short", "long"):
        expected = s.curve(summary, setting, "activation_mean")
        np.testing.assert_array_equal(s.curve(loaded, setting, "activation_mean"), expected)
    assert s.curve(loaded, "long", "activation_mean")["layer"].values.tolist() == ["conv1", "conv2"]


def test_the_order_in_which_runs_are_given_does_not_change_a_curve():
    runs = {("a", f"seed-{seed}"): run(3, 50 + seed) for seed in (0, 1, 2)}
    forth, back = s.gather(runs), s.gather(dict(reversed(runs.items())))
    xr.testing.assert_equal(forth.sortby("seed"), back.sortby("seed"))
