"""The EnKF on the reservoir as an optimizee, on made-up spikes that tell digits apart."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from toy_reservoir import store_chunk

from gradfree import config
from gradfree.experiments.reservoir_optimizee import EnkfOnReservoir
from gradfree.experiments.reservoir_spikes import POOLS
from gradfree.randomness import Stream

ROOT = Path(__file__).parents[2]
STREAM = Stream(1, ("l2l", "test"))
PER_CLASS = {"train": 3, "validation": 2, "test": 3}


@pytest.fixture(scope="module")
def spikes(tmp_path_factory):
    """A list of one stored chunk, in which every sixth neuron, from the digit's number on, fires for digits 0 to 5."""
    folder, rng = tmp_path_factory.mktemp("spikes"), np.random.default_rng(0)
    numbers = np.concatenate([POOLS[part].start + np.arange(6 * n) for part, n in PER_CLASS.items()])
    labels = np.concatenate([np.arange(6 * n) % 6 for n in PER_CLASS.values()])
    neurons = [rng.permutation(np.arange(digit, 2000, 6)) for digit in labels]
    store_chunk(folder, labels, numbers, neurons)
    listed = folder / "chunks.json"
    listed.write_text(json.dumps({"chunk-0.zarr": ""}))
    return listed


@pytest.fixture(scope="module")
def settings():
    """Those of the smoke scale."""
    return config.read(ROOT, "smoke").l2l.optimizees["reservoir"].settings


@pytest.fixture
def made(spikes, settings):
    return EnkfOnReservoir({"spikes": spikes}, **settings)


def test_every_individual_costs_the_same_number_of_simulations_whatever_its_size(made):
    for n_members in (4, 8, 16, 32):
        training = made.config({"n_members": n_members})
        assert training.generations * n_members * 3 * training.images_per_class == made.simulations
    with pytest.raises(ValueError, match="64 members exceed the budget of 96"):
        made.config({"n_members": 64})


def test_genes_reach_the_training_and_its_resampling(made):
    found = made.config({"noise_variance": 0.5, "resampling_worst_share": 0.3, "resampling_noise_std": 0.2})
    assert found.noise_variance == 0.5
    assert (found.resampling.worst_share, found.resampling.noise_std) == (0.3, 0.2)
    assert found.resampling.best_share == made.training["resampling"]["best_share"]


def test_the_search_never_holds_a_test_image(made):
    searched, reported = made._data("validation", STREAM), made._data("test", STREAM)
    assert set(searched.test.spikes.image) == set(searched.validation.spikes.image)
    assert set(reported.test.spikes.image) <= set(POOLS["test"])
    assert not set(searched.test.spikes.image) & set(POOLS["test"])


def test_each_run_of_a_search_holds_out_images_of_its_own_and_trains_on_all_others(made):
    one, other = (made._data("validation", STREAM.child("run", number)) for number in range(2))
    together = {part: set(made._data("test", STREAM).__dict__[part].spikes.image) for part in ("train", "validation")}
    for data in (one, other):
        assert np.bincount(data.test.labels).tolist() == [made.held_out] * 3
        assert set(data.train.spikes.image) | set(data.test.spikes.image) == together["train"] | together["validation"]
        assert not set(data.train.spikes.image) & set(data.test.spikes.image)
    assert set(one.test.spikes.image) != set(other.test.spikes.image)


def test_held_out_images_leave_some_to_train_on(spikes, settings):
    tuned = EnkfOnReservoir({"spikes": spikes}, **{**settings, "held_out": 5})
    with pytest.raises(ValueError, match="held_out: expected less than the 5 images of a digit, found 5"):
        tuned._data("validation", STREAM)


def test_other_digits_are_others_and_counted_from_zero(made):
    own, other = made._data("test", STREAM), made._data("other_digits", STREAM)
    for part in ("train", "validation", "test"):
        here, there = getattr(own, part), getattr(other, part)
        assert set(here.labels) == set(there.labels) == {0, 1, 2}
        assert not set(here.spikes.image) & set(there.spikes.image)


def test_a_run_is_scored_by_its_error_and_is_the_same_again(made):
    one, again = (made.run({"noise_variance": 0.1}, STREAM, "validation") for _ in range(2))
    assert float(one["fitness"]) == pytest.approx(-100 * (1 - float(one["test_accuracy"][-1])))
    assert float(one["fitness"]) == float(again["fitness"])
    np.testing.assert_array_equal(one["trained_weights_pA"], again["trained_weights_pA"])


def test_it_refuses_to_go_on_from_another_run(made):
    with pytest.raises(ValueError, match="carry_over: a training of the readout cannot go on"):
        made.run({}, STREAM, "validation", start=xr.Dataset())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"other_digits": [2, 3, 4]}, "expected 3 digits other than"),
        ({"other_digits": [3, 4]}, "expected 3 digits other than"),
        ({"training": {"n_member": 3}}, "training: unknown keys n_member"),
    ],
)
def test_settings_that_cannot_be_are_refused(spikes, settings, change, message):
    with pytest.raises(ValueError, match=message):
        EnkfOnReservoir({"spikes": spikes}, **{**settings, **change})
