"""All measures of the recordings of one evolution in one small dataset, over generations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.analysis import correlation, foraging
from gradfree.randomness import Stream
from gradfree.settings.ant_runs import Recordings

RETURNED_EVERY_TICKS = 100
INFORMATION_SURROGATES = 20  # their mean is a bias, not a quantile
SHOWN_AT = (0.0, 0.125, 0.375, 1.0)  # of the evolution, as generations 10, 200, 600 and 1600 of the published figures

LABELS = {
    "correlation": ("correlation of output and input spikes, mean over ants", "1"),
    "correlation_std": ("standard deviation of that correlation over ants", "1"),
    "correlation_first_ant": ("correlation of output and input spikes of ant 0", "1"),
    "information": ("mutual information of motor action and sensor", "bit"),
    "information_all": ("mutual information of motor action and the pattern of all sensors", "bit"),
    "diversity": ("standard deviation of correlations over ants, mean over pairs", "1"),
    "drop_probability": ("probability of a drop in a context", "1"),
    "drop_probability_chance": ("the same for drops shifted in time, mean", "1"),
    "drop_probability_chance_high": ("the same, 97.5 % quantile", "1"),
    "share_of_drops": ("share of all drops that fall into a context", "1"),
    "drops_near": ("share of drops within 6 patches of nest or food", "1"),
    "drops_near_chance": ("the same for drops shifted in time, mean", "1"),
    "drops_near_chance_high": ("the same, 97.5 % quantile", "1"),
    "ticks_near": ("share of ant-ticks within 6 patches of nest or food", "1"),
    "pheromone_spread": ("share of patches with more than 1 unit of pheromone", "1"),
    "pheromone_max": ("most pheromone on a patch", "units"),
    "pheromone_sum": ("pheromone in the arena", "units"),
    "returned_over_time": ("food brought to the nest", "units"),
    "pheromone_trails": ("log10(1 + pheromone) on the ways between nest and piles minus beside them", "1"),
    "traffic_trails": ("log10(1 + ant-ticks) on the ways between nest and piles minus beside them", "1"),
    "correlogram": ("correlation of output and input spikes by lag, mean over ants", "1"),
    "threshold_zero_lag": ("95 % quantile of the largest absolute correlation of surrogates, lag 0", "1"),
    "threshold_any_lag": ("95 % quantile of the largest absolute correlation of surrogates, all lags", "1"),
    "p_zero_lag": ("p value adjusted for all pairs", "1"),
    "map_pheromone": ("pheromone", "units"),
    "map_food": ("food on the ground", "units"),
    "ant_x": ("position of ants", "patches"),
    "ant_y": ("position of ants", "patches"),
    "map_nest": ("nest", "1"),
    "map_wall": ("wall", "1"),
    "move_share": ("share of ant-ticks with a step", "1"),
    "left_share": ("share of ant-ticks with a turn left", "1"),
    "right_share": ("share of ant-ticks with a turn right", "1"),
    "drop_share": ("share of ant-ticks with a drop", "1"),
    "pick_ups": ("units picked up by the colony", "units"),
    "pick_ups_variation": ("coefficient of variation of pick-ups over ants", "1"),
    "food_returned": ("food brought to the nest", "units"),
    "trip_ticks": ("median duration of ways home with food", "ticks"),
    "trip_straightness": ("distance over length of ways home with food", "1"),
    "distance_correlation": ("correlation of distances from the nest, mean over pairs of ants", "1"),
    "distance_correlation_chance": ("the same for tracks shifted in time", "1"),
    "nearest_ant": ("distance to the nearest ant", "patches"),
    "nearest_ant_chance": ("the same for tracks shifted in time", "patches"),
}


def analyze(recording: xr.Dataset, settings: Recordings, n_ticks: int, stream: Stream) -> xr.Dataset:
    """Measures of every recorded generation; correlograms, thresholds and maps of four of them, `shown`.

    Args:
        recording: of one evolution (generation, tick, ant).
        settings: lags and surrogates.
        n_ticks: length of a trial.
        stream: surrogates.
    """
    chosen = shown(recording.sizes["generation"])
    rows: list[dict[str, Any]] = []
    details: dict[int, dict[str, Any]] = {}
    for index in range(recording.sizes["generation"]):
        part = recording.isel(generation=index)
        trial = foraging.Trial.of(part)
        n, n_ants = trial.x.shape
        rng = stream.generator("generation", int(part["generation"]))
        shifted_by = correlation.shifts(rng, settings.n_surrogates, n_ants, n, settings.max_lag_ticks)
        found = foraging.sensor_motor(trial)
        rows.append(_row(part, trial, found, shifted_by, n_ticks))
        if index in chosen:
            details[index] = _detail(part, trial, found, shifted_by, settings.max_lag_ticks)
    generations = recording["generation"].values
    dataset = _stack(rows, "generation").assign_coords(
        generation=generations,
        context=list(foraging.CONTEXTS),
        time=np.arange(1, n_ticks // RETURNED_EVERY_TICKS + 1) * RETURNED_EVERY_TICKS,
    )
    lags = np.arange(-settings.max_lag_ticks, settings.max_lag_ticks + 1)
    shown_part = _stack([details[index] for index in chosen], "shown").assign_coords(lag=lags)
    born = {"long_name": "generation of a shown recording", "units": "generation"}
    same = recording[["nest", "wall"]].astype(float).rename(nest="map_nest", wall="map_wall")
    names = {key: recording[key] for key in ("input", "output", "snapshot")}
    return (
        _labelled(xr.merge([dataset, shown_part, same]))
        .assign(shown_generation=("shown", generations[chosen], born))
        .assign_coords(names)
    )


def shown(n_generations: int) -> list[int]:
    """Which recorded generations figures show: always four, the same one again where there are fewer."""
    return [round(share * (n_generations - 1)) for share in SHOWN_AT]


def _row(
    part: xr.Dataset, trial: foraging.Trial, found: NDArray, shifted_by: NDArray[np.int64], n_ticks: int
) -> dict[str, Any]:
    nest, food, wall = (part[name].values for name in ("nest", "food", "wall"))
    zero = found[..., 0]
    few = shifted_by[:INFORMATION_SURROGATES]
    information = correlation.mutual_information(trial.output_spikes[1:] > 0, trial.sensors[1:], few)
    arena = _inside(wall)
    fields = part["pheromone"].values
    return {
        **foraging.activity(trial),
        **foraging.trips(trial),
        **foraging.together(trial, nest, few),
        **_with_chance(foraging.drops_by_context(trial, shifted_by), "drop_probability_chance", ("context",)),
        **_with_chance(foraging.drops_near(trial, nest, food, shifted_by), "drops_near_chance", ()),
        "correlation": (("output", "input"), correlation.mean_over_ants(zero)),
        "correlation_std": (("output", "input"), correlation.std_over_ants(zero)),
        "correlation_first_ant": (("output", "input"), zero[0]),
        "information": (("output", "input"), information[0]),
        "information_all": (("output",), information[1]),
        "diversity": foraging.diversity(found),
        "pheromone_spread": (("snapshot",), np.array([np.mean(field[arena] > 1) for field in fields])),
        "pheromone_max": (("snapshot",), fields[:, arena].max(axis=1)),
        "pheromone_sum": (("snapshot",), fields[:, arena].sum(axis=1)),
        "returned_over_time": (("time",), foraging.returned_over_time(trial, RETURNED_EVERY_TICKS, n_ticks)),
        "pheromone_trails": foraging.trail_contrast(fields[-1], nest, food, arena),
        "traffic_trails": foraging.trail_contrast(foraging.occupancy(trial, wall.shape), nest, food, arena),
    }


def _with_chance(measures: dict[str, Any], chance: str, dims: tuple[str, ...]) -> dict[str, Any]:
    """Measures with their surrogates (surrogate, ...) replaced by mean and upper quantile; arrays get dims."""
    surrogates = np.asarray(measures.pop(chance))
    measures |= {chance: surrogates.mean(axis=0), f"{chance}_high": np.quantile(surrogates, 0.975, axis=0)}
    return {name: (dims, value) if np.ndim(value) else value for name, value in measures.items()}


def _detail(
    part: xr.Dataset, trial: foraging.Trial, found: NDArray, shifted_by: NDArray[np.int64], max_lag: int
) -> dict[str, Any]:
    limits = correlation.significance(found, shifted_by, max_lag)
    lags = np.arange(-max_lag, max_lag + 1)
    ticks = np.minimum(part["snapshot"].values, len(trial.x) - 1)
    maps = ("snapshot", "patch_y", "patch_x")
    return {
        "correlogram": (("output", "input", "lag"), correlation.mean_over_ants(found[..., lags])),
        "threshold_zero_lag": limits.at_zero_lag,
        "threshold_any_lag": limits.at_any_lag,
        "p_zero_lag": (("output", "input"), limits.p_zero_lag),
        "map_pheromone": (maps, part["pheromone"].values.astype(np.float32)),
        "map_food": (maps, foraging.food_left(trial, part["food"].values, ticks)),
        "ant_x": (("snapshot", "ant"), trial.x[ticks]),
        "ant_y": (("snapshot", "ant"), trial.y[ticks]),
    }


def _inside(wall: NDArray) -> NDArray[np.bool_]:
    """Patches within the wall (y, x)."""
    rows, columns = np.nonzero(wall)
    inside = np.zeros(wall.shape, bool)
    inside[rows.min() + 1 : rows.max(), columns.min() + 1 : columns.max()] = True
    return inside


def _stack(rows: Iterable[dict[str, Any]], dim: str) -> xr.Dataset:
    """Rows of scalars and (dims, array) along a new dim."""
    whole: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            dims, values = value if isinstance(value, tuple) else ((), value)
            whole.setdefault(name, (dims, []))[1].append(values)
    return xr.Dataset({name: ((dim, *dims), np.stack(values)) for name, (dims, values) in whole.items()})


def _labelled(dataset: xr.Dataset) -> xr.Dataset:
    for name, variable in dataset.data_vars.items():
        text, unit = LABELS[str(name)]
        variable.attrs = {"long_name": text, "units": unit}
    return dataset
