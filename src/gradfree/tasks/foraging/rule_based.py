"""The rule-based colony beside the evolved one: NetLogo model Ants in a world of the arena's size (ants.md 6.6).

Ants that search take food where they find it and otherwise follow weak pheromone; ants that carry drop pheromone and
follow the scent of the nest. Rules: Wilensky 1997 (NetLogo models library); parameters: `settings.ants.RuleBased`.
Ants act one after the other in random order; colonies are computed side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradfree.settings.ants import RuleBased
from gradfree.tasks.foraging.arena import SCENT_AT_NEST
from gradfree.tasks.foraging.compass import EAST, NORTH, patch_of
from gradfree.tasks.foraging.pheromone import diffuse

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass
class RuledColonies:
    """Colonies of rule-based ants: fields (colony, y, x), ants (colony, ant); patch (0, 0) is the lower left one."""

    x: Vector
    y: Vector
    heading_deg: NDArray[np.int64]
    carrying: Mask
    food: NDArray[np.int64]
    pheromone: Vector
    scent: Vector  # of the nest (y, x)
    nest: Mask  # (y, x)
    returned: NDArray[np.int64]  # (colony,) units brought to the nest


def food_returned(settings: RuleBased, generators: Sequence[np.random.Generator]) -> NDArray[np.int64]:
    """Units of food brought to the nest in one trial per generator (colony,)."""
    colonies = settle(settings, generators)
    for tick in range(settings.ticks):
        step(settings, colonies, tick, generators)
    return colonies.returned


def settle(settings: RuleBased, generators: Sequence[np.random.Generator]) -> RuledColonies:
    """Colonies before the first tick: ants at the nest in the middle of the world, with random headings.

    Raises:
        ValueError: no generators.
    """
    if not generators:
        raise ValueError("no generators: expected one per colony; derive them from named streams")
    y, x = np.mgrid[: 2 * settings.half_height_patches + 1, : 2 * settings.half_width_patches + 1]
    middle = settings.half_width_patches, settings.half_height_patches

    def distance(center: tuple[int, int]) -> Vector:
        return np.sqrt((x - middle[0] - center[0]) ** 2 + (y - middle[1] - center[1]) ** 2)

    pile = np.any([distance(center) < settings.pile_radius_patches for center in settings.piles], axis=0)
    ants, n_colonies = (len(generators), settings.n_ants), len(generators)
    return RuledColonies(
        x=np.full(ants, float(middle[0])),
        y=np.full(ants, float(middle[1])),
        heading_deg=np.stack([rng.integers(360, size=settings.n_ants) for rng in generators]),
        carrying=np.zeros(ants, bool),
        food=np.repeat(pile[None] * settings.units_per_pile_patch, n_colonies, axis=0),
        pheromone=np.zeros((n_colonies, *pile.shape)),
        scent=SCENT_AT_NEST - distance((0, 0)),
        nest=distance((0, 0)) < settings.nest_radius_patches,
        returned=np.zeros(n_colonies, np.int64),
    )


def step(settings: RuleBased, colonies: RuledColonies, tick: int, generators: Sequence[np.random.Generator]) -> None:
    """One tick: every ant acts, then pheromone diffuses and evaporates. Ant number k waits until tick k."""
    n_colonies, n_ants = colonies.x.shape
    order = np.stack([rng.permutation(n_ants) for rng in generators])
    wiggles = np.stack([rng.integers(settings.wiggle_deg, size=(n_ants, 2)) for rng in generators])
    everyone = np.arange(n_colonies)
    for turn in range(n_ants):
        one = everyone, order[:, turn]
        one = one[0][one[1] <= tick], one[1][one[1] <= tick]
        _handle_food(settings, colonies, one)
        right, left = wiggles[one].T
        colonies.heading_deg[one] = (colonies.heading_deg[one] + right - left) % 360
        _walk(colonies, one)
    colonies.pheromone = diffuse(colonies.pheromone, settings.diffusion_share) * (1 - settings.evaporation_share)


Ones = tuple[NDArray[np.int64], NDArray[np.int64]]  # colony and ant, at most one ant of each colony


def _handle_food(settings: RuleBased, colonies: RuledColonies, one: Ones) -> None:
    """Takes or drops food and turns around, or else follows pheromone or the scent of the nest."""
    carrying, colony = colonies.carrying[one], one[0]
    place = colony, patch_of(colonies.y[one]), patch_of(colonies.x[one])
    smelled, found, home = colonies.pheromone[place], colonies.food[place] > 0, colonies.nest[place[1:]]
    takes, drops = ~carrying & found, carrying & home
    colonies.food[place] -= takes
    colonies.returned[colony] += drops
    colonies.carrying[one] = (carrying | takes) & ~drops
    homing = carrying & ~home
    colonies.pheromone[place] += settings.drop_units * homing
    low, high = settings.sniff_range_units
    trailing = ~carrying & ~found & (low <= smelled) & (smelled < high)
    turn = np.where(takes | drops, 180, 0)
    turn = np.where(trailing, _uphill(colonies, colonies.pheromone, one), turn)
    turn = np.where(homing, _uphill(colonies, np.broadcast_to(colonies.scent, colonies.food.shape), one), turn)
    colonies.heading_deg[one] = (colonies.heading_deg[one] + turn) % 360


def _uphill(colonies: RuledColonies, field: Vector, one: Ones) -> NDArray[np.int64]:
    """Turn of 45 degrees to the side with more than ahead, one patch away; beyond the world there is nothing."""
    ahead, right, left = (_smell(colonies, field, one, angle) for angle in (0, 45, -45))
    return np.where((right > ahead) | (left > ahead), np.where(right > left, 45, -45), 0)


def _smell(colonies: RuledColonies, field: Vector, one: Ones, angle_deg: int) -> Vector:
    row, column, inside = _patch_ahead(colonies, one, angle_deg)
    return np.where(inside, field[one[0], np.where(inside, row, 0), np.where(inside, column, 0)], 0.0)


def _walk(colonies: RuledColonies, one: Ones) -> None:
    """One patch ahead, after turning around where the world ends."""
    inside = _patch_ahead(colonies, one, 0)[2]
    colonies.heading_deg[one] = (colonies.heading_deg[one] + np.where(inside, 0, 180)) % 360
    moves = _patch_ahead(colonies, one, 0)[2]  # in a corner neither way is free
    colonies.x[one] += moves * EAST[colonies.heading_deg[one]]
    colonies.y[one] += moves * NORTH[colonies.heading_deg[one]]


def _patch_ahead(
    colonies: RuledColonies, one: Ones, angle_deg: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Mask]:
    heading = (colonies.heading_deg[one] + angle_deg) % 360
    row = patch_of(colonies.y[one] + NORTH[heading])
    column = patch_of(colonies.x[one] + EAST[heading])
    height, width = colonies.food.shape[1:]
    return row, column, (row >= 0) & (row < height) & (column >= 0) & (column < width)
