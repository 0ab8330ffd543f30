"""The rules of the world compiled, for one colony at a time. What they mean stands in the modules of the same names."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradfree.compiling import compiled
from gradfree.settings.ants import Colony
from gradfree.tasks.foraging import arena, compass, scoring, sensors

EAST, NORTH = compass.EAST, compass.NORTH
N_SENSORS = sensors.N_SENSORS
RETURNED, PICKED_UP, WALL_CONTACTS = scoring.RETURNED, scoring.PICKED_UP, scoring.WALL_CONTACTS
TURNS, MOVES, DROPS = scoring.TURNS, scoring.MOVES, scoring.DROPS
LEFT_ACTION, RIGHT_ACTION, MOVED, DROPPED, TOOK_FOOD, BROUGHT_HOME = 1, 2, 4, 8, 16, 32  # bits of an action


class Rules(NamedTuple):
    """Settings as plain numbers."""

    n_samples: int
    view_spacing: float
    smell: bool
    turn_deg: int
    step: float
    drop_units: float
    left: float
    right: float
    bottom: float
    top: float


class Ground(NamedTuple):
    """Fields of one colony, all (y, x)."""

    wall: NDArray[np.bool_]
    nest: NDArray[np.bool_]
    scent: NDArray[np.float64]
    food: NDArray[np.int64]
    pheromone: NDArray[np.float64]


class Ants(NamedTuple):
    """Ants of one colony, all (ant,)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    heading_deg: NDArray[np.int64]
    carrying: NDArray[np.bool_]
    hungry_at: NDArray[np.int64]  # patch on which a unit is wanted in this tick, else -1
    last_food_tick: NDArray[np.int64]
    last_nest_tick: NDArray[np.int64]
    actions: NDArray[np.uint8]  # of this tick


def rules(settings: Colony) -> Rules:
    """The numbers the kernels need."""
    (left, right), (bottom, top) = arena.bounds(settings.arena)
    return Rules(
        n_samples=sensors.n_samples(settings.senses),
        view_spacing=settings.senses.view_spacing_patches,
        smell=settings.senses.smell,
        turn_deg=settings.motors.turn_deg,
        step=settings.motors.step_patches,
        drop_units=settings.motors.drop_units,
        left=float(left),
        right=float(right),
        bottom=float(bottom),
        top=float(top),
    )


@compiled
def patch_of(coordinate: float) -> int:
    """The patch a coordinate lies in."""
    return math.floor(coordinate + 0.5)


@compiled
def newborn(n_ants: int, center: NDArray[np.int64], heading_deg: NDArray[np.int64]) -> Ants:
    """Ants before their first tick: all at the center (x, y) of the nest."""
    return Ants(
        np.full(n_ants, float(center[0])),
        np.full(n_ants, float(center[1])),
        heading_deg.copy(),
        np.zeros(n_ants, np.bool_),
        np.zeros(n_ants, np.int64),
        np.zeros(n_ants, np.int64),
        np.zeros(n_ants, np.int64),
        np.zeros(n_ants, np.uint8),
    )


@compiled
def sense(
    rules: Rules, ground: Ground, ants: Ants, tick: int, key: np.uint64, tally: NDArray, out: NDArray[np.float64]
) -> None:
    """Sets out (sensor, ant) to 0.0 or 1.0, picks up and lets go of food."""
    n_ants = len(ants.x)
    out[:, :n_ants] = 0.0
    for ant in range(n_ants):
        view(rules, ground, ants, ant, out)
        if rules.smell:
            toward(ground.pheromone, ants, ant, out, 2)
        toward(ground.scent, ants, ant, out, 7)
    touch(ground, ants, tick, out, tally)
    take(ground, ants, tick, key, out, tally)
    if tick == 0:
        out[:, :n_ants] = 1.0


@compiled
def view(rules: Rules, ground: Ground, ants: Ants, ant: int, out: NDArray[np.float64]) -> None:
    """Sensors 0 (wall) and 1 (food)."""
    east, north = EAST[ants.heading_deg[ant]], NORTH[ants.heading_deg[ant]]
    for sample in range(1, rules.n_samples + 1):
        distance = rules.view_spacing * sample
        x, y = patch_of(ants.x[ant] + distance * east), patch_of(ants.y[ant] + distance * north)
        if ground.wall[y, x]:
            out[0, ant] = 1.0
            return
        if ground.food[y, x] > 0:
            out[1, ant] = 1.0
            return


@compiled
def toward(field: NDArray[np.float64], ants: Ants, ant: int, out: NDArray[np.float64], first: int) -> None:
    """Three sensors from `first` on: left, ahead, right."""
    heading = ants.heading_deg[ant]
    x, y = ants.x[ant] + EAST[heading], ants.y[ant] + NORTH[heading]
    a, b = heading - 45, heading + 45
    a, b = a + 360 if a < 0 else a, b - 360 if b >= 360 else b
    left = field[patch_of(y + NORTH[a]), patch_of(x + EAST[a])]
    ahead = field[patch_of(y + NORTH[heading]), patch_of(x + EAST[heading])]
    right = field[patch_of(y + NORTH[b]), patch_of(x + EAST[b])]
    if right > ahead and right > left:
        out[first + 2, ant] = 1.0
    elif left > ahead and left > right:
        out[first, ant] = 1.0
    else:
        out[first + 1, ant] = 1.0


