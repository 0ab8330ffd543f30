"""The rule-based colony beside the evolved one: NetLogo model Ants in a world of the arena's size.

Ants that search take food where they find it and otherwise follow weak pheromone; ants that carry drop pheromone and
follow the scent of the nest. They act one after the other in random order. Rules: Wilensky 1997 (NetLogo models
library); parameters: `settings.ants.RuleBased`. Compiled, because one ant after the other is slow otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradfree.compiling import compiled
from gradfree.settings.ants import RuleBased
from gradfree.tasks.foraging import compass, pheromone
from gradfree.tasks.foraging.arena import SCENT_AT_NEST
from gradfree.tasks.foraging.kernels import patch_of, spread

EAST, NORTH = compass.EAST, compass.NORTH


class RuledColony(NamedTuple):
    """One colony: fields (y, x), ants (ant,); patch (0, 0) is the lower left one, the nest is in the middle."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    heading_deg: NDArray[np.int64]
    carrying: NDArray[np.bool_]
    food: NDArray[np.int64]
    pheromone: NDArray[np.float64]
    scent: NDArray[np.float64]
    nest: NDArray[np.bool_]
    returned: NDArray[np.int64]  # (1,) units brought to the nest


class Amounts(NamedTuple):
    """Settings of the pheromone as plain numbers and fields."""

    drop_units: float
    least_sniffed: float
    most_sniffed: float
    diffusion_share: float
    kept: NDArray[np.float64]
    left_over: NDArray[np.float64]
    padded: NDArray[np.float64]


def food_returned(settings: RuleBased, generators: Sequence[np.random.Generator]) -> NDArray[np.int64]:
    """Units of food brought to the nest in one trial per generator (colony,)."""
    return np.array([live(settings, rng).returned[0] for rng in generators], np.int64)


def live(settings: RuleBased, rng: np.random.Generator) -> RuledColony:
    """A colony at the end of its trial."""
    colony, amounts = settle(settings, rng), amounts_of(settings)
    order = rng.permuted(np.tile(np.arange(settings.n_ants), (settings.ticks, 1)), axis=1)
    wiggles_deg = rng.integers(settings.wiggle_deg, size=(settings.ticks, settings.n_ants, 2))
    for tick in range(settings.ticks):
        step(colony, amounts, tick, order[tick], wiggles_deg[tick])
    return colony


def settle(settings: RuleBased, rng: np.random.Generator) -> RuledColony:
    """A colony before its first tick: all ants at the nest with random headings."""
    far_x, far_y = settings.half_width_patches, settings.half_height_patches
    y, x = np.mgrid[-far_y : far_y + 1, -far_x : far_x + 1]
    piles = [np.hypot(x - a, y - b) < settings.pile_radius_patches for a, b in settings.piles]
    distance = np.hypot(x, y)
    return RuledColony(
        x=np.full(settings.n_ants, float(far_x)),
        y=np.full(settings.n_ants, float(far_y)),
        heading_deg=rng.integers(360, size=settings.n_ants),
        carrying=np.zeros(settings.n_ants, bool),
        food=np.any(piles, axis=0) * settings.units_per_pile_patch,
        pheromone=np.zeros(x.shape),
        scent=SCENT_AT_NEST - distance,
        nest=distance < settings.nest_radius_patches,
        returned=np.zeros(1, np.int64),
    )


def amounts_of(settings: RuleBased) -> Amounts:
    """What `step` needs to know of the settings."""
    height, width = 2 * settings.half_height_patches + 1, 2 * settings.half_width_patches + 1
    return Amounts(
        settings.drop_units,
        *settings.sniff_range_units,
        settings.diffusion_share,
        kept=pheromone.kept(height, width, settings.diffusion_share),
        left_over=np.full((height, width), 1 - settings.evaporation_share),
        padded=np.zeros((height + 2, width + 2)),
    )


@compiled
def step(
    colony: RuledColony, amounts: Amounts, tick: int, order: NDArray[np.int64], wiggles_deg: NDArray[np.int64]
) -> None:
    """One tick: ants act in the given order (ant,), ant k from tick k on; then pheromone diffuses and evaporates.

    `wiggles_deg` (ant, 2) are turns to the right and to the left that each ant makes before it walks.
    """
    for ant in order:
        if ant > tick:
            continue
        if colony.carrying[ant]:
            carry(colony, amounts, ant)
        else:
            search(colony, amounts, ant)
        turn(colony, ant, wiggles_deg[ant, 0] - wiggles_deg[ant, 1])
        if not inside(colony, ant, 0):
            turn(colony, ant, 180)
        if inside(colony, ant, 0):  # in a corner neither way is free
            colony.x[ant] += EAST[colony.heading_deg[ant]]
            colony.y[ant] += NORTH[colony.heading_deg[ant]]
    spread(colony.pheromone, amounts.diffusion_share, amounts.kept, amounts.left_over, amounts.padded)


@compiled
def search(colony: RuledColony, amounts: Amounts, ant: int) -> None:
    """Takes food and turns around, or follows pheromone that is weak: strong means that the nest is near."""
    here = patch_of(colony.y[ant]), patch_of(colony.x[ant])
    if colony.food[here] > 0:
        colony.food[here] -= 1
        colony.carrying[ant] = True
        turn(colony, ant, 180)
    elif amounts.least_sniffed <= colony.pheromone[here] < amounts.most_sniffed:
        uphill(colony, colony.pheromone, ant)


@compiled
def carry(colony: RuledColony, amounts: Amounts, ant: int) -> None:
    """Drops food on the nest and turns around, or marks the ground and follows the scent of the nest."""
    here = patch_of(colony.y[ant]), patch_of(colony.x[ant])
    if colony.nest[here]:
        colony.carrying[ant] = False
        colony.returned[0] += 1
        turn(colony, ant, 180)
    else:
        colony.pheromone[here] += amounts.drop_units
        uphill(colony, colony.scent, ant)


@compiled
def uphill(colony: RuledColony, field: NDArray[np.float64], ant: int) -> None:
    """Turns by 45 degrees to the side where there is more, if there is more than ahead."""
    ahead, right, left = smell(colony, field, ant, 0), smell(colony, field, ant, 45), smell(colony, field, ant, -45)
    if right > ahead or left > ahead:
        turn(colony, ant, 45 if right > left else -45)


@compiled
def smell(colony: RuledColony, field: NDArray[np.float64], ant: int, angle_deg: int) -> float:
    """The field one patch away; beyond the world there is nothing."""
    if not inside(colony, ant, angle_deg):
        return 0.0
    heading = (colony.heading_deg[ant] + angle_deg) % 360
    return float(field[patch_of(colony.y[ant] + NORTH[heading]), patch_of(colony.x[ant] + EAST[heading])])


@compiled
def inside(colony: RuledColony, ant: int, angle_deg: int) -> bool:
    """Whether the patch one patch away belongs to the world."""
    heading = (colony.heading_deg[ant] + angle_deg) % 360
    row, column = patch_of(colony.y[ant] + NORTH[heading]), patch_of(colony.x[ant] + EAST[heading])
    return 0 <= row < colony.food.shape[0] and 0 <= column < colony.food.shape[1]


@compiled
def turn(colony: RuledColony, ant: int, angle_deg: int) -> None:
    """To the right."""
    colony.heading_deg[ant] = (colony.heading_deg[ant] + angle_deg) % 360
