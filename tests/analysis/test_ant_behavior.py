"""All measures of one evolution, on a recording of two generations that is made by hand."""

import numpy as np
import pytest
import xarray as xr

from gradfree.analysis import ant_behavior
from gradfree.experiments.ant_recording import ACTIONS
from gradfree.models.ant_brain import INPUTS, OUTPUTS
from gradfree.randomness import Stream
from gradfree.settings.ant_runs import Recordings

N_TICKS, N_ANTS, END = 400, 3, 320  # generation 1 has all food home after so many ticks
SETTINGS = Recordings(every_generations=7, pheromone_ticks=(50, 300), max_lag_ticks=5, n_surrogates=99)
LEFT, WALL = OUTPUTS.index("left"), INPUTS.index("wall")
PICKED_UP, RETURNED = (1 << ACTIONS.index(name) for name in ("picked_up", "returned"))


@pytest.fixture(scope="module")
def recording() -> xr.Dataset:
    """Ants on random ways with random sensors and outputs; those of generation 7 turn left where they see a wall.

    In both generations ant 0 takes a unit in tick 10 and ant 1 one in tick 200; the first comes home in tick 120.
    """
    rng = np.random.default_rng(0)
    shape = 2, N_TICKS, N_ANTS
    sensors = rng.integers(0, 2 ** len(INPUTS), shape)
    spikes = rng.integers(0, 5, (*shape, len(OUTPUTS)))
    spikes[1, ..., LEFT] = 10 * (sensors[1] >> WALL & 1)
    actions = np.zeros(shape, int)
    actions[:, 10, 0], actions[:, 200, 1], actions[:, 120, 0] = PICKED_UP, PICKED_UP, RETURNED
    x, y = (rng.uniform(5, 15, shape) for _ in "xy")
    x[:, [9, 199], [0, 1]], y[:, [9, 199], [0, 1]] = 12.0, 7.0  # where food is taken from
    x[1, END:] = y[1, END:] = np.nan
    wall, nest, food = (np.zeros((22, 22), int) for _ in range(3))
    wall[[0, -1]] = wall[:, [0, -1]] = 1
    nest[10:12, 10:12], food[7, 12], food[3:6, 3:6] = 1, 2, 2
    pheromone = np.zeros((2, 2, 22, 22))
    pheromone[1, 1, 1:6, 1:21] = 8.0  # a quarter of the 20 rows inside the wall
    over = ("generation", "tick", "ant")
    return xr.Dataset(
        {
            "x": (over, x), "y": (over, y), "sensors": (over, sensors), "actions": (over, actions),
            "output_spikes": ((*over, "output"), spikes),
            "pheromone": (("generation", "snapshot", "patch_y", "patch_x"), pheromone),
            "food": (("patch_y", "patch_x"), food), "nest": (("patch_y", "patch_x"), nest),
            "wall": (("patch_y", "patch_x"), wall),
        },
        {"generation": [0, 7], "snapshot": [50, 300], "input": list(INPUTS), "output": list(OUTPUTS),
         "action": list(ACTIONS)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(recording) -> xr.Dataset:
    return ant_behavior.analyze(recording, SETTINGS, N_TICKS, Stream(0, ("ants",)))


def test_an_output_that_copies_a_sensor_is_perfectly_correlated_with_it_and_alike_in_all_ants(found):
    pair = {"output": "left", "input": "wall"}
    early, late = (found.sel(pair | {"generation": generation}) for generation in (0, 7))
    assert late["correlation"] == pytest.approx(1) and late["correlation_std"] == pytest.approx(0, abs=1e-9)
    assert abs(early["correlation"]) < 0.2


def test_it_carries_the_whole_information_of_the_sensor(found, recording):
    active = (recording["sensors"].values[1, 1:END] >> WALL & 1).mean()
    entropy = -sum(p * np.log2(p) for p in (active, 1 - active))
    informed = found["information"].sel(output="left", input="wall")
    assert informed.sel(generation=7) == pytest.approx(entropy, abs=0.02)
    assert informed.sel(generation=0) == pytest.approx(0, abs=0.02)


def test_it_alone_exceeds_chance(found):
    shown = found["shown_generation"].values.tolist()
    p = found["p_zero_lag"].values
    assert shown == [0, 0, 0, 7]  # of two generations, the nearest ones to the shares of the evolution
    assert p[3, LEFT, WALL] == pytest.approx(1 / (SETTINGS.n_surrogates + 1))
    assert (np.delete(p[3].ravel(), LEFT * len(INPUTS) + WALL) > 0.01).all()
    assert found["correlogram"].sel(shown=3, output="left", input="wall").idxmax("lag") == 0


def test_food_is_counted_over_time_and_missing_on_the_maps_once_it_was_taken(found):
    assert found["food_returned"].values.tolist() == [1, 1] and found["pick_ups"].values.tolist() == [2, 2]
    assert found["time"].values.tolist() == [100, 200, 300, 400]
    assert found["returned_over_time"].values.tolist() == [[0, 1, 1, 1]] * 2
    assert found["map_food"].sel(patch_y=7, patch_x=12).values.tolist() == [[1, 0]] * 4


def test_pheromone_is_measured_inside_the_wall(found):
    np.testing.assert_allclose(found["pheromone_spread"], [[0, 0], [0, 0.25]])
    np.testing.assert_allclose(found["pheromone_sum"].values[1, 1], 8.0 * 100)


def test_chance_is_the_same_again_for_the_same_stream_and_every_measure_is_labelled(found, recording):
    again = ant_behavior.analyze(recording, SETTINGS, N_TICKS, Stream(0, ("ants",)))
    xr.testing.assert_identical(found, again)
    assert all(variable.attrs["units"] and variable.attrs["long_name"] for variable in found.data_vars.values())


def test_measures_of_a_generation_do_not_depend_on_the_others(found, recording):
    alone = ant_behavior.analyze(recording.isel(generation=[1]), SETTINGS, N_TICKS, Stream(0, ("ants",)))
    for name in ("drop_probability_chance", "information", "distance_correlation", "diversity"):
        np.testing.assert_array_equal(alone[name].values[0], found[name].values[1], err_msg=name)


def test_shares_of_the_evolution_are_those_of_the_published_figures():
    assert ant_behavior.shown(171) == [0, 21, 64, 170]
