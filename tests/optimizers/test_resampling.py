"""Resampling: who is replaced by whom, and what each published defect does instead."""

import numpy as np
import pytest

from gradfree.optimizers import enkf
from gradfree.optimizers.resampling import Rule, redraw_beyond, resample

PARTS = (slice(0, 4), slice(4, 6))
QUIET = Rule(best_share=0.1, worst_share=0.2, noise_std=0.0)


def members(n: int = 10):
    """Member i has values i, predicts i and has fitness i, but the order of members is shuffled."""
    order = np.random.default_rng(0).permutation(n).astype(np.float32)
    return np.repeat(order[:, None], 6, axis=1), np.repeat(order, 6).reshape(n, 2, 3), order.astype(float)


def resampled(defects=(), rule=QUIET, seed=1, **kept):
    ensemble, predictions, fitness = members(**kept)
    return resample(np.random.default_rng(seed), ensemble, predictions, fitness, PARTS, rule, defects)


def test_the_worst_become_copies_of_the_best_with_their_predictions_and_all_others_stay():
    found, (ensemble, predictions, fitness) = resampled(), members()
    worst = fitness < 2
    assert (found.ensemble[worst] == 9).all() and (found.predictions[0][worst] == 9).all()
    np.testing.assert_array_equal(found.ensemble[~worst], ensemble[~worst])
    np.testing.assert_array_equal(found.predictions[1][~worst], predictions[~worst])


def test_noise_on_copies_is_relative_to_the_largest_weight_of_each_part():
    ensemble, predictions, fitness = np.ones((500, 2000), np.float32), np.zeros((500, 1, 2)), np.arange(500.0)
    ensemble[:, 1000:] = -10
    rule, parts = Rule(0.1, 0.2, 0.1), (slice(0, 1000), slice(1000, 2000))
    found = resample(np.random.default_rng(0), ensemble, predictions, fitness, parts, rule).ensemble[:100]
    assert found[:, :1000].std() == pytest.approx(0.1, rel=0.02)
    assert found[:, 1000:].std() == pytest.approx(1.0, rel=0.02)


def test_failed_members_are_the_first_to_be_replaced_and_never_donors():
    ensemble, predictions, fitness = members()
    fitness[fitness == 9] = np.nan
    found = resample(np.random.default_rng(0), ensemble, predictions, fitness, PARTS, QUIET)
    assert (found.ensemble[np.isnan(fitness)] == 8).all()
    assert not (found.ensemble == 9).any()


def test_both_parts_of_a_copy_have_one_parent_unless_the_published_defect_gives_each_its_own():
    many = Rule(best_share=0.5, worst_share=0.5, noise_std=0.0)

    def same_parent(defects) -> np.ndarray:
        found = resampled(defects, many, n=100).ensemble
        return found[:, 0] == found[:, 5]

    assert same_parent(()).all()
    assert not same_parent({"separate_donors"}).all()


def test_the_misaligned_form_sorts_members_but_not_predictions_and_overwrites_those_of_the_first_rows():
    found, (_, predictions, _) = resampled({"misaligned_resampling"}), members()
    assert found.ensemble[:, 0].tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 9, 9]
    assert (found.predictions[0][:2] == 9).all()
    np.testing.assert_array_equal(found.predictions[0][2:], predictions[2:])


def test_resampling_twice_is_resampling_the_outcome_with_the_fitness_before_again():
    ensemble, predictions, fitness = members()
    rng = np.random.default_rng(4)
    once = resample(rng, ensemble, predictions, fitness, PARTS, QUIET)
    again = resample(rng, once.ensemble, once.predictions[0], fitness, PARTS, QUIET)
    twice = resampled({"resampled_twice"}, seed=4)
    np.testing.assert_array_equal(twice.ensemble, again.ensemble)


def test_an_update_of_scaled_weights_scaled_back_is_the_update_so_that_the_published_scaling_needs_no_code():
    rng = np.random.default_rng(0)
    ensemble, outputs, observations = rng.normal(0, 300, (12, 30)), rng.random((12, 5, 3)), rng.random((5, 3))
    scale = np.abs(ensemble).max()
    scaled = scale * enkf.update(ensemble / scale, outputs, observations, 0.5 * np.eye(3))
    np.testing.assert_allclose(scaled, enkf.update(ensemble, outputs, observations, 0.5 * np.eye(3)))


def test_weights_beyond_the_bound_are_drawn_around_it_and_others_stay():
    ensemble = np.array([[1500.0] * 4000 + [-1001.0] * 4000 + [999.0, -1000.0]])
    found = redraw_beyond(np.random.default_rng(0), ensemble, 1000, 200)[0]
    assert found[:4000].mean() == pytest.approx(1000, abs=15) and found[4000:8000].mean() == pytest.approx(
        -1000, abs=15
    )
    assert found[:8000].std() == pytest.approx(np.hypot(1000, 200), rel=0.02)
    assert found[8000:].tolist() == [999, -1000]
