"""What ants see and smell in worlds small enough to know the answer."""

import numpy as np
import pytest

from gradfree.randomness import Stream
from gradfree.settings.ants import Arena, Senses, Trial
from gradfree.tasks.foraging import arena, sensors

ARENA = Arena(nest_x=(80, 80), nest_y=(30, 30), stray_patches=0)
LEFT, AHEAD, RIGHT = range(3)


def one_ant(x: float, y: float, heading_deg: int) -> tuple[arena.Worlds, arena.Colonies]:
    worlds = arena.draw(ARENA, Trial(n_ants=1), [Stream(1).generator("sensors")])
    colonies = arena.settle(worlds)
    colonies.x[:], colonies.y[:], colonies.heading_deg[:] = x, y, heading_deg
    return worlds, colonies


@pytest.mark.parametrize(
    ("x", "y", "heading", "wall", "food"),
    [
        (80, 54.0, 0, True, False),  # the last sample, 5.5 ahead, lies on y = 59.5, the rim of the wall
        (80, 53.9, 0, False, False),
        (80, 30.0, 90, False, False),
        (98, 45.0, 90, True, False),
        (90, 30.0, 90, False, True),  # the pile spans x 94..98
        (88, 30.0, 90, False, True),  # 5.5 ahead is 93.5
        (87.9, 30.0, 90, False, False),
        (62, 53.0, 90, False, True),
        (62, 53.0, 270, True, False),
        (69, 6.0, 270, False, True),  # food hides the wall behind
        (62, 3.0, 225, True, False),  # into the corner
    ],
)
def test_the_first_object_within_five_and_a_half_patches_is_seen(x, y, heading, wall, food):
    worlds, colonies = one_ant(x, y, heading)
    seen = sensors.view(Senses(), worlds.wall, colonies)
    assert (bool(seen[0][0, 0]), bool(seen[1][0, 0])) == (wall, food)


def test_eaten_food_no_longer_hides_the_wall():
    worlds, colonies = one_ant(64, 6, 270)
    assert sensors.view(Senses(), worlds.wall, colonies)[1].all()
    colonies.food[:] = 0
    wall, food = sensors.view(Senses(), worlds.wall, colonies)
    assert wall.all() and not food.any()


@pytest.mark.parametrize(
    ("drop_at", "expected"),
    [
        ((82, 30), AHEAD),  # one patch ahead of the probe point (81, 30)
        ((82, 31), LEFT),  # north of an ant that looks east
        ((82, 29), RIGHT),
        ((81, 30), AHEAD),  # on the probe point itself nothing is sensed
        ((70, 10), AHEAD),
    ],
)
def test_pheromone_is_smelled_two_patches_ahead_and_ahead_is_the_default(drop_at, expected):
    _, colonies = one_ant(80, 30, 90)
    colonies.pheromone[0, drop_at[1], drop_at[0]] = 5.0
    assert sensors.toward(colonies.pheromone, colonies)[0, 0].tolist() == [way == expected for way in range(3)]


def test_a_tie_of_left_and_right_is_ahead():
    _, colonies = one_ant(80, 30, 90)
    colonies.pheromone[0, [29, 31], 82] = 5.0
    assert sensors.toward(colonies.pheromone, colonies)[0, 0].tolist() == [False, True, False]


@pytest.mark.parametrize(("heading", "expected"), [(270, AHEAD), (330, LEFT), (210, RIGHT)])
def test_the_scent_leads_to_the_nest(heading, expected):
    worlds, colonies = one_ant(90, 30.2, heading)  # the nest lies in the west
    assert np.argmax(sensors.toward(worlds.scent, colonies)[0, 0]) == expected


def test_exactly_one_direction_of_nest_and_smell_is_on_after_the_first_tick():
    worlds = arena.draw(Arena(), Trial(), [Stream(2).generator(k) for k in range(20)])
    colonies, rng = arena.settle(worlds), np.random.default_rng(0)
    colonies.x, colonies.y = rng.uniform(62, 98, colonies.x.shape), rng.uniform(3, 58, colonies.y.shape)
    colonies.pheromone = rng.exponential(size=colonies.pheromone.shape)
    sensed, *_ = sensors.sense(Senses(), worlds, colonies, tick=1)
    assert (sensed[..., 2:5].sum(axis=2) == 1).all()
    assert (sensed[..., 7:10].sum(axis=2) == 1).all()
    assert not (sensed[..., 0] & sensed[..., 1]).any()
    assert sensed[..., [2, 4, 7, 9]].any(axis=(0, 1)).all()


def test_without_smell_its_three_sensors_are_off_and_the_others_the_same():
    worlds, colonies = one_ant(84, 30, 270)
    colonies.pheromone[:] = np.arange(101)
    full, *_ = sensors.sense(Senses(), worlds, colonies, tick=1)
    impaired, *_ = sensors.sense(Senses(smell=False), worlds, colonies, tick=1)
    assert full[..., 2:5].any() and not impaired[..., 2:5].any()
    np.testing.assert_array_equal(np.delete(full, [2, 3, 4], axis=2), np.delete(impaired, [2, 3, 4], axis=2))


@pytest.mark.parametrize("smell", [True, False])
def test_in_the_first_tick_every_sensor_is_on(smell):
    sensed, *_ = sensors.sense(Senses(smell=smell), *one_ant(80, 30, 0), tick=0)
    assert sensed.all()


def test_reward_is_on_in_the_tick_of_the_pick_up_and_food_was_seen_before_it():
    worlds, colonies = one_ant(65, 6, 90)
    colonies.food[:] = 0
    colonies.food[0, 6, 65] = 1
    names = ["wall", "food", "left", "middle", "right", "nociceptive", "reward"]
    for tick, reward in [(1, True), (2, False)]:
        sensed, _, picked_up = sensors.sense(Senses(), worlds, colonies, tick)
        assert bool(sensed[0, 0, names.index("reward")]) == bool(picked_up[0, 0]) == reward
