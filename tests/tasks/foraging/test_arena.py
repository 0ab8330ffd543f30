"""The drawn world against the counts and distances of the published one."""

import numpy as np
import pytest

from gradfree.randomness import Stream
from gradfree.settings.ants import Arena, Trial
from gradfree.tasks.foraging import arena, compass

STREAM = Stream(7, ("ants", "test"))


def worlds(n: int, **changes: object) -> arena.Worlds:
    return arena.draw(Arena(**changes), Trial(), [STREAM.generator(k) for k in range(n)])


def test_the_arena_is_41_by_60_patches_with_a_wall_around():
    world = worlds(1)
    assert world.inside.shape == (61, 101)
    assert world.inside.sum() == 41 * 60
    assert (world.inside & ~world.wall).sum() == 39 * 58


def test_every_world_holds_152_units_in_three_piles_and_two_stray_patches():
    drawn = worlds(200)
    assert (drawn.food.sum(axis=(1, 2)) == 152).all()
    assert ((drawn.food == 2).sum(axis=(1, 2)) == 75).all()
    colony, y, x = np.nonzero(drawn.food == 1)
    assert (np.bincount(colony) == 2).all()
    distance = np.hypot(x - 82, y - 30)
    assert (distance > 10).all() and (distance < 18).all()
    assert np.ptp(distance) > 7


def test_nests_lie_where_published_and_have_25_patches_less_those_with_food():
    drawn = worlds(300)
    assert drawn.nest_center.min(axis=0).tolist() == [72, 18]
    assert drawn.nest_center.max(axis=0).tolist() == [85, 35]
    patches = drawn.nest.sum(axis=(1, 2))
    assert set(patches) <= {25, 24, 23} and np.median(patches) == 25
    assert not (drawn.nest & (drawn.food > 0)).any()


def test_the_nest_smells_by_distance_except_at_walls_at_food_and_outside():
    drawn = worlds(5)
    silent = drawn.wall | ~drawn.inside | (drawn.food > 0)
    assert (drawn.scent[silent] == 0).all()
    colony, y, x = np.nonzero(~silent)
    center = drawn.nest_center[colony]
    expected = 200 - np.hypot(x - center[:, 0], y - center[:, 1])
    np.testing.assert_allclose(drawn.scent[~silent], expected, rtol=1e-14)


def test_a_world_depends_on_its_name_only_and_can_be_shared():
    many, one = worlds(4), arena.draw(Arena(), Trial(), [STREAM.generator(2)])
    for name in ("food", "scent", "heading_deg", "contention_key"):
        np.testing.assert_array_equal(getattr(many, name)[2], getattr(one, name)[0])
    shared = many[[2, 2, 0]]
    np.testing.assert_array_equal(shared.heading_deg, many.heading_deg[[2, 2, 0]])
    assert len(shared) == 3


def test_ants_start_at_the_nest_with_whole_headings_all_around():
    drawn = worlds(100)
    colonies = arena.settle(drawn)
    np.testing.assert_array_equal(colonies.x, np.repeat(drawn.nest_center[:, :1], 15, axis=1))
    assert np.unique(drawn.heading_deg // 10).size == 36
    assert drawn.heading_deg.max() < 360


def test_headings_are_compass_angles_and_repeat_exactly_from_quadrant_to_quadrant():
    angle = np.arange(360)
    np.testing.assert_allclose(compass.EAST, np.sin(np.radians(angle)), atol=4e-16)
    np.testing.assert_allclose(compass.NORTH, np.cos(np.radians(angle)), atol=4e-16)
    np.testing.assert_array_equal(compass.EAST[-angle % 360], -compass.EAST)
    np.testing.assert_array_equal(compass.NORTH[(180 - angle) % 360], -compass.NORTH)
    np.testing.assert_array_equal(compass.EAST[(90 - angle) % 360], compass.NORTH)


def test_a_patch_reaches_half_a_patch_to_each_side_of_its_center():
    assert compass.patch_of(np.array([-0.5, 61.4999, 61.5, 62.0])).tolist() == [0, 61, 62, 62]


def test_impossible_worlds_are_refused():
    with pytest.raises(ValueError, match=r"0 patches at distance .* for 2 stray patches; widen"):
        worlds(1, stray_distance_patches=(10.0, 10.1), stray_center=(0, 0))
    with pytest.raises(ValueError, match="no generators"):
        arena.draw(Arena(), Trial(), [])
