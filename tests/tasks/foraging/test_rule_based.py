"""The rule-based colony: single rules, conservation, and the published performance."""

import numpy as np
import pytest

from gradfree.randomness import Stream
from gradfree.settings.ants import RuleBased
from gradfree.tasks.foraging import rule_based

STREAM = Stream(5, ("ants", "rules"))


def generators(n: int) -> list[np.random.Generator]:
    return [STREAM.generator(k) for k in range(n)]


def lone_ant(x: float, y: float, heading_deg: int, carrying: bool = False) -> rule_based.RuledColonies:
    """Coordinates as in the settings: the nest is at (0, 0)."""
    colonies = rule_based.settle(STILL, generators(1))
    colonies.x[:], colonies.y[:] = x + 20, y + 30
    colonies.heading_deg[:], colonies.carrying[:] = heading_deg, carrying
    return colonies


STILL = RuleBased(n_ants=1, wiggle_deg=1)  # random whole angles below 1: no wiggle


def step(colonies: rule_based.RuledColonies) -> tuple[float, float, int]:
    rule_based.step(STILL, colonies, 0, generators(1))
    return colonies.x[0, 0] - 20, colonies.y[0, 0] - 30, int(colonies.heading_deg[0, 0])


def test_a_searching_ant_takes_food_and_turns_around():
    colonies = lone_ant(16, 0, 90)
    assert step(colonies) == (15, 0, 270)
    assert colonies.carrying.all() and colonies.food.sum() == 149


def test_a_carrying_ant_drops_food_on_the_nest_and_turns_around():
    colonies = lone_ant(1, 0, 270, carrying=True)
    assert step(colonies) == (2, 0, 90)
    assert colonies.returned.tolist() == [1] and not colonies.carrying.any()


def test_a_carrying_ant_marks_its_way_and_follows_the_scent_home():
    colonies = lone_ant(10, 0.4, 315, carrying=True)
    assert step(colonies)[2] == 270
    assert colonies.pheromone.sum() == pytest.approx(60 * 0.99)
    assert colonies.pheromone[0, 30, 30] == pytest.approx(60 * 0.8 * 0.99)


@pytest.mark.parametrize(("amount", "heading"), [(0.04, 0), (0.05, 45), (1.9, 45), (2.0, 0)])
def test_a_searching_ant_follows_weak_pheromone_only(amount, heading):
    colonies = lone_ant(5, 5, 0)
    colonies.pheromone[0, 35, 25] = amount
    colonies.pheromone[0, 36, 26] = 50.0
    assert step(colonies)[2] == heading


def test_ants_turn_around_at_the_end_of_the_world_and_wait_for_their_tick():
    colonies = lone_ant(20, 3, 90)
    assert step(colonies) == (19, 3, 270)
    settings = RuleBased()
    colonies = rule_based.settle(settings, generators(2))
    for tick in range(4):
        rule_based.step(settings, colonies, tick, generators(2))
    walked = np.hypot(colonies.x - 20, colonies.y - 30) > 0.5
    assert not walked[:, 4:].any() and walked[:, :3].all()


def test_food_is_conserved():
    settings = RuleBased(piles=((6, 0), (-6, 3)))
    colonies, streams = rule_based.settle(settings, generators(3)), generators(3)
    for tick in range(200):
        rule_based.step(settings, colonies, tick, streams)
        found = colonies.food.sum(axis=(1, 2)) + colonies.carrying.sum(axis=1) + colonies.returned
        assert (found == 100).all()
    assert colonies.returned.min() > 20


def test_the_default_colony_returns_the_published_amount():
    """Published: 124.45 +/- 19.55 units of 150 over 100 seeds, at least 100 (6.5, T2); here 8 seeds."""
    returned = rule_based.food_returned(RuleBased(), generators(8))
    assert 104 < returned.mean() < 144
    assert returned.min() >= 95 and returned.max() <= 150


def test_no_generators_are_refused():
    with pytest.raises(ValueError, match="no generators"):
        rule_based.food_returned(RuleBased(), [])
