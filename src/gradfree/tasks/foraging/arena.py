"""The walled world of a colony, drawn anew for every trial: nest, food, nest scent, headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradfree.settings.ants import Arena, Point, Trial

Field = NDArray[np.float64]
Mask = NDArray[np.bool_]

SCENT_AT_NEST = 200.0


@dataclass(frozen=True)
class Worlds:
    """Worlds before the first tick, one per colony. Fields are (colony, y, x); `wall` and `inside` are (y, x)."""

    wall: Mask
    inside: Mask  # the arena, wall included: where pheromone evaporates
    nest: Mask
    scent: Field
    food: NDArray[np.int64]
    nest_center: NDArray[np.int64]  # (colony, 2) x, y
    heading_deg: NDArray[np.int64]  # (colony, ant)
    contention_key: NDArray[np.uint64]  # (colony,) decides who gets a last unit of food

    def __getitem__(self, colonies: slice | list[int] | NDArray) -> Worlds:
        """The worlds of some colonies; the same one may be taken several times (common random numbers)."""
        own = ("nest", "scent", "food", "nest_center", "heading_deg", "contention_key")
        return Worlds(self.wall, self.inside, **{name: getattr(self, name)[colonies] for name in own})

    def __len__(self) -> int:
        return len(self.nest)


@dataclass
class Colonies:
    """What changes during a trial; arrays (colony, ant), fields (colony, y, x)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    heading_deg: NDArray[np.int64]
    carrying: Mask
    last_food_tick: NDArray[np.int64]
    last_nest_tick: NDArray[np.int64]
    food: NDArray[np.int64]
    pheromone: Field


def draw(arena: Arena, trial: Trial, generators: Sequence[np.random.Generator]) -> Worlds:
    """One world per generator; nothing else is random in a trial.

    Deviation: stray patches are drawn among patches without food, so that the units add up to 152 in every trial, as
    in the recorded data, although their ring meets the pile on the right.
    """
    if not generators:
        raise ValueError("no generators: expected one per world; derive them from named streams")
    wall, inside = _walls(arena)
    piles = _piles(arena) & ~wall
    ring = _ring(arena) & inside & ~wall & ~piles
    if np.count_nonzero(ring) < arena.stray_patches:
        raise ValueError(
            f"{np.count_nonzero(ring)} patches at distance {arena.stray_distance_patches} from {arena.stray_center} "
            f"for {arena.stray_patches} stray patches; widen stray_distance_patches"
        )
    single = [_draw_one(arena, trial, rng, inside & ~wall, piles, ring) for rng in generators]
    return Worlds(wall, inside, *(np.stack(column) for column in zip(*single, strict=True)))


def _draw_one(
    arena: Arena, trial: Trial, rng: np.random.Generator, ground: Mask, piles: Mask, ring: Mask
) -> tuple[Mask, Field, NDArray, NDArray, NDArray, np.uint64]:
    center = int(rng.integers(*arena.nest_x, endpoint=True)), int(rng.integers(*arena.nest_y, endpoint=True))
    heading_deg = rng.integers(360, size=trial.n_ants)
    food = piles * trial.units_per_pile_patch
    food[np.unravel_index(rng.choice(np.flatnonzero(ring), arena.stray_patches, replace=False), ring.shape)] = 1
    distance = _distance(arena, center)
    # Walls and patches with food at the start never smell of the nest: piles are holes in its scent, as published.
    empty = ground & (food == 0)
    scent = np.where(empty, SCENT_AT_NEST - distance, 0.0)
    nest = empty & (distance < arena.nest_radius_patches)
    return nest, scent, food, np.array(center), heading_deg, rng.integers(2**64, dtype=np.uint64)


def settle(worlds: Worlds) -> Colonies:
    """Colonies before their first tick: every ant at the center of its nest."""
    x, y = (np.repeat(worlds.nest_center[:, [axis]], worlds.heading_deg.shape[1], axis=1) for axis in (0, 1))
    return Colonies(
        x=x.astype(float),
        y=y.astype(float),
        heading_deg=worlds.heading_deg.copy(),
        carrying=np.zeros(x.shape, bool),
        last_food_tick=np.zeros(x.shape, np.int64),
        last_nest_tick=np.zeros(x.shape, np.int64),
        food=worlds.food.copy(),
        pheromone=np.zeros(worlds.food.shape),
    )


def bounds(arena: Arena) -> tuple[Point, Point]:
    """Smallest and largest x, then y, of an ant at the end of a tick."""
    (left, bottom), (right, top), margin = arena.lower_left_wall, arena.upper_right_wall, arena.margin_patches
    return (left + margin, right - margin), (bottom + margin, top - margin)


def clamp(arena: Arena, colonies: Colonies) -> None:
    """Moves ants that came too near to the wall back to the margin (end of a tick)."""
    (left, right), (bottom, top) = bounds(arena)
    np.clip(colonies.x, left, right, out=colonies.x)
    np.clip(colonies.y, bottom, top, out=colonies.y)


def _distance(arena: Arena, center: tuple[int, int]) -> Field:
    y, x = np.ogrid[: arena.world_height_patches, : arena.world_width_patches]
    return np.sqrt((x - center[0]) ** 2 + (y - center[1]) ** 2)


def _walls(arena: Arena) -> tuple[Mask, Mask]:
    (left, bottom), (right, top) = arena.lower_left_wall, arena.upper_right_wall
    inside = np.zeros((arena.world_height_patches, arena.world_width_patches), bool)
    inside[bottom : top + 1, left : right + 1] = True
    wall = inside.copy()
    wall[bottom + 1 : top, left + 1 : right] = False
    return wall, inside


def _piles(arena: Arena) -> Mask:
    piles = np.zeros((arena.world_height_patches, arena.world_width_patches), bool)
    for center in arena.piles:
        piles |= _distance(arena, center) < arena.pile_radius_patches
    return piles


def _ring(arena: Arena) -> Mask:
    distance, (nearest, farthest) = _distance(arena, arena.stray_center), arena.stray_distance_patches
    return (nearest < distance) & (distance < farthest)
