"""Ant colonies with spiking brains forage: the readable engine, and the door to both engines.

A tick: look, smell, touch (food changes hands), 20 ms of brain, turn, step and drop, count food brought home; in every
7th tick see whether all is done, diffuse and evaporate; keep clear of the wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradfree.experiments import ant_recording as records
from gradfree.models import ant_brain
from gradfree.settings.ants import Colony
from gradfree.tasks.foraging import arena, contacts, motors, pheromone, scoring, sensors


@dataclass(frozen=True)
class Outcome:
    """What colonies achieved: `fitness` (colony,), the `tally` of events (colony, column) it comes from, records."""

    fitness: NDArray[np.float64]
    tally: NDArray[np.int64]
    recording: records.Recording

    @property
    def food_returned(self) -> NDArray[np.int64]:
        """Units brought to the nest (colony,)."""
        return self.tally[:, scoring.RETURNED]


def run(
    settings: Colony,
    weights: ArrayLike,
    delays: ArrayLike,
    worlds: arena.Worlds,
    wanted: records.Wanted = records.NOTHING,
    engine: Literal["compiled", "readable"] = "compiled",
    threads: int = 1,
) -> Outcome:
    """One trial per colony. Colonies do not meet; each result depends on its genome and its world alone.

    Args:
        settings: world, brain and trial.
        weights, delays: genomes (colony, gene), see `ant_brain.connect`.
        worlds: one per colony, from `arena.draw`; take the same one for several genomes to compare them fairly.
        wanted: what to record.
        engine: both give the same numbers, bit by bit; the readable one is several times slower.
        threads: of the compiled engine; the result does not depend on them.

    Raises:
        ValueError: genomes do not fit the brain or the worlds do not fit the genomes.
    """
    synapses = ant_brain.connect(weights, delays, settings.brain.n_hidden, settings.brain.n_dead_genes)
    _require_worlds(settings, len(synapses.kicks), worlds)
    recording = records.allocate(settings, len(worlds), wanted)
    if engine == "compiled":
        from gradfree.experiments import ant_colony_kernel  # numba is heavy: only those who need it pay for it

        tally = ant_colony_kernel.simulate(settings, synapses, worlds, recording, threads)
    else:
        tally = simulate(settings, synapses, worlds, recording)
    return Outcome(scoring.fitness(settings.scoring, tally, settings.trial.ticks), tally, recording)


def simulate(
    settings: Colony, synapses: ant_brain.Synapses, worlds: arena.Worlds, recording: records.Recording
) -> NDArray[np.int64]:
    """The readable engine: fills `recording`, returns the tally (colony, column)."""
    colonies, tally = arena.settle(worlds), scoring.empty_tally(len(worlds))
    brains = ant_brain.rest(len(worlds), settings.trial.n_ants, synapses.n_hidden)
    for tick in range(settings.trial.ticks):
        running = tally[:, scoring.FINISHED_TICK] < 0
        if not running.any():
            break
        sensed, wall_contact, picked_up = sensors.sense(settings.senses, worlds, colonies, tick)
        spikes = ant_brain.tick(brains, synapses, sensed)
        counts = spikes[..., synapses.n_hidden :].sum(axis=2)
        left, right, moved, dropped = motors.act(settings.motors, colonies, counts)
        home = contacts.bring_home(colonies)
        events = (home, picked_up, wall_contact, left | right, moved, dropped)
        tally[running, :6] += np.stack([event.sum(axis=1) for event in events], axis=1)[running]
        tally[running, scoring.TICKS] += 1
        if tick % settings.pheromone.every_ticks == 0:
            tally[running & contacts.all_home(colonies), scoring.FINISHED_TICK] = tick
            field = pheromone.diffuse(colonies.pheromone, settings.pheromone.diffusion_share)
            colonies.pheromone = pheromone.evaporate(field, settings.pheromone.evaporation_share, worlds.inside)
        arena.clamp(settings.arena, colonies)
        actions = np.stack([left, right, moved, dropped, picked_up, home], axis=-1)
        _record(recording, tick, running, colonies, sensed, actions, spikes)
    return tally


def _record(
    recording: records.Recording,
    tick: int,
    running: NDArray[np.bool_],
    colonies: arena.Colonies,
    sensed: NDArray[np.bool_],
    actions: NDArray[np.bool_],
    spikes: NDArray[np.bool_],
) -> None:
    """Takes down one tick of the colonies that are still running."""
    if recording.x.shape[1]:
        recording.x[running, tick], recording.y[running, tick] = colonies.x[running], colonies.y[running]
        recording.heading_deg[running, tick] = colonies.heading_deg[running]
        recording.sensors[running, tick] = records.pack(sensed)[running]
        recording.actions[running, tick] = records.pack(actions)[running]
    if recording.raster.shape[1]:
        steps = slice(tick * ant_brain.STEPS_PER_TICK, (tick + 1) * ant_brain.STEPS_PER_TICK)
        recording.raster[running, steps] = records.pack(spikes).swapaxes(1, 2)[running]
    for snapshot in np.flatnonzero(recording.pheromone_ticks == tick):
        recording.pheromone[running, snapshot] = colonies.pheromone[running]


def _require_worlds(settings: Colony, n_colonies: int, worlds: arena.Worlds) -> None:
    trial = settings.trial
    expected = {
        "colonies": (n_colonies, len(worlds)),
        "ants per colony": (trial.n_ants, worlds.heading_deg.shape[1]),
        "rows of patches": (settings.arena.world_height_patches, worlds.food.shape[1]),
        "columns of patches": (settings.arena.world_width_patches, worlds.food.shape[2]),
    }
    for what, (want, have) in expected.items():
        if want != have:
            raise ValueError(
                f"worlds with {have} {what}: expected {want}; draw one world per genome with these settings"
            )