@compiled
def touch(ground: Ground, ants: Ants, tick: int, out: NDArray[np.float64], tally: NDArray[np.int64]) -> None:
    """Sensors 5 (wall contact) and 10 (on the nest); lets go of food there, notes who wants a unit elsewhere."""
    for ant in range(len(ants.x)):
        x, y = patch_of(ants.x[ant]), patch_of(ants.y[ant])
        ants.hungry_at[ant] = -1
        if ground.wall[y, x]:
            out[5, ant] = 1.0
            tally[WALL_CONTACTS] += 1
        if ground.nest[y, x]:
            out[10, ant] = 1.0
            ants.last_nest_tick[ant] = tick
            ants.carrying[ant] = False
        elif ground.food[y, x] > 0 and not ants.carrying[ant]:
            ants.hungry_at[ant] = y * ground.food.shape[1] + x


@compiled
def priority(key: np.uint64, tick: int, n_ants: int, ant: int) -> np.uint64:
    """Rank of an ant in the random order of a tick; see `contacts.priority`."""
    z = key + np.uint64(tick * n_ants) + np.uint64(ant)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled
def take(
    ground: Ground, ants: Ants, tick: int, key: np.uint64, out: NDArray[np.float64], tally: NDArray[np.int64]
) -> None:
    """Sensor 6 (reward): each hungry ant takes a unit of its patch; if ants outnumber units, a random order decides."""
    n_ants, width = len(ants.x), ground.food.shape[1]
    for ant in range(n_ants):
        ants.actions[ant] = 0
        if ants.hungry_at[ant] < 0:
            continue
        own, ahead = priority(key, tick, n_ants, ant), 0
        for other in range(n_ants):
            same_patch = ants.hungry_at[other] == ants.hungry_at[ant]
            if same_patch and priority(key, tick, n_ants, other) < own:
                ahead += 1
        if ahead < ground.food[ants.hungry_at[ant] // width, ants.hungry_at[ant] % width]:
            ants.actions[ant] = TOOK_FOOD
            out[6, ant] = 1.0
    for ant in range(n_ants):
        if ants.actions[ant] == TOOK_FOOD:
            ground.food[ants.hungry_at[ant] // width, ants.hungry_at[ant] % width] -= 1
            ants.carrying[ant] = True
            ants.last_food_tick[ant] = tick
            tally[PICKED_UP] += 1


@compiled
def act(rules: Rules, ground: Ground, ants: Ants, counts: NDArray[np.float64], tally: NDArray[np.int64]) -> None:
    """Turns, steps, drops by spike counts (output, ant), then scores food brought home."""
    for ant in range(len(ants.x)):
        move, left, right, drop = counts[0, ant], counts[1, ant], counts[2, ant], counts[3, ant]
        action = ants.actions[ant]
        if left != right:
            heading = ants.heading_deg[ant] + (rules.turn_deg if right > left else 360 - rules.turn_deg)
            ants.heading_deg[ant] = heading - 360 if heading >= 360 else heading
            action |= RIGHT_ACTION if right > left else LEFT_ACTION
            tally[TURNS] += 1
        if move >= 1:
            ants.x[ant] += rules.step * EAST[ants.heading_deg[ant]]
            ants.y[ant] += rules.step * NORTH[ants.heading_deg[ant]]
            action |= MOVED
            tally[MOVES] += 1
        if drop >= 1:
            ground.pheromone[patch_of(ants.y[ant]), patch_of(ants.x[ant])] += rules.drop_units
            action |= DROPPED
            tally[DROPS] += 1
        if ants.last_nest_tick[ant] > ants.last_food_tick[ant] > 0:
            ants.last_nest_tick[ant] = ants.last_food_tick[ant] = 0
            action |= BROUGHT_HOME
            tally[RETURNED] += 1
        ants.actions[ant] = action


@compiled
def all_home(ground: Ground, ants: Ants) -> bool:
    """Whether no food is left, neither on the ground nor in transit."""
    return not ants.carrying.any() and not ground.food.any()


@compiled
def spread(
    field: NDArray[np.float64],
    share: float,
    kept: NDArray[np.float64],
    left_over: NDArray[np.float64],
    padded: NDArray[np.float64],
) -> None:
    """Diffusion and evaporation in place; neighbors are added in the order of `pheromone.diffuse`.

    Each patch gives `share` of its value away, has the share `kept` (y, x) afterwards, and loses all but `left_over`
    (y, x) of what it then has. `padded` (y + 2, x + 2) is scratch with a rim of zeros.
    """
    (height, width), f, eighth = field.shape, padded, share / 8
    f[1 : height + 1, 1 : width + 1] = field
    for y in range(height):
        for x in range(width):
            sides = (f[y + 1, x] + f[y + 1, x + 2]) + (f[y, x + 1] + f[y + 2, x + 1])
            corners = (f[y, x] + f[y + 2, x + 2]) + (f[y, x + 2] + f[y + 2, x])
            field[y, x] = (f[y + 1, x + 1] * kept[y, x] + eighth * (sides + corners)) * left_over[y, x]


@compiled
def clamp(rules: Rules, ants: Ants) -> None:
    """Moves ants that came too near to the wall back to the margin."""
    for ant in range(len(ants.x)):
        ants.x[ant] = min(max(ants.x[ant], rules.left), rules.right)
        ants.y[ant] = min(max(ants.y[ant], rules.bottom), rules.top)
