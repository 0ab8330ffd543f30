"""What ants meet where they stand: walls, the nest, food (Jimenez-Romero et al. 2024, code)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradfree.tasks.foraging.arena import Colonies, Worlds
from gradfree.tasks.foraging.compass import at, patch_of

Mask = NDArray[np.bool_]


def touch(worlds: Worlds, colonies: Colonies, tick: int) -> tuple[Mask, Mask, Mask]:
    """Lets go of food on the nest and picks up food elsewhere, changes `colonies`.

    Returns:
        Whether an ant touches a wall, picked up food, is on the nest, each (colony, ant).
    """
    on_nest = at(worlds.nest, colonies.x, colonies.y)
    colonies.last_nest_tick[on_nest] = tick
    colonies.carrying &= ~on_nest
    hungry = ~on_nest & ~colonies.carrying & (at(colonies.food, colonies.x, colonies.y) > 0)
    picked_up = _take(worlds, colonies, hungry, tick)
    colonies.last_food_tick[picked_up] = tick
    colonies.carrying |= picked_up
    return at(worlds.wall, colonies.x, colonies.y), picked_up, on_nest


def bring_home(colonies: Colonies) -> Mask:
    """Which ants brought food home (colony, ant): the nest after food since the last time. Forgets both.

    A unit picked up in tick 0 never counts, as published: tick 0 stands for never.
    """
    home = (colonies.last_nest_tick > colonies.last_food_tick) & (colonies.last_food_tick > 0)
    colonies.last_nest_tick[home] = 0
    colonies.last_food_tick[home] = 0
    return home


def all_home(colonies: Colonies) -> Mask:
    """Whether no food is left, neither on the ground nor in transit (colony,)."""
    return np.asarray(~(colonies.food.any(axis=(1, 2)) | colonies.carrying.any(axis=1)))


def priority(key: NDArray[np.uint64], tick: int, n_ants: int) -> NDArray[np.uint64]:
    """Random order of the ants of each colony in a tick (colony, ant), smallest first, never a tie.

    The finalizer of SplitMix64 of key + counter: a bijection, and the same in any order of evaluation.
    """
    z = (key[:, None] + np.uint64(tick * n_ants)) + np.arange(n_ants, dtype=np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _take(worlds: Worlds, colonies: Colonies, hungry: Mask, tick: int) -> Mask:
    """Each hungry ant takes a unit of its patch; if ants outnumber units, a random order decides."""
    took = np.zeros_like(hungry)
    colony, ant = np.nonzero(hungry)
    if not len(colony):
        return took
    row, column = patch_of(colonies.y[hungry]), patch_of(colonies.x[hungry])
    patch = np.ravel_multi_index((colony, row, column), colonies.food.shape)
    order = np.lexsort((priority(worlds.contention_key, tick, hungry.shape[1])[hungry], patch))
    _, first, place = np.unique(patch[order], return_index=True, return_inverse=True)
    rank = np.arange(len(order)) - first[place]
    winners = order[rank < colonies.food.ravel()[patch[order]]]
    took[colony[winners], ant[winners]] = True
    np.subtract.at(colonies.food.reshape(-1), patch[winners], 1)
    return took
