"""The fitness against its closed form (Jimenez-Romero et al. 2024, code)."""

import numpy as np
import pytest

from gradfree.settings.ants import Scoring
from gradfree.tasks.foraging import scoring


def tally(**events: int) -> np.ndarray:
    row = scoring.empty_tally(1)
    for name, count in events.items():
        row[0, scoring.TALLY.index(name)] = count
    return row


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ({"ticks": 2000}, -1000.0),  # a colony that never moves
        ({"ticks": 2000, "moves": 30000, "turns": 30000}, -9100.0),  # full activity without food
        ({"ticks": 2000, "returned": 128, "picked_up": 135, "drops": 900, "wall_contacts": 2}, 27306.5),
        ({"ticks": 1905, "returned": 152, "finished_tick": 1904}, 152 * 220 - 952.5 + 30 * 96),
        ({"ticks": 1, "finished_tick": 0}, 60000 - 0.5),
    ],
)
def test_rewards_and_costs_add_up(events, expected):
    assert scoring.fitness(Scoring(), tally(**events), 2000)[0] == pytest.approx(expected)


def test_a_tally_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"tally of shape \(8,\): expected \(colony, 8\), columns returned, "):
        scoring.fitness(Scoring(), np.zeros(8, int), 2000)
