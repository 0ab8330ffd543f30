"""What the ants of one recorded trial do: activity, where they drop pheromone, trips, trails, how alike they are.

Chance means the same tracks with each ant's events or positions shifted circularly in time, each ant by its own amount:
how much and how bunched stays, where is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.analysis.correlation import correlograms, mean_over_ants

Array = NDArray[np.floating]

NEAR_PATCHES = 6.0  # what counts as near nest or food
CONTEXTS = ("on_nest", "picked_up", "food_in_view", "elsewhere")
CORRIDOR_PATCHES = 3.0  # half width of the way between nest and pile


@dataclass(frozen=True)
class Trial:
    """One recorded trial, cut at its last tick; arrays (tick, ant) and (tick, ant, channel)."""

    x: Array
    y: Array
    sensors: NDArray[np.bool_]
    actions: NDArray[np.bool_]
    output_spikes: NDArray[np.integer]
    input_names: list[str]
    action_names: list[str]

    @classmethod
    def of(cls, recording: xr.Dataset) -> Trial:
        """The trial of a recording without the dim generation."""
        lived = np.isfinite(recording["x"].values[:, 0])
        inputs, actions = ([str(name) for name in recording[key].values] for key in ("input", "action"))
        return cls(
            recording["x"].values[lived].astype(float),
            recording["y"].values[lived].astype(float),
            _bits(recording["sensors"].values[lived], len(inputs)),
            _bits(recording["actions"].values[lived], len(actions)),
            recording["output_spikes"].values[lived],
            inputs,
            actions,
        )

    def sensor(self, name: str) -> NDArray[np.bool_]:
        """Whether a sensor is active (tick, ant)."""
        return self.sensors[..., self.input_names.index(name)]

    def action(self, name: str) -> NDArray[np.bool_]:
        """Whether ants act so (tick, ant)."""
        return self.actions[..., self.action_names.index(name)]


def _bits(words: NDArray[np.integer], n: int) -> NDArray[np.bool_]:
    return (words[..., None] >> np.arange(n)) & 1 > 0


def center_of(mask: NDArray) -> tuple[float, float]:
    """Mean x and y of the patches of a mask (y, x)."""
    rows, columns = np.nonzero(mask)
    return float(columns.mean()), float(rows.mean())


def activity(trial: Trial) -> dict[str, float]:
    """Shares of ant-ticks with each action, pick-ups of the colony, and how evenly ants share them (section 7)."""
    picked = trial.action("picked_up").sum(axis=0)
    return {
        "move_share": trial.action("moved").mean(),
        "left_share": trial.action("turned_left").mean(),
        "right_share": trial.action("turned_right").mean(),
        "drop_share": trial.action("dropped").mean(),
        "pick_ups": picked.sum(),
        "pick_ups_variation": picked.std() / picked.mean() if picked.any() else np.nan,
        "food_returned": trial.action("returned").sum(),
    }


def contexts(trial: Trial) -> NDArray[np.bool_]:
    """Masks (context, tick, ant) in the order of `CONTEXTS`; the first tick, where all sensors are on, is none."""
    found = np.stack([trial.sensor("on_nest"), trial.sensor("reward"), trial.sensor("food")])
    found = np.concatenate([found, ~found.any(axis=0, keepdims=True)])
    found[:, 0] = False
    return found


def drops_by_context(trial: Trial, shifted_by: NDArray[np.int64]) -> dict[str, Array]:
    """Probability of a drop in each context (context,), and what chance gives (surrogate, context)."""
    masks, drops = contexts(trial), trial.action("dropped")
    chance = np.array([_given(masks, _shift(drops, by)) for by in shifted_by])
    shares = np.array([(drops & mask).sum() for mask in masks]) / max(drops.sum(), 1)
    return {"drop_probability": _given(masks, drops), "drop_probability_chance": chance, "share_of_drops": shares}


def _given(masks: NDArray[np.bool_], events: NDArray[np.bool_]) -> Array:
    counts = masks.sum(axis=(1, 2))
    hits = (masks & events).sum(axis=(1, 2))
    return np.divide(hits, counts, out=np.full(len(masks), np.nan), where=counts > 0)


def _shift(series: NDArray, by: NDArray[np.int64]) -> NDArray:
    return np.stack([np.roll(series[:, ant], by[ant], axis=0) for ant in range(series.shape[1])], axis=1)


def drops_near(trial: Trial, nest: NDArray, food: NDArray, shifted_by: NDArray[np.int64]) -> dict[str, Any]:
    """Share of drops near the nest or food of the start (y, x), that of all ant-ticks, and chance (surrogate,)."""
    rows, columns = np.nonzero(nest | (food > 0))
    near = np.zeros(trial.x.shape, bool)
    for row, column in zip(rows, columns, strict=True):
        near |= (trial.x - column) ** 2 + (trial.y - row) ** 2 <= NEAR_PATCHES**2
    drops, n = trial.action("dropped"), max(trial.action("dropped").sum(), 1)
    chance = np.array([(near & _shift(drops, by)).sum() for by in shifted_by]) / n
    return {"drops_near": (near & drops).sum() / n, "ticks_near": near.mean(), "drops_near_chance": chance}


def food_left(trial: Trial, food: NDArray[np.integer], ticks: NDArray[np.integer]) -> NDArray[np.int64]:
    """Food on the ground at the ends of ticks (snapshot, y, x)."""
    left = np.repeat(food[None].astype(np.int64), len(ticks), axis=0)
    for tick, ant in np.argwhere(trial.action("picked_up")):
        place = max(tick - 1, 0)  # food changes hands before ants move
        row, column = int(np.floor(trial.y[place, ant] + 0.5)), int(np.floor(trial.x[place, ant] + 0.5))
        left[ticks >= tick, row, column] -= 1
    return left


def returned_over_time(trial: Trial, every_ticks: int, n_ticks: int) -> NDArray[np.int64]:
    """Units home after each `every_ticks` ticks (time,); constant after an early end."""
    home = np.zeros(n_ticks, np.int64)
    found = trial.action("returned").sum(axis=1)
    home[: len(found)] = found
    return np.cumsum(home)[every_ticks - 1 :: every_ticks]


def trips(trial: Trial) -> dict[str, float]:
    """Ways home with food: median duration, mean straightness (distance over length of the way), number."""
    durations, straight = [], []
    for ant in range(trial.x.shape[1]):
        starts = np.flatnonzero(trial.action("picked_up")[:, ant])
        for end in np.flatnonzero(trial.action("returned")[:, ant]):
            before = starts[starts < end]
            if len(before):
                x, y = (track[before[-1] : end + 1, ant] for track in (trial.x, trial.y))
                way = np.hypot(np.diff(x), np.diff(y)).sum()
                durations.append(end - before[-1])
                straight.append(np.hypot(x[-1] - x[0], y[-1] - y[0]) / way if way > 0 else np.nan)
    if not durations:
        return {"trip_ticks": np.nan, "trip_straightness": np.nan}
    return {"trip_ticks": float(np.median(durations)), "trip_straightness": float(np.nanmean(straight))}


def together(trial: Trial, nest: NDArray, shifted_by: NDArray[np.int64]) -> dict[str, float]:
    """How ants' ways relate: correlation of their distances from the nest, mean over pairs, and the mean distance to
    the nearest other ant; both also for tracks shifted against one another.
    """
    x0, y0 = center_of(nest)
    distance = np.hypot(trial.x - x0, trial.y - y0)
    chance = [_shift(np.stack([trial.x, trial.y, distance], axis=-1), by) for by in shifted_by]
    return {
        "distance_correlation": _pair_correlation(distance),
        "distance_correlation_chance": float(np.mean([_pair_correlation(track[..., 2]) for track in chance])),
        "nearest_ant": _nearest(trial.x, trial.y),
        "nearest_ant_chance": float(np.mean([_nearest(track[..., 0], track[..., 1]) for track in chance])),
    }


def _pair_correlation(series: Array) -> float:
    moving = series[:, np.ptp(series, axis=0) > 0]
    if moving.shape[1] < 2:
        return float("nan")
    return float(np.corrcoef(moving.T)[np.triu_indices(moving.shape[1], 1)].mean())


def _nearest(x: Array, y: Array) -> float:
    x, y = x[::10], y[::10]  # positions of neighboring ticks are nearly the same
    distance = np.hypot(x[:, :, None] - x[:, None], y[:, :, None] - y[:, None])
    distance[:, np.arange(x.shape[1]), np.arange(x.shape[1])] = np.inf
    return float(distance.min(axis=2).mean())


def trail_contrast(field: NDArray, nest: NDArray, food: NDArray, inside: NDArray) -> float:
    """How much more of a field (y, x) lies on the straight ways between nest and piles than beside them, at the same
    distance from the nest: mean difference of log10(1 + value) over distances.

    `inside` (y, x) are the patches that count; NaN if there are no patches to compare.
    """
    (x0, y0), value = center_of(nest), np.log10(1 + field)
    row, column = np.nonzero(inside & ~(nest > 0) & (food == 0))
    along, on_way = np.hypot(column - x0, row - y0), np.zeros(len(row), bool)
    for x1, y1 in _piles(food):
        length = np.hypot(x1 - x0, y1 - y0)
        forth = ((column - x0) * (x1 - x0) + (row - y0) * (y1 - y0)) / length
        aside = np.abs((column - x0) * (y1 - y0) - (row - y0) * (x1 - x0)) / length
        on_way |= (forth > 0) & (forth < length) & (aside <= CORRIDOR_PATCHES)
    differences = []
    for ring in range(5, int(along.max())):
        there = (along >= ring) & (along < ring + 1)
        if (there & on_way).any() and (there & ~on_way).any():
            here = value[row[there], column[there]]
            differences.append(here[on_way[there]].mean() - here[~on_way[there]].mean())
    return float(np.mean(differences)) if differences else float("nan")


def _piles(food: NDArray) -> list[tuple[float, float]]:
    """Centers of connected patches of food that are more than single ones."""
    from scipy import ndimage

    labels, n = ndimage.label(food > 0)
    return [center_of(labels == k) for k in range(1, n + 1) if (labels == k).sum() > 4]


def occupancy(trial: Trial, shape: tuple[int, int]) -> NDArray[np.int64]:
    """Ant-ticks spent on each patch (y, x)."""
    counts = np.zeros(shape, np.int64)
    np.add.at(counts, (np.floor(trial.y + 0.5).astype(int), np.floor(trial.x + 0.5).astype(int)), 1)
    return counts


def sensor_motor(trial: Trial) -> Array:
    """Cross-correlograms (ant, output, input, lag) of spikes of outputs and inputs in bins of 20 ms.

    In the bins of the analysis an active input fires ten times, hence its binary sensor stands for its spikes.
    Deviation: the first tick, in which all sensors are on, is left out: one common event makes large correlations of
    what otherwise never happens. Touching a wall is then constant, and its correlations are NaN.
    """
    return correlograms(trial.output_spikes[1:].astype(float), trial.sensors[1:].astype(float))


def diversity(found: Array) -> float:
    """Standard deviation over ants of zero-lag correlations, mean over pairs: small if all ants react alike (T7)."""
    zero = found[..., 0]
    deviation = np.sqrt(mean_over_ants((zero - mean_over_ants(zero)) ** 2))
    return float(np.nanmean(deviation)) if np.isfinite(deviation).any() else float("nan")
