"""The store keeps whole datasets, and says so when one is not whole."""

import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from gradfree import store


def labelled(values, dims, name="weights"):
    return xr.Dataset({name: (dims, values, {"units": "1", "long_name": name})}, attrs={"seed": 7})


@pytest.fixture
def ensemble():
    return labelled(np.random.default_rng(0).normal(size=(300, 5000)).astype(np.float32), ("member", "parameter"))


def test_a_dataset_comes_back_identical_with_its_attributes(tmp_path, ensemble):
    store.save(ensemble, tmp_path / "run.zarr")
    xr.testing.assert_identical(store.load(tmp_path / "run.zarr").load(), ensemble)


def test_text_bool_and_scalar_variables_come_back_identical(tmp_path):
    dataset = labelled(np.array([True, False]), ("class",), "seen").assign_coords(setting=("setting", ["a", "longer"]))
    dataset["loss"] = ((), 0.5, {"units": "1", "long_name": "loss"})
    store.save(dataset, tmp_path / "run.zarr")
    xr.testing.assert_identical(store.load(tmp_path / "run.zarr").load(), dataset)


def test_a_large_variable_is_sharded_into_few_files(tmp_path, ensemble):
    store.save(ensemble, tmp_path / "run.zarr")
    assert len(list((tmp_path / "run.zarr").rglob("*"))) < 8


def test_two_writes_of_one_dataset_are_equal_byte_for_byte(tmp_path, ensemble):
    store.save(ensemble, tmp_path / "a.zarr")
    store.save(ensemble, tmp_path / "b.zarr")
    assert store.digests(tmp_path / "a.zarr") == store.digests(tmp_path / "b.zarr")


def test_a_deleted_chunk_is_refused_with_the_command_that_regenerates_it(tmp_path, ensemble):
    path = tmp_path / "run.zarr"
    store.save(ensemble, path)
    shutil.rmtree(path / "weights" / "c")
    with pytest.raises(store.StoreError, match=rf"missing.*snakemake --force {path}"):
        store.load(path)


def test_a_flipped_byte_is_refused(tmp_path, ensemble):
    path = tmp_path / "run.zarr"
    store.save(ensemble, path)
    chunk = next(file for file in (path / "weights" / "c").rglob("*") if file.is_file())
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 1
    chunk.write_bytes(content)
    with pytest.raises(store.StoreError, match="altered"):
        store.load(path)


def test_a_store_without_its_card_is_not_finished(tmp_path, ensemble):
    store.save(ensemble, tmp_path / "run.zarr")
    (tmp_path / "run.json").unlink()
    with pytest.raises(store.StoreError, match="not a finished store"):
        store.load(tmp_path / "run.zarr")


def test_the_time_stamp_that_snakemake_adds_is_neither_damage_nor_a_warning(tmp_path, ensemble, recwarn):
    store.save(ensemble, tmp_path / "run.zarr")
    (tmp_path / "run.zarr" / store.SNAKEMAKE_MARK).touch()
    store.load(tmp_path / "run.zarr")
    assert not recwarn.list


def test_a_variable_without_units_is_refused(tmp_path):
    with pytest.raises(ValueError, match="weights"):
        store.save(xr.Dataset({"weights": ("member", [1.0])}), tmp_path / "run.zarr")


def test_a_full_disk_leaves_nothing_that_looks_finished(tmp_path):
    """The limit on file sizes stands for the full disk: both end a write with OSError in the middle of a shard."""
    program = f"""
import sys; sys.path.insert(0, {str(__file__).rsplit("/", 1)[0]!r})
import numpy as np
from test_store import labelled
from gradfree import store
draws = np.random.default_rng(0).normal(size=(300, 5000))
store.save(labelled(draws, ("member", "parameter")), {str(tmp_path / "run.zarr")!r})
"""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))

    done = subprocess.run([sys.executable, "-c", program], preexec_fn=limit, capture_output=True, text=True)
    assert done.returncode != 0 and "OSError" in done.stderr
    assert list(tmp_path.iterdir()) == []
