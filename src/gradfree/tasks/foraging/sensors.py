"""The 11 binary sensors of an ant (Jimenez-Romero et al. 2024, code), for all ants of all colonies.

Order: wall and food in view, smell of pheromone left, ahead, right, wall contact, reward, nest left, ahead, right, on
the nest. What an ant carries it cannot sense.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradfree.settings.ants import Senses
from gradfree.tasks.foraging.arena import Colonies, Worlds
from gradfree.tasks.foraging.compass import EAST, NORTH, at
from gradfree.tasks.foraging.contacts import touch

Mask = NDArray[np.bool_]

N_SENSORS = 11
PROBE_ANGLES_DEG = np.array([-45, 0, 45])  # left, ahead, right


def sense(senses: Senses, worlds: Worlds, colonies: Colonies, tick: int) -> tuple[Mask, Mask, Mask]:
    """Steps 1 to 4 of a tick: looks, smells, then touches, which picks up and lets go of food in `colonies`.

    Args:
        senses: settings; without `smell` its three sensors stay off, as in the published impaired model.
        worlds, colonies: the ants' world.
        tick: number of the tick; in tick 0 all sensors are on, as published.

    Returns:
        Sensors (colony, ant, sensor), and who touches a wall and who picked up food (colony, ant).
    """
    smell = toward(colonies.pheromone, colonies) if senses.smell else np.zeros((*colonies.x.shape, 3), bool)
    distant = [*view(senses, worlds.wall, colonies), smell]
    nest = toward(worlds.scent, colonies)
    wall_contact, picked_up, on_nest = touch(worlds, colonies, tick)
    parts = [*distant, wall_contact, picked_up, nest, on_nest]
    sensors = np.concatenate([part.reshape(*colonies.x.shape, -1) for part in parts], axis=2)
    return sensors if tick else np.ones_like(sensors), wall_contact, picked_up


def n_samples(senses: Senses) -> int:
    """Samples of the visual ray: every half patch from 0.5 to 5.5 at the published distance of 5."""
    return int((senses.view_distance_patches + 0.5) / senses.view_spacing_patches + 1e-9)


def view(senses: Senses, wall: Mask, colonies: Colonies) -> tuple[Mask, Mask]:
    """Whether the first object straight ahead is a wall, or food (colony, ant)."""
    distance = senses.view_spacing_patches * np.arange(1, n_samples(senses) + 1)
    heading = colonies.heading_deg[..., None]
    x, y = colonies.x[..., None] + distance * EAST[heading], colonies.y[..., None] + distance * NORTH[heading]
    # A ray ends at the wall; what lies beyond may be outside the world.
    height, width = wall.shape
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    walls, food = at(wall, x, y), at(colonies.food, x, y) > 0
    first = np.argmax(walls | food, axis=2)[..., None]
    return np.take_along_axis(walls, first, axis=2)[..., 0], np.take_along_axis(food, first, axis=2)[..., 0]


def toward(field: NDArray[np.float64], colonies: Colonies) -> Mask:
    """Which way a field rises, seen from one patch ahead: left, ahead (if neither wins) or right (colony, ant, 3)."""
    angle = (colonies.heading_deg[..., None] + PROBE_ANGLES_DEG) % 360
    x = (colonies.x + EAST[colonies.heading_deg])[..., None] + EAST[angle]
    y = (colonies.y + NORTH[colonies.heading_deg])[..., None] + NORTH[angle]
    left, ahead, right = np.moveaxis(at(field, x, y), -1, 0)
    is_right = (right > ahead) & (right > left)
    is_left = (left > ahead) & (left > right)
    return np.stack([is_left, ~(is_left | is_right), is_right], axis=-1)
