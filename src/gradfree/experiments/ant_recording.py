"""What a simulation of ant colonies can record: where ants are, what they sense and do, spikes, pheromone maps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradfree.models.ant_brain import OUTPUTS, STEPS_PER_TICK
from gradfree.settings.ants import Colony

ACTIONS = ("turned_left", "turned_right", "moved", "dropped", "picked_up", "returned")
"""Bits of an action, the lowest first."""


class Wanted(NamedTuple):
    """What to record; nothing by default."""

    tracks: bool = False
    """Position, heading, sensors and actions of every ant in every tick."""
    spikes: bool = False
    """Every spike of every hidden and output neuron: 8 bytes per ant and millisecond until they become events."""
    pheromone_ticks: tuple[int, ...] = ()
    """Ticks at whose end the pheromone field is kept."""


NOTHING = Wanted()


class Recording(NamedTuple):
    """Records of colonies; what was not wanted has no ticks. Rows after an early end keep NaN and 0."""

    x: NDArray[np.float64]  # (colony, tick, ant) at the end of the tick
    y: NDArray[np.float64]
    heading_deg: NDArray[np.int16]
    sensors: NDArray[np.uint16]  # bits in the order of `ant_brain.INPUTS`
    actions: NDArray[np.uint8]  # bits in the order of `ACTIONS`
    raster: NDArray[np.uint64]  # (colony, step of 1 ms, ant) bits: hidden neurons, then outputs
    pheromone_ticks: NDArray[np.int64]
    pheromone: NDArray[np.float64]  # (colony, snapshot, y, x)


def allocate(settings: Colony, n_colonies: int, wanted: Wanted) -> Recording:
    """An empty recording. Raises ValueError for a pheromone map outside the trial."""
    n_ticks, n_ants = settings.trial.ticks, settings.trial.n_ants
    outside = [tick for tick in wanted.pheromone_ticks if not 0 <= tick < n_ticks]
    if outside:
        raise ValueError(
            f"pheromone_ticks holds {outside[0]}: expected ticks from 0 to {n_ticks - 1}, those of a trial"
        )
    tracks = (n_colonies, n_ticks if wanted.tracks else 0, n_ants)
    world = settings.arena.world_height_patches, settings.arena.world_width_patches
    return Recording(
        x=np.full(tracks, np.nan),
        y=np.full(tracks, np.nan),
        heading_deg=np.zeros(tracks, np.int16),
        sensors=np.zeros(tracks, np.uint16),
        actions=np.zeros(tracks, np.uint8),
        raster=np.zeros((n_colonies, n_ticks * STEPS_PER_TICK if wanted.spikes else 0, n_ants), np.uint64),
        pheromone_ticks=np.array(sorted(set(wanted.pheromone_ticks)), np.int64),
        pheromone=np.full((n_colonies, len(set(wanted.pheromone_ticks)), *world), np.nan),
    )


def pack(flags: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Flags (..., bit) as one number each, the first flag the lowest bit."""
    return flags @ (np.uint64(1) << np.arange(flags.shape[-1], dtype=np.uint64))


def unpack(words: NDArray[np.unsignedinteger], n_bits: int) -> NDArray[np.bool_]:
    """The inverse of `pack` (..., bit)."""
    return (words[..., None] >> np.arange(n_bits, dtype=words.dtype)) & words.dtype.type(1) > 0


def spike_events(recording: Recording, colony: int, n_hidden: int) -> dict[str, NDArray[np.integer]]:
    """Spikes of one colony as event lists `time_ms`, `ant`, `neuron`, in order of time; neurons as in the brain."""
    step, ant = np.nonzero(recording.raster[colony])  # most ants are silent in most milliseconds
    event, neuron = np.nonzero(unpack(recording.raster[colony][step, ant], n_hidden + len(OUTPUTS)))
    return {
        "time_ms": (step[event] + 1).astype(np.int32),
        "ant": ant[event].astype(np.int16),
        "neuron": neuron.astype(np.int16),
    }


def food_events(recording: Recording, colony: int) -> dict[str, NDArray]:
    """Pick-ups and returns of one colony as event lists `tick`, `ant`, `action`, and `x`, `y` where it happened.

    Food changes hands before ants move, hence where they were at the end of the tick before; NaN in tick 0.
    """
    wanted = unpack(recording.actions[colony], len(ACTIONS))[..., -2:]
    tick, ant, which = np.nonzero(wanted)
    tracks = {"x": recording.x[colony], "y": recording.y[colony]}
    places = {axis: np.where(tick > 0, track[tick - 1, ant], np.nan) for axis, track in tracks.items()}
    return {"tick": tick, "ant": ant, "action": np.array(ACTIONS[-2:])[which], **places}
