"""Searches in one small dataset: what was run, what was found, and how far apart configurations are."""

import numpy as np
import pytest
from made_up_searches import GENES, MANUAL, summary

from gradfree.analysis import searches

MARGINS = np.arange(12.0).reshape(2, 2, 3)


def test_margins_are_found_minus_manual_for_the_same_fresh_seed():
    found = summary(MARGINS)
    np.testing.assert_allclose(searches.margins(found, "test"), MARGINS[:, 0])
    np.testing.assert_allclose(searches.margins(found, "letters"), MARGINS[:, 1])


def test_margins_over_another_choice_by_hand_are_those_over_the_manual_one_less_its_lead():
    found = summary(MARGINS, others={"thesis": -4.0, "lucky": 2.0})
    np.testing.assert_allclose(searches.margins(found, "test", over="thesis"), MARGINS[:, 0] + 4.0)
    np.testing.assert_allclose(searches.margins(found, "letters", over="lucky"), MARGINS[:, 1] - 2.0)
    np.testing.assert_allclose(searches.margins(found, "test"), MARGINS[:, 0])


def test_the_best_so_far_never_falls_and_failures_do_not_count():
    fitness = [[None, None], [-3.0, None], [-5.0, -4.0], [None, -1.0]]
    found = summary(MARGINS, n_generations=4, fitness=fitness)
    np.testing.assert_array_equal(searches.best_so_far(found), [[np.nan, -3, -3, -1]] * 2)


def test_shared_runs_are_not_counted_as_inner_runs():
    np.testing.assert_array_equal(searches.n_trained(summary(MARGINS, n_generations=3)), [3, 3])


def test_runs_of_finalists_are_counted_as_inner_runs_and_failed_ones_are_missing():
    found = summary(MARGINS, n_generations=3, finalist_scores=([-40.0, -44.0], [], [-45.0, -43.0]))
    np.testing.assert_array_equal(searches.n_trained(found), [3 + 4] * 2)
    np.testing.assert_array_equal(searches.found_again(found), [-42.0] * 2)
    np.testing.assert_array_equal(found["finalist_score"].isnull().all("again"), [[False, True, False]] * 2)


def test_options_are_kept_by_their_number():
    found = summary(MARGINS, found=[{**MANUAL, "shape": "square"}, MANUAL])
    np.testing.assert_array_equal(found["found_gene"].sel(parameter="shape"), [1, 0])
    assert searches.genes_of(found)["shape"]["options"] == ["round", "square"]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([0.1, 5, 0], 0.0),
        ([0.01, 5, 0], 0.5),  # one of two decades
        ([0.1, 8, 0], 0.3),
        ([0.1, 5, 1], 1.0),
        ([0.01, 9, 0], 0.5),  # the largest difference counts
    ],
)
def test_distance_is_the_largest_share_of_a_range_as_the_search_scales_it(other, expected):
    here, there = np.array([0.1, 5, 0]), np.array(other)
    assert searches.distance(here, there, GENES) == pytest.approx(expected) == searches.distance(there, here, GENES)


def test_distinct_points_are_far_from_all_chosen_before():
    points = [np.array([0.1, size, 0]) for size in (0, 1, 3, 4, 9)]
    assert searches.distinct(points, 0.25, GENES) == [0, 2, 4]
    assert searches.distinct(points, 0.0, GENES) == [0, 1, 2, 3, 4]
