"""What is measured of recorded trials, on trials made by hand."""

import numpy as np
import pytest

from gradfree.analysis import foraging

INPUTS = ["wall", "food", "reward", "on_nest"]
ACTIONS = ["moved", "turned_left", "turned_right", "dropped", "picked_up", "returned"]
UNSHIFTED = np.zeros((1, 2), np.int64)


def trial(n_ticks: int = 10, n_ants: int = 2, **events: list[tuple[int, int]]) -> foraging.Trial:
    """Two ants that walk east, one patch per tick, one above the other; sensors and actions at (tick, ant)."""
    sensors = np.zeros((n_ticks, n_ants, len(INPUTS)), bool)
    actions = np.zeros((n_ticks, n_ants, len(ACTIONS)), bool)
    for name, places in events.items():
        channel, array = (INPUTS.index(name), sensors) if name in INPUTS else (ACTIONS.index(name), actions)
        for place in places:
            array[(*place, channel)] = True
    x = np.repeat(np.arange(n_ticks, dtype=float)[:, None], n_ants, axis=1)
    y = np.repeat(np.arange(n_ants, dtype=float)[None], n_ticks, axis=0)
    return foraging.Trial(x, y, sensors, actions, np.zeros((n_ticks, n_ants, 4)), INPUTS, ACTIONS)


def test_shares_of_actions_are_per_ant_and_tick():
    found = foraging.activity(trial(moved=[(0, 0), (1, 0)], picked_up=[(3, 0), (4, 0), (5, 1)], returned=[(9, 1)]))
    assert found["move_share"] == 2 / 20 and found["pick_ups"] == 3 and found["food_returned"] == 1
    assert found["pick_ups_variation"] == pytest.approx(0.5 / 1.5)


def test_drops_are_counted_by_what_ants_sense_and_the_first_tick_is_none():
    one = trial(on_nest=[(0, 0), (1, 0), (2, 0)], food=[(5, 1)], dropped=[(0, 0), (1, 0), (5, 1), (6, 1)])
    found = foraging.drops_by_context(one, UNSHIFTED)
    np.testing.assert_allclose(found["drop_probability"], [1 / 2, np.nan, 1, 1 / (18 - 3)])
    np.testing.assert_array_equal(found["drop_probability_chance"][0], found["drop_probability"])


def test_shifted_in_time_drops_lose_their_place():
    one = trial(on_nest=[(1, 0), (2, 0)], dropped=[(1, 0), (2, 0)])
    found = foraging.drops_by_context(one, np.array([[4, 4]]))
    assert found["drop_probability"][0] == 1 and found["drop_probability_chance"][0, 0] == 0


def test_food_is_taken_from_where_the_ant_stood_before_it_moved():
    food = np.zeros((3, 10), int)
    food[1, 4] = 2
    left = foraging.food_left(trial(picked_up=[(5, 1)]), food, np.array([4, 5, 9]))
    assert left[:, 1, 4].tolist() == [2, 1, 1] and left.sum() == 4


def test_units_home_stay_after_an_early_end():
    home = foraging.returned_over_time(trial(returned=[(0, 0), (3, 1), (9, 0)]), 5, 20)
    assert home.tolist() == [2, 3, 3, 3]


def test_a_straight_way_home_has_straightness_one_and_none_is_nan():
    found = foraging.trips(trial(picked_up=[(2, 0)], returned=[(8, 0)]))
    assert found == {"trip_ticks": 6, "trip_straightness": pytest.approx(1.0)}
    assert np.isnan(foraging.trips(trial())["trip_ticks"])


def test_ants_side_by_side_have_correlated_distances_and_a_neighbor_one_patch_away():
    nest = np.zeros((3, 40), int)
    nest[0, 0] = 1
    found = foraging.together(trial(40), nest, np.array([[0, 20]]))
    assert found["distance_correlation"] == pytest.approx(1, abs=0.01) and found["nearest_ant"] == 1
    assert found["distance_correlation_chance"] < 0 and found["nearest_ant_chance"] > 10


def test_trails_show_as_more_on_the_ways_than_beside_them_at_equal_distance():
    y, x = np.mgrid[:41, :41]
    nest, food = (np.hypot(x - 20, y - 20) < 2), (np.hypot(x - 36, y - 20) < 2).astype(int)
    way = (np.abs(y - 20) <= 3) & (x > 20) & (x < 36)
    inside = np.ones_like(nest)
    assert foraging.trail_contrast(99.0 * way, nest, food, inside) == pytest.approx(2, abs=0.2)
    ring = 50.0 * np.exp(-np.hypot(x - 20, y - 20) / 5)
    assert abs(foraging.trail_contrast(ring, nest, food, inside)) < 0.05


def test_time_on_patches_adds_up_to_all_ant_ticks():
    counts = foraging.occupancy(trial(), (3, 10))
    assert counts.sum() == 20 and counts[2].sum() == 0 and (counts[:2] == 1).all()


def test_ants_that_react_alike_have_no_diversity():
    found = np.zeros((3, 4, 2, 5))
    found[..., 0] = np.arange(8).reshape(4, 2) / 10
    assert foraging.diversity(found) == pytest.approx(0)
    found[0, :, :, 0] += 0.3
    assert foraging.diversity(found) > 0.1
