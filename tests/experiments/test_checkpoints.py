"""A run takes up its newest whole checkpoint, and no other's."""

import shutil

import pytest
import xarray as xr

from gradfree import store
from gradfree.experiments import checkpoints as module
from gradfree.experiments.checkpoints import Checkpoints


def state(step: int) -> xr.Dataset:
    return xr.Dataset({"step": ((), step, {"units": "1", "long_name": "step"})})


def test_without_a_checkpoint_there_is_nothing_to_resume(tmp_path):
    assert Checkpoints(tmp_path / "run", "key").newest() is None


def test_the_newest_checkpoint_is_taken_and_older_ones_are_gone(tmp_path):
    checkpoints = Checkpoints(tmp_path / "run", "key")
    for step in (2, 10, 9_999_999):
        checkpoints.write(step, state(step))
    assert int(Checkpoints(tmp_path / "run", "key").newest()["step"]) == 9_999_999
    assert len(list((tmp_path / "run" / "key").glob("*.zarr"))) == 1


def test_a_checkpoint_of_another_configuration_or_code_is_not_taken(tmp_path):
    Checkpoints(tmp_path / "run", "key").write(1, state(1))
    assert Checkpoints(tmp_path / "run", "other").newest() is None


@pytest.mark.parametrize("damage", ["chunk", "card", "unfinished"])
def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(tmp_path, damage):
    folder = tmp_path / "run" / "key"
    Checkpoints(tmp_path / "run", "key").write(2, state(2))
    shutil.copytree(folder, tmp_path / "older")
    Checkpoints(tmp_path / "run", "key").write(3, state(3))
    shutil.copytree(tmp_path / "older", folder, dirs_exist_ok=True)
    newest = folder / "step-000000003.zarr"
    if damage == "chunk":
        shutil.rmtree(newest / "step")
    elif damage == "card":
        store.card_of(newest).unlink()
    else:
        newest.rename(folder / "step-000000003.zarr.partial-1")
        store.card_of(newest).unlink()
    assert int(Checkpoints(tmp_path / "run", "key").newest()["step"]) == 2


def test_a_checkpoint_is_held_in_memory_and_outlives_its_files(tmp_path):
    checkpoints = Checkpoints(tmp_path / "run", "key")
    checkpoints.write(1, state(1))
    newest = checkpoints.newest()
    checkpoints.write(2, state(2))
    assert int(newest["step"]) == 1


def test_a_checkpoint_is_due_when_the_last_one_is_old_enough(tmp_path, monkeypatch):
    now = [50.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    checkpoints = Checkpoints(tmp_path / "run", "key", every_s=10)
    due = []
    for now[0] in (59.0, 60.0):
        due.append(checkpoints.due())
    checkpoints.write(1, state(1))
    for now[0] in (69.0, 70.0):
        due.append(checkpoints.due())
    assert due == [False, True, False, True]


def test_a_finished_run_leaves_nothing_of_any_configuration(tmp_path):
    Checkpoints(tmp_path / "run", "old").write(1, state(1))
    current = Checkpoints(tmp_path / "run", "new")
    current.write(1, state(1))
    current.clear()
    assert not (tmp_path / "run").exists()


def test_without_a_folder_nothing_is_due_or_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checkpoints = Checkpoints(None, every_s=0)
    checkpoints.write(1, state(1))
    checkpoints.clear()
    assert not checkpoints.due() and checkpoints.newest() is None and not list(tmp_path.iterdir())
