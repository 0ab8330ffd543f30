"""Champions of an evolution forage for the record: what every ant senses and does, spikes, pheromone maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments import ant_recording as records
from gradfree.experiments.ant_evolution import forage
from gradfree.experiments.ant_tests import worlds
from gradfree.models.ant_brain import INPUTS, OUTPUTS, STEPS_PER_TICK
from gradfree.randomness import Stream
from gradfree.settings.ant_evolution import Evolution
from gradfree.settings.ant_runs import Recordings
from gradfree.settings.ants import Colony

COUNTED_FROM_MS = 3  # bins of output spikes start here, where the input spikes of a tick do (published analysis)

VARIABLES = {
    "x": ("position at the end of the tick", "patches"),
    "y": ("position at the end of the tick", "patches"),
    "heading_deg": ("heading, clockwise from north", "degree"),
    "sensors": ("active sensors as bits in the order of `input`", "1"),
    "actions": ("what ants did as bits in the order of `action`", "1"),
    "output_spikes": ("spikes of output neurons in bins of 20 ms from 3 ms on", "spikes"),
    "pheromone": ("pheromone at the ends of the ticks `snapshot`", "units"),
    "food": ("food at the start", "units"),
    "nest": ("patches of the nest", "1"),
    "wall": ("patches of the wall", "1"),
    "time_ms": ("time stamps of spikes of the last champion", "ms"),
    "spike_ant": ("ant of each spike", "1"),
    "spike_neuron": ("neuron of each spike: hidden neurons, then outputs", "1"),
    "trial_food": ("food brought to the nest", "units"),
}


def run(
    config: Evolution, colony: Colony, recordings: Recordings, chunks: Sequence[xr.Dataset], stream: Stream, seed: int
) -> xr.Dataset:
    """One trial of the champion of every `every_generations`-th generation, and of the last one kept, in one world.

    The world is the same for the whole evolution, so that changes are changes of brains; `seed` names it.

    Returns:
        Records over (generation, tick, ant), pheromone (generation, snapshot, y, x), spikes of the last champion as
        event lists (event,).
    """
    champions = xr.concat([chunk["champion"] for chunk in chunks], "champion_of")
    kept = champions["champion_of"].values
    chosen = np.flatnonzero((kept % recordings.every_generations == 0) | (kept == kept[-1]))
    condition = config.testing(colony)
    one = worlds(colony, stream.child("seed", seed), "recording", 1)
    parts = []
    for index in chosen:
        wanted = records.Wanted(tracks=True, spikes=True, pheromone_ticks=tuple(recordings.pheromone_ticks))
        outcome = forage(condition, champions.values[index][None], one, wanted=wanted)
        parts.append((outcome.recording, outcome.food_returned[0]))
    last = records.spike_events(parts[-1][0], 0, config.n_hidden)
    tracks = {
        name: np.stack([getattr(part, name)[0] for part, _ in parts]) for name in ("heading_deg", "sensors", "actions")
    }
    tracks |= {name: np.stack([getattr(part, name)[0] for part, _ in parts]).astype(np.float32) for name in ("x", "y")}
    over = ("generation", "tick", "ant")
    data = {
        **{name: (over, values) for name, values in tracks.items()},
        "output_spikes": ((*over, "output"), np.stack([output_spikes(part, config.n_hidden) for part, _ in parts])),
        "pheromone": (
            ("generation", "snapshot", "patch_y", "patch_x"),
            np.stack([part.pheromone[0] for part, _ in parts]),
        ),
        "trial_food": ("generation", np.array([food for _, food in parts])),
        "food": (("patch_y", "patch_x"), one.food[0]),
        "nest": (("patch_y", "patch_x"), one.nest[0]),
        "wall": (("patch_y", "patch_x"), one.wall),
        "time_ms": ("event", last["time_ms"]),
        "spike_ant": ("event", last["ant"]),
        "spike_neuron": ("event", last["neuron"]),
    }
    labels = {name: {"long_name": text, "units": unit} for name, (text, unit) in VARIABLES.items()}
    coords = {
        "generation": kept[chosen],
        "snapshot": np.array(sorted(set(recordings.pheromone_ticks))),
        "input": list(INPUTS),
        "output": list(OUTPUTS),
        "action": list(records.ACTIONS),
    }
    return xr.Dataset({name: (dims, values, labels[name]) for name, (dims, values) in data.items()}, coords)


def output_spikes(recording: records.Recording, n_hidden: int) -> NDArray[np.uint8]:
    """Spikes of the outputs (tick, ant, output) of one colony in the bins of the published analysis, 20 ms each.

    In these bins an active sensor's input neuron always fires 10 times, so that binned input spikes are ten times
    the binary sensors.
    """
    raster = recording.raster[0] >> np.uint64(n_hidden)
    shifted = np.zeros_like(raster)
    shifted[: len(raster) - COUNTED_FROM_MS] = raster[COUNTED_FROM_MS:]
    fired = records.unpack(shifted, len(OUTPUTS))
    n_ants = raster.shape[1]
    return fired.reshape(-1, STEPS_PER_TICK, n_ants, len(OUTPUTS)).sum(axis=1).astype(np.uint8)
