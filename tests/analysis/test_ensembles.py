"""What is read from the kept ensembles of a training."""

import numpy as np
import pytest
import toy_reservoir as toy
import xarray as xr

from gradfree.analysis import ensembles
from gradfree.experiments import reservoir_training
from gradfree.randomness import Stream


@pytest.fixture(scope="module")
def run() -> xr.Dataset:
    return reservoir_training.run(toy.config(generations=4, snapshots=3), toy.MODEL, toy.data(), Stream(1, ("test",)))


def test_changes_by_projection_and_cluster_add_up_to_the_change_of_all_weights(run):
    found, change = ensembles.weight_changes(run), (run.trained_weights_pA - run.initial_weights_pA).values
    groups = run.synapse_projection.values * 3 + run.synapse_cluster.values
    sizes = np.bincount(groups, minlength=12).reshape(4, 3)
    assert (found * sizes).sum() == pytest.approx(change.sum(dtype=float), rel=1e-4)
    assert found[2, 1] == pytest.approx(change[groups == 2 * 3 + 1].mean(), rel=1e-4)


def test_weights_that_are_their_sources_preference_correlate_perfectly_with_it(run):
    rates = run.class_rate_Hz.values
    preference = (rates - rates.mean(axis=0))[run.synapse_cluster.values, run.synapse_source.values]
    own = run.assign(trained_weights_pA=run.initial_weights_pA + 2 * preference)
    np.testing.assert_allclose(ensembles.preference_correlations(own), 1, atol=1e-3)
    against = run.assign(trained_weights_pA=run.initial_weights_pA - preference)
    np.testing.assert_allclose(ensembles.preference_correlations(against), -1, atol=1e-3)


def test_the_first_kept_ensemble_has_full_rank_and_its_largest_singular_value_is_the_unit(run):
    found = ensembles.analyze(run)
    assert found.singular_value[0, 0] == 1 and found.singular_value[0, -1] < 1e-4
    assert 1 < found.effective_rank[0] <= 23
    assert found.at_update.values.tolist() == run.snapshot.values.tolist()


def test_in_a_localized_update_the_mean_moves_with_the_cross_covariance(run):
    assert (ensembles.analyze(run).alignment > 0).all()


def test_failed_members_are_left_out_of_covariances(run):
    outputs = run.outputs.copy()
    outputs[:, 5] = np.nan
    with_failed = ensembles.analyze(run.assign(outputs=outputs))
    without = run.sel(member=[member for member in range(24) if member != 5])
    expected = ensembles.analyze(without)
    np.testing.assert_allclose(with_failed.prediction_covariance, expected.prediction_covariance)
    np.testing.assert_allclose(with_failed.cross_covariance, expected.cross_covariance, atol=1e-6)


def test_runs_of_different_size_are_gathered_with_nan(run):
    small = reservoir_training.run(
        toy.config(generations=2, snapshots=1, n_members=12), toy.MODEL, toy.data(), Stream(2, ("test",))
    )
    found = ensembles.gather({("a", "seed-0"): ensembles.analyze(run), ("b", "seed-0"): ensembles.analyze(small)})
    assert dict(found.sizes)["member"] == 24 and np.isnan(found.accuracy.sel(setting="b")[..., 12:]).all()
    assert np.isfinite(found.preference_correlation).all()
