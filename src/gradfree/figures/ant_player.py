"""One trial as a page that plays it in any browser: everything is inside the file, nothing is loaded."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

TEMPLATE = Path(__file__).with_name("ant_player.html.j2")
STEPS_PER_TICK = 20
MOST_NEURONS = 24  # bits of a spike word


def page(film: xr.Dataset, title: str) -> str:
    """The HTML page of the last generation of a film (generation, tick, ant)."""
    from jinja2 import Environment

    template = Environment(autoescape=True).from_string(TEMPLATE.read_text())
    return template.render(title=title, trial=json.dumps(trial(film.isel(generation=-1))))


def trial(part: xr.Dataset) -> dict[str, Any]:
    """What the page needs, arrays as base64: positions in 1/100 patch, pheromone on a logarithmic scale in 255 steps,
    spikes as bytes (ant, millisecond, 3) whose bits are neurons.

    Raises ValueError if a brain has more neurons than a word has bits.
    """
    rows, columns = np.nonzero(part["wall"].values)
    box = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    lived = np.isfinite(part["x"].values[:, 0])
    field = part["pheromone"].values[:, *box]
    strength = np.clip((np.log10(np.maximum(np.nan_to_num(field), 1e-9)) + 1) / 4, 0, 1)
    neurons = int(part["spike_neuron"].max(initial=0)) + 1 if part.sizes["event"] else 1
    if neurons > MOST_NEURONS:
        raise ValueError(
            f"a player shows at most {MOST_NEURONS} hidden and output neurons per ant; the film has spikes of neuron "
            f"{neurons - 1}; choose another setting in `ants.film`"
        )
    n_outputs = part.sizes["output"]
    return {
        "ticks": int(lived.sum()),
        "ants": part.sizes["ant"],
        "left": int(columns.min()),
        "bottom": int(rows.min()),
        "width": int(np.ptp(columns)) + 1,
        "height": int(np.ptp(rows)) + 1,
        "x": _base64((part["x"].values[lived] * 100).astype("<u2")),
        "y": _base64((part["y"].values[lived] * 100).astype("<u2")),
        "heading": _base64(part["heading_deg"].values[lived].astype("<u2")),
        "sensors": _base64(part["sensors"].values[lived].astype("<u2")),
        "actions": _base64(part["actions"].values[lived].astype("u1")),
        "food": _base64(part["food"].values[box].astype("u1")),
        "nest": _base64(part["nest"].values[box].astype("u1")),
        "pheromone": _base64(np.round(255 * strength).astype("u1")),
        "pheromoneTicks": part["snapshot"].values.tolist(),
        "spikes": _base64(_spike_bits(part, int(lived.sum()))),
        "inputs": [str(name) for name in part["input"].values],
        "actionNames": [str(name) for name in part["action"].values],
        "outputs": [str(name) for name in part["output"].values],
        "hidden": max(neurons, n_outputs + 1) - n_outputs,
        "generation": int(part["generation"]),
    }


def _spike_bits(part: xr.Dataset, ticks: int) -> NDArray[np.uint8]:
    words = np.zeros((part.sizes["ant"], ticks * STEPS_PER_TICK), np.uint32)
    time, ant, neuron = (part[name].values for name in ("time_ms", "spike_ant", "spike_neuron"))
    inside = time <= ticks * STEPS_PER_TICK
    np.bitwise_or.at(words, (ant[inside], time[inside] - 1), np.uint32(1) << neuron[inside].astype(np.uint32))
    return words[..., None].view("<u1")[..., :3] if words.size else np.zeros((0, 0, 3), np.uint8)


def _base64(values: NDArray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
