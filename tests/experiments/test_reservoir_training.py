"""The training of the readout on made-up spikes: what is shown, recorded, learned, counted, and resumed."""

import json

import numpy as np
import pytest
import toy_reservoir as toy
import xarray as xr
from mortal import Killed, Mortal
from published_enkf import published_update

from gradfree.experiments import reservoir_measures as measures
from gradfree.experiments import reservoir_outputs as out
from gradfree.experiments import reservoir_search, reservoir_training
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.models import readout
from gradfree.randomness import Stream
from gradfree.settings.readout import DEFECTS

DATA = toy.data()
STREAM = Stream(1, ("test",))


def run(checkpoints=None, data=DATA, **overrides) -> xr.Dataset:
    return reservoir_training.run(toy.config(**overrides), toy.MODEL, data, STREAM, checkpoints)


@pytest.fixture
def shown(monkeypatch) -> list[list[int]]:
    """Numbers of the training images of each generation."""
    seen: list[list[int]] = []
    firing_rates = readout.firing_rates

    def spy(weights, projections, spikes, noise, model):
        if spikes.image[0] < 50_000:
            seen.append(spikes.image.tolist())
        return firing_rates(weights, projections, spikes, noise, model)

    monkeypatch.setattr(readout, "firing_rates", spy)
    return seen


def fail(monkeypatch, *failed: int) -> None:
    """Some members have no finite rates."""
    firing_rates = readout.firing_rates

    def with_failures(weights, *more):
        rates = firing_rates(weights, *more)
        if len(weights) > 2:
            rates[list(failed)] = np.nan
        return rates

    monkeypatch.setattr(readout, "firing_rates", with_failures)


def test_it_learns_what_neurons_show_by_their_preference():
    found = run(generations=12)
    assert found.test_accuracy[-1] > 0.9 and found.best_member_test_accuracy[-1] > 0.8
    preference = found.class_rate_Hz.values - found.class_rate_Hz.values.mean(axis=0)
    preference = preference[found.synapse_cluster.values, found.synapse_source.values]
    change = (found.trained_weights_pA - found.initial_weights_pA).values
    assert np.corrcoef(change, preference)[0, 1] > 0.3


def test_fresh_images_come_until_all_were_shown(shown):
    run(generations=5)
    assert all(sorted(number % 3 for number in images) == [0, 0, 1, 1, 2, 2] for images in shown)
    assert len({number for images in shown[:4] for number in images}) == 24
    assert set(shown[4]) < {number for images in shown[:4] for number in images}


def test_the_published_code_shows_the_first_images_again_and_again(shown):
    run(generations=3, **toy.PUBLISHED)
    assert [sorted(images) for images in shown] == [list(range(6))] * 3
    assert len({tuple(images) for images in shown}) > 1, "they are shuffled"


def test_one_repaired_generation_is_the_published_update_on_all_weights():
    found = run(generations=1, snapshots=1, **toy.PUBLISHED | {"variant": "corrected", "resampling": None})
    kept = found.isel(snapshot=0)
    expected = published_update(
        kept.ensemble.values.astype(float), kept.outputs.values, kept.observations.values, 0.5 * np.eye(3)
    )
    np.testing.assert_allclose(found.trained_weights_pA, expected.mean(axis=0), rtol=1e-4)


def test_with_scrambled_outputs_it_is_the_update_with_the_reshaped_ones():
    found = run(
        generations=1, snapshots=1,
        **toy.PUBLISHED | {"variant": "corrected", "switched": ("scrambled_outputs",), "resampling": None},
    )  # fmt: skip
    kept = found.isel(snapshot=0)
    scrambled = kept.outputs.values.reshape(24, 3, 6).transpose(0, 2, 1)
    expected = published_update(
        kept.ensemble.values.astype(float), scrambled, kept.observations.values, 0.5 * np.eye(3)
    )
    np.testing.assert_allclose(found.trained_weights_pA, expected.mean(axis=0), rtol=1e-4)


def test_every_defect_is_a_switch_that_changes_the_numbers():
    repaired = {**toy.PUBLISHED, "variant": "corrected", "generations": 3}
    without = run(**repaired).trained_weights_pA.values
    for defect in DEFECTS:
        assert not np.array_equal(run(**repaired, switched=(defect,)).trained_weights_pA.values, without), defect
    everything = run(**repaired, switched=DEFECTS).trained_weights_pA
    np.testing.assert_array_equal(everything, run(**toy.PUBLISHED, generations=3).trained_weights_pA)


