"""The rule-based colony: single rules, conservation, and the published performance."""

import numpy as np
import pytest

from gradfree.randomness import Stream
from gradfree.settings.ants import RuleBased
from gradfree.tasks.foraging import rule_based

STREAM = Stream(5, ("ants", "rules"))
ALONE = RuleBased(n_ants=1)


def generators(n: int) -> list[np.random.Generator]:
    return [STREAM.generator(k) for k in range(n)]


def lone_ant(x: float, y: float, heading_deg: int, carrying: bool = False) -> rule_based.RuledColony:
    """Coordinates as in the settings: the nest is at (0, 0)."""
    colony = rule_based.settle(ALONE, STREAM.generator("alone"))
    colony.x[:], colony.y[:] = x + 20, y + 30
    colony.heading_deg[:], colony.carrying[:] = heading_deg, carrying
    return colony


def step(colony: rule_based.RuledColony, right: int = 0, left: int = 0) -> tuple[float, float, int]:
    rule_based.step(colony, rule_based.amounts_of(ALONE), 0, np.array([0]), np.array([[right, left]]))
    return colony.x[0] - 20, colony.y[0] - 30, int(colony.heading_deg[0])


def test_a_searching_ant_takes_food_and_turns_around():
    colony = lone_ant(16, 0, 90)
    assert step(colony) == (15, 0, 270)
    assert colony.carrying.all() and colony.food.sum() == 149


def test_a_carrying_ant_drops_food_on_the_nest_and_turns_around():
    colony = lone_ant(1, 0, 270, carrying=True)
    assert step(colony) == (2, 0, 90)
    assert colony.returned[0] == 1 and not colony.carrying.any()


def test_a_carrying_ant_marks_its_way_and_follows_the_scent_home():
    colony = lone_ant(10, 0.4, 315, carrying=True)
    assert step(colony)[2] == 270
    assert colony.pheromone.sum() == pytest.approx(60 * 0.99)
    assert colony.pheromone[30, 30] == pytest.approx(60 * 0.8 * 0.99)


@pytest.mark.parametrize(("amount", "heading"), [(0.04, 0), (0.05, 45), (1.9, 45), (2.0, 0)])
def test_a_searching_ant_follows_weak_pheromone_only(amount, heading):
    colony = lone_ant(5, 5, 0)
    colony.pheromone[35, 25] = amount
    colony.pheromone[36, 26] = 50.0
    assert step(colony)[2] == heading


def test_ants_wiggle_and_turn_around_at_the_end_of_the_world():
    assert step(lone_ant(5, 5, 0), right=30, left=10)[2] == 20
    assert step(lone_ant(20, 3, 90)) == (19, 3, 270)
    assert step(lone_ant(20, 30, 45)) == pytest.approx((20 - np.sqrt(0.5), 30 - np.sqrt(0.5), 225))


def test_ants_leave_the_nest_one_by_one():
    settings, rng = RuleBased(), STREAM.generator("leaving")
    colony, amounts = rule_based.settle(settings, rng), rule_based.amounts_of(settings)
    for tick in range(4):
        rule_based.step(colony, amounts, tick, rng.permutation(15), np.zeros((15, 2), int))
    walked = np.hypot(colony.x - 20, colony.y - 30)
    np.testing.assert_allclose(walked, [4, 3, 2, 1] + 11 * [0], atol=1e-12)


def test_food_is_conserved():
    settings = RuleBased(piles=((6, 0), (-6, 3)), ticks=200)
    colonies = [rule_based.live(settings, rng) for rng in generators(5)]
    for colony in colonies:
        assert colony.food.sum() + colony.carrying.sum() + colony.returned[0] == 100
    assert min(colony.returned[0] for colony in colonies) > 20


def test_the_default_colony_returns_the_published_amount():
    """Published: 124.45 +/- 19.55 units of 150 over 100 seeds, in two groups, never less than 100 (6.5, T2)."""
    returned = rule_based.food_returned(RuleBased(), generators(30))
    assert returned.mean() == pytest.approx(124.45, abs=4 * 19.55 / np.sqrt(30))
    assert returned.std() == pytest.approx(19.55, abs=5)
    assert returned.min() >= 95 and returned.max() == 150
    assert ((returned > 120) & (returned < 135)).mean() < 0.25
