"""The compiled engine: all ticks of one colony after another, several colonies at a time on several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from gradfree.compiling import compiled
from gradfree.experiments.ant_recording import Recording
from gradfree.models import ant_brain
from gradfree.models import ant_brain_kernels as brains
from gradfree.settings.ants import Colony
from gradfree.tasks.foraging import kernels as world
from gradfree.tasks.foraging import pheromone, scoring
from gradfree.tasks.foraging.arena import Worlds

LANES, STEPS, N_INPUTS, N_OUTPUTS = brains.LANES, brains.STEPS, brains.N_INPUTS, brains.N_OUTPUTS
TICKS, FINISHED_TICK = scoring.TICKS, scoring.FINISHED_TICK


def simulate(
    settings: Colony, synapses: ant_brain.Synapses, worlds: Worlds, recording: Recording, threads: int
) -> NDArray[np.int64]:
    """Fills `recording`, returns the tally (colony, column); the same as `ant_colony.simulate`, bit by bit."""
    if threads < 1:
        raise ValueError(f"threads is {threads}: expected at least 1")
    tally, tables, rules = scoring.empty_tally(len(worlds)), brains.tables(synapses), world.rules(settings)
    height, width = worlds.wall.shape
    kept = pheromone.kept(height, width, settings.pheromone.diffusion_share)
    left_over = pheromone.evaporate(np.ones((height, width)), settings.pheromone.evaporation_share, worlds.inside)
    # Contiguous, whatever the user did to the worlds: another layout would be compiled anew.
    fields = tuple(map(np.ascontiguousarray, (worlds.wall, worlds.nest, worlds.scent)))
    starts = tuple(
        map(np.ascontiguousarray, (worlds.food, worlds.nest_center, worlds.heading_deg, worlds.contention_key))
    )
    spreading = settings.pheromone.every_ticks, settings.pheromone.diffusion_share, kept, left_over

    n_ticks, n_hidden = settings.trial.ticks, synapses.n_hidden

    def work(colony: int) -> None:
        live(colony, n_ticks, rules, tables, n_hidden, fields, starts, spreading, recording, tally)

    if threads == 1:
        for colony in range(len(worlds)):
            work(colony)
    else:
        with ThreadPoolExecutor(threads) as pool:  # the compiled code lets the interpreter's lock go
            list(pool.map(work, range(len(worlds))))
    return tally


@compiled
def live(
    colony: int,
    n_ticks: int,
    rules: world.Rules,
    tables: brains.Tables,
    n_hidden: int,
    fields: tuple[NDArray, ...],
    starts: tuple[NDArray, ...],
    spreading: tuple[int, float, NDArray, NDArray],
    recording: Recording,
    tallies: NDArray[np.int64],
) -> None:
    """One colony from its first tick to its last; the order of events is that of `ant_colony.simulate`."""
    (wall, nest, scent), (every_ticks, share, kept, left_over) = fields, spreading
    food, center, heading_deg, key = starts
    n_ants, tally = heading_deg.shape[1], tallies[colony]
    ground = world.Ground(wall, nest[colony], scent[colony], food[colony].copy(), np.zeros(wall.shape))
    padded = np.zeros((wall.shape[0] + 2, wall.shape[1] + 2))
    ants = world.newborn(n_ants, center[colony], heading_deg[colony])
    groups = [brains.rest(n_hidden) for _ in range((n_ants + LANES - 1) // LANES)]
    sensors = np.zeros((N_INPUTS, len(groups) * LANES))
    counts = np.zeros((N_OUTPUTS, len(groups) * LANES))
    for tick in range(n_ticks):
        world.sense(rules, ground, ants, tick, key[colony], tally, sensors)
        think(groups, tables, colony, sensors, tick, recording.raster[colony], counts)
        world.act(rules, ground, ants, counts, tally)
        tally[TICKS] += 1
        if tick % every_ticks == 0:
            if world.all_home(ground, ants):
                tally[FINISHED_TICK] = tick
            world.spread(ground.pheromone, share, kept, left_over, padded)
        world.clamp(rules, ants)
        record(recording, colony, tick, ground, ants, sensors)
        if tally[FINISHED_TICK] >= 0:
            break


@compiled
def think(
    groups: list[brains.Lanes],
    tables: brains.Tables,
    colony: int,
    sensors: NDArray[np.float64],
    tick: int,
    raster: NDArray[np.uint64],
    counts: NDArray[np.float64],
) -> None:
    """20 ms of all ants, 16 at a time: sensors (input, ant) to spike counts (output, ant), spikes to the raster."""
    for group in range(len(groups)):
        first = group * LANES
        own = sensors[:, first : first + LANES].copy().reshape(N_INPUTS * LANES)
        rows = raster[tick * STEPS : (tick + 1) * STEPS, first : first + LANES]
        brains.tick(groups[group], tables, colony, own, tick, rows)
        counts[:, first : first + LANES] = groups[group].counts.reshape(N_OUTPUTS, LANES)


@compiled
def record(
    recording: Recording,
    colony: int,
    tick: int,
    ground: world.Ground,
    ants: world.Ants,
    sensors: NDArray[np.float64],
) -> None:
    """Takes down one tick."""
    if recording.x.shape[1] > 0:
        for ant in range(len(ants.x)):
            bits = 0
            for sensor in range(N_INPUTS):
                bits |= int(sensors[sensor, ant]) << sensor
            recording.x[colony, tick, ant], recording.y[colony, tick, ant] = ants.x[ant], ants.y[ant]
            recording.heading_deg[colony, tick, ant] = ants.heading_deg[ant]
            recording.sensors[colony, tick, ant] = bits
            recording.actions[colony, tick, ant] = ants.actions[ant]
    for snapshot in range(len(recording.pheromone_ticks)):
        if recording.pheromone_ticks[snapshot] == tick:
            recording.pheromone[colony, snapshot] = ground.pheromone