def test_evaluations_are_those_of_the_mean_weights_on_images_that_no_update_saw(shown):
    found = run(generations=4, evaluate_every=3)
    assert found.evaluation.values.tolist() == [0, 3, 4]
    assert max(number for images in shown for number in images) < 50_000
    projections = readout.connect(STREAM.generator("connect"), 3, toy.MODEL)
    weights = found.trained_weights_pA.values[None]
    rates = readout.firing_rates(weights, projections, DATA.test.spikes, STREAM.child("test"), toy.MODEL)
    assert found.test_accuracy[-1] == np.mean(rates[0].argmax(axis=1) == DATA.test.labels)
    assert (found.readout_simulations == 24 * 6 * found.evaluation).all()


def test_every_stated_quantity_is_recorded_with_unit_and_name():
    found = run()
    all_quantities = (measures.PER_GENERATION, measures.PER_EVALUATION, measures.SNAPSHOT)
    for dim, quantities in zip(("generation", "evaluation", "snapshot"), all_quantities, strict=True):
        for name, quantity in quantities.items():
            assert found[name].dims == (dim, *quantity.dims) and found[name].attrs["units"] == quantity.units
            assert np.isfinite(found[name]).all(), name
    assert found.snapshot.values.tolist() == [0, 5]
    assert all(variable.attrs["units"] and variable.attrs["long_name"] for variable in found.data_vars.values())


def test_spread_is_that_of_the_weights_whatever_the_coordinates():
    for overrides in ({}, toy.PUBLISHED):
        found = run(generations=1, snapshots=1, **overrides)
        stds = found.ensemble.values[0].std(axis=0)
        assert found.spread_pA[0] == pytest.approx(np.sqrt(np.mean(stds**2)), rel=0.1)


OPTIMIZERS = ["enkf", "random_search", "cross_entropy", "evolution_strategy"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_training_killed_anywhere_goes_on_to_the_same_numbers(tmp_path, optimizer):
    whole = run(optimizer=optimizer, generations=4)
    for lives in (1, 3):
        folder = tmp_path / f"{lives}"
        with pytest.raises(Killed):
            run(Mortal(folder, lives), optimizer=optimizer, generations=4)
        again = run(Checkpoints(folder, "key"), optimizer=optimizer, generations=4)
        xr.testing.assert_identical(again.drop_vars("wall_s"), whole.drop_vars("wall_s"))


def test_the_published_training_resumes_with_its_random_draws(tmp_path):
    whole = run(generations=3, **toy.PUBLISHED)
    with pytest.raises(Killed):
        run(Mortal(tmp_path, 2), generations=3, **toy.PUBLISHED)
    again = run(Checkpoints(tmp_path, "key"), generations=3, **toy.PUBLISHED)
    xr.testing.assert_identical(again.drop_vars("wall_s"), whole.drop_vars("wall_s"))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_failed_members_are_counted_and_the_training_goes_on(monkeypatch, optimizer):
    fail(monkeypatch, 1, 5)
    found = run(optimizer=optimizer)
    assert (found.n_failed == 2).all()
    assert np.isfinite(found.trained_weights_pA).all() and np.isfinite(found.mean_fitness).all()


def test_a_generation_in_which_all_failed_is_counted_and_passed_over(monkeypatch):
    fail(monkeypatch, *range(24))
    found = run(optimizer="cross_entropy", generations=2)
    assert (found.n_failed == 24).all() and np.isnan(found.mean_fitness).all()


def test_another_seed_is_another_run_and_the_same_is_the_same():
    first, again = run(generations=2), run(generations=2)
    xr.testing.assert_identical(first.drop_vars("wall_s"), again.drop_vars("wall_s"))
    other = reservoir_training.run(toy.config(generations=2), toy.MODEL, DATA, Stream(2, ("test",)))
    assert not np.array_equal(first.trained_weights_pA, other.trained_weights_pA)


def test_comparators_maximize_minus_the_misfit_that_the_filter_reduces():
    population = np.zeros((5, 36), np.float32)
    population[3] = 1
    outputs, observations = np.ones((5, 6, 3)), np.zeros((6, 3))
    outputs[3] = 0
    judged = reservoir_search.Judged(population, outputs, observations, np.arange(5.0))
    config = toy.config(optimizer="random_search", n_members=5)
    state = reservoir_search.start(config, population)
    told = reservoir_search.tell(config, None, state, judged, STREAM)
    np.testing.assert_array_equal(told.champion, population[3])
    assert out.misfit(outputs, observations).argmin() == 3


def test_too_few_training_images_end_before_anything_is_simulated(shown):
    with pytest.raises(ValueError, match="images_per_class 9 exceeds the 8 training images"):
        run(images_per_class=9)
    assert not shown


def test_the_configuration_of_a_run_is_plain_data():
    assert json.loads(json.dumps(toy.config().model_dump(mode="json")))["optimizer"] == "enkf"
