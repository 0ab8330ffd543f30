"""An edit reruns what depends on it, and nothing else."""

import json

import pytest
import xarray as xr

from gradfree import store

from .conftest import FINISHED

SMOKE = ("--config", "scale=smoke", "--")
DRAWN = {"draw_figure": 2}


def plan(small, finished) -> dict[str, int]:
    return small.plan(finished, *SMOKE, *FINISHED)


def test_a_second_run_finds_nothing_to_do(small, finished):
    assert plan(small, finished) == {}
    assert "Nothing to be done" in small.run(finished, *SMOKE, *FINISHED)


@pytest.mark.parametrize(
    ("method", "setting", "change", "expected"),
    [
        ("enkf", "corrected", {"noise_variance": 0.02}, {"train_cnn_with_enkf": 1}),
        ("gradient", "sgd-sigma-1", {"learning_rate": 0.2}, {"train_cnn_with_gradient": 1}),
    ],
)
def test_another_value_of_one_setting_reruns_its_runs_and_what_is_made_of_them(
    small, finished, method, setting, change, expected
):
    with small.configured(**{method: {"settings": {setting: change}}}):
        assert plan(small, finished) == expected | {"summarize_cnn": 1} | DRAWN


def test_more_seeds_run_only_the_new_ones(small, finished):
    with small.configured(enkf={"settings": {"corrected": {"n_seeds": 3}}}):
        assert plan(small, finished) == {"train_cnn_with_enkf": 2, "summarize_cnn": 1} | DRAWN


def test_another_root_seed_reruns_all_runs(small, finished):
    found = small.plan(finished, "--config", "scale=smoke", "root_seed=7", "--", *FINISHED)
    assert found["train_cnn_with_enkf"] == 2 and found["train_cnn_with_gradient"] == 1


def test_another_interval_of_checkpoints_reruns_nothing(small, finished):
    assert small.plan(finished, "--config", "scale=smoke", "checkpoint_every_s=7", "--", *FINISHED) == {}


def test_other_settings_in_a_figure_redraw_that_figure(small, finished):
    with small.edited("config.yaml", lambda text: text.replace("weights:\n    - corrected", "weights:\n    - plain")):
        assert plan(small, finished) == {"draw_figure": 1}


EDITS = {
    "figures/cnn_weights.py": {"draw_figure": 1},
    "figures/panels.py": DRAWN,
    "analysis/distributions.py": {"draw_figure": 1},
    "optimizers/enkf.py": {"train_cnn_with_enkf": 2, "summarize_cnn": 2} | DRAWN,
    "optimizers/gradient.py": {"train_cnn_with_gradient": 1, "summarize_cnn": 1} | DRAWN,
    "claims/cnn.py": {},
}


@pytest.mark.parametrize("file", EDITS)
def test_an_edit_of_the_package_reruns_what_imports_it(small, finished, file):
    with small.edited(f"src/gradfree/{file}", lambda text: text + "\nEXTRA = 1\n"):
        assert plan(small, finished) == EDITS[file]


def test_an_edit_of_the_style_sheet_redraws_all_figures_and_runs_nothing(small, finished):
    with small.edited("src/gradfree/figures/gradfree.mplstyle", lambda text: text + "\nlines.linewidth: 3\n"):
        assert plan(small, finished) == DRAWN


def test_comments_and_docstrings_rerun_nothing(small, finished):
    with small.edited(
        "src/gradfree/optimizers/enkf.py", lambda text: "# a comment\n" + text.replace('"""One EnKF', '"""Another text')
    ):
        assert plan(small, finished) == {}


def arrays(path) -> xr.Dataset:
    run = store.load(path).load()
    del run.attrs["wall_time_s"]
    return run.drop_vars([name for name in ("wall_s", "at_wall_s") if name in run])


def test_two_places_give_the_same_numbers(small, finished, place):
    cards = [f"results/smoke/cnn/{run}/seed-0.json" for run in ("enkf/corrected", "gradient/sgd-sigma-1")]
    small.run(place, *SMOKE, *cards)
    for card in cards:
        stores = [(folder / card).with_suffix(".zarr") for folder in (finished, place)]
        xr.testing.assert_identical(*map(arrays, stores))
        here, there = (json.loads(store.card_of(path).read_text())["files"] for path in stores)
        differing = {name.split("/")[0] for name in here.keys() | there.keys() if here.get(name) != there.get(name)}
        assert differing <= {"wall_s", "at_wall_s", "zarr.json"}
