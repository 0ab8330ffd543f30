"""What output spikes do: turn, step, drop pheromone, in this order (Jimenez-Romero et al. 2024, code)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradfree.settings.ants import Motors
from gradfree.tasks.foraging.arena import Colonies
from gradfree.tasks.foraging.compass import EAST, NORTH, patch_of

Mask = NDArray[np.bool_]


def act(motors: Motors, colonies: Colonies, counts: NDArray[np.integer]) -> tuple[Mask, Mask, Mask, Mask]:
    """Moves ants and marks the ground, changes `colonies`.

    Args:
        motors: settings.
        colonies: theirs.
        counts: spikes in this tick (colony, ant, 4) of the outputs move, left, right and pheromone.

    Returns:
        Who turned left, turned right, moved, dropped pheromone, each (colony, ant).
    """
    left, right = counts[..., 1] > counts[..., 2], counts[..., 2] > counts[..., 1]
    moved, dropped = counts[..., 0] >= 1, counts[..., 3] >= 1
    colonies.heading_deg = (colonies.heading_deg + motors.turn_deg * (right.astype(np.int64) - left)) % 360
    colonies.x += moved * (motors.step_patches * EAST[colonies.heading_deg])
    colonies.y += moved * (motors.step_patches * NORTH[colonies.heading_deg])
    colony, _ = np.nonzero(dropped)
    places = colony, patch_of(colonies.y[dropped]), patch_of(colonies.x[dropped])
    np.add.at(colonies.pheromone, places, motors.drop_units)
    return left, right, moved, dropped
