"""Spike counts become turns, steps and drops."""

import numpy as np
import pytest

from gradfree.randomness import Stream
from gradfree.settings.ants import Arena, Motors, Trial
from gradfree.tasks.foraging import arena, motors

ARENA = Arena(nest_x=(80, 80), nest_y=(30, 30))
MOVE, LEFT, RIGHT, DROP = np.eye(4, dtype=int)


def ants(n: int, heading_deg: int) -> arena.Colonies:
    colonies = arena.settle(arena.draw(ARENA, Trial(n_ants=n), [Stream(4).generator("motors")]))
    colonies.heading_deg[:] = heading_deg
    return colonies


@pytest.mark.parametrize(
    ("counts", "heading"),
    [(LEFT, 359), (RIGHT, 11), (LEFT + RIGHT, 5), (2 * LEFT + RIGHT, 359), (LEFT + 9 * RIGHT, 11), (0 * MOVE, 5)],
)
def test_the_side_with_more_spikes_turns_by_six_degrees(counts, heading):
    colonies = ants(1, 5)
    left, right, *_ = motors.act(Motors(), colonies, counts[None, None])
    assert colonies.heading_deg[0, 0] == heading
    assert (left[0, 0], right[0, 0]) == (heading == 359, heading == 11)


def test_sixty_turns_to_the_right_with_steps_walk_a_closed_polygon():
    colonies = ants(1, 17)
    path = []
    for _ in range(60):
        motors.act(Motors(), colonies, (5 * MOVE + RIGHT)[None, None])
        path.append((colonies.x[0, 0], colonies.y[0, 0]))
    assert path[-1] == pytest.approx((80, 30), abs=1e-12)
    angle = np.radians(17 + 6 * np.arange(1, 61))
    expected = np.array([80, 30]) + np.cumsum(np.stack([np.sin(angle), np.cos(angle)], axis=1), axis=0)
    np.testing.assert_allclose(path, expected, atol=1e-12)


def test_an_ant_turns_then_steps_then_drops_on_the_patch_it_reached():
    colonies = ants(1, 84)
    *_, moved, dropped = motors.act(Motors(), colonies, (MOVE + RIGHT + DROP)[None, None])
    assert moved.all() and dropped.all()
    assert (colonies.x[0, 0], colonies.y[0, 0]) == (81, 30)
    assert colonies.pheromone[0, 30, 81] == colonies.pheromone.sum() == 60


def test_drops_on_one_patch_add_up_and_many_spikes_are_one_drop():
    colonies = ants(3, 0)
    motors.act(Motors(), colonies, np.stack([DROP, 7 * DROP, MOVE])[None])
    assert colonies.pheromone[0, 30, 80] == colonies.pheromone.sum() == 120


def test_nobody_is_left_nearer_to_the_wall_than_two_patches():
    colonies = ants(4, 0)
    colonies.x[0], colonies.y[0] = [61.0, 99.0, 80.0, 97.5], [30.0, 59.0, 2.0, 58.0]
    arena.clamp(ARENA, colonies)
    assert colonies.x[0].tolist() == [62, 98, 80, 97.5]
    assert colonies.y[0].tolist() == [30, 58, 3, 58]
