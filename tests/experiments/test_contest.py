"""One problem, several trainers: on a quadratic bowl all know the answer, and costs and failures are counted."""

import numpy as np
import pytest
import xarray as xr

from gradfree.experiments import contest, trainers
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.history import Quantity
from gradfree.randomness import Stream
from gradfree.settings.training import Training

DEFAULT = Training(
    optimizer="es", iterations=60, evaluate_every=20, rule="adam", learning_rate=0.1, final_rate=0.1, n_members=20,
    sigma=0.05, antithetic=True, shaping="ranks", keep_mean=False, rank=0, adapt="none", noise_variance=0.01,
    clip_norm=None, normalize_power=0.0, failed_gradients="skip", trained=["first", "second"], alternate=False,
    exact_readout=False,
)  # fmt: skip
TIMES = ["wall_s", "peak_memory_MB", "at_costs"]


class Bowl:
    """The squared distance from (1, …, 1), of four parameters in two layers; members beyond `wall` fail."""

    n_trials = 3

    def __init__(self, wall=np.inf, broken=()):
        self.shapes = {"first": (1, 2), "second": (2, 1)}
        self.scores = {"distance": Quantity("distance from the bottom")}
        self.start, self.wall, self.broken = np.zeros(4), wall, set(broken)

    def batch(self, stream, iteration):
        return iteration

    def losses(self, population, batch):
        found = np.square(population - 1).sum(1)
        return np.where(population[:, 0] > self.wall, np.nan, found)

    def gradient(self, parameters, batch):
        slope = 2 * (parameters - 1)
        if batch in self.broken:
            slope[0] = np.nan
        return float(np.square(parameters - 1).sum()), slope

    def predictions(self, population, batch):
        return population[:, None, :], np.ones((1, 4))

    def evaluate(self, parameters):
        return {"distance": float(np.linalg.norm(parameters - 1))}


def train(problem=None, checkpoints=None, **changes) -> xr.Dataset:
    config = Training(**{**DEFAULT.model_dump(), **changes})
    return contest.run(config, problem or Bowl(), Stream(1, ("test",)), checkpoints)


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": "bp"},
        {"optimizer": "bp", "clip_norm": 0.5},
        {"optimizer": "bp", "normalize_power": 1.0},
        {"optimizer": "bp", "alternate": True, "iterations": 120},
        {},
        {"shaping": "baseline"},
        {"antithetic": False, "keep_mean": True, "shaping": "baseline", "iterations": 120},
        {"rank": 1},
        {"adapt": "pgpe"},
        {"optimizer": "enkf", "sigma": 1.0},
        {"optimizer": "cma", "sigma": 0.5},
        {"optimizer": "ga", "sigma": 0.5},
    ],
    ids=str,
)
def test_every_trainer_comes_down_to_the_bottom(changes):
    found = train(**changes)["distance"].values
    assert found[0] == 2 and found[-1] < 0.15


def test_costs_are_trials_simulated_forwards_and_backwards():
    es, bp = train(), train(optimizer="bp")
    assert (es.forward_simulations[-1], es.backward_simulations[-1]) == (60 * 20 * 3, 0)
    assert (bp.forward_simulations[-1], bp.backward_simulations[-1]) == (60 * 3, 60 * 3)
    for other in (train(optimizer=name) for name in ("enkf", "cma", "ga")):
        assert (other.forward_simulations[-1], other.backward_simulations[-1]) == (60 * 20 * 3, 0)
    assert es.wall_s[-1] > es.wall_s[1] > 0


@pytest.mark.parametrize("optimizer", ["es", "bp", "enkf", "cma", "ga"])
def test_layers_that_are_not_trained_stay(optimizer):
    ends = train(optimizer=optimizer, trained=["second"])["parameters"].values
    assert (ends[:2] == 0).all() and (np.abs(ends[2:] - 1) < 0.3).all()


def test_alternating_moves_one_layer_in_each_step():
    ends = train(optimizer="bp", alternate=True, iterations=1, evaluate_every=1)["parameters"].values
    assert (ends[:2] > 0).all() and (ends[2:] == 0).all()


def test_failed_members_are_counted_and_never_followed():
    found = train(Bowl(wall=0.5), iterations=100)
    assert found["failed_share"].values[-1] > 0 and np.isfinite(found["parameters"]).all()
    assert found["parameters"].values[0] < 0.6 and (found["parameters"].values[1:] > 0.8).all()


def test_a_gradient_with_nan_is_skipped_or_as_published_loses_its_entries_and_is_counted():
    skipped = train(Bowl(broken=[0]), optimizer="bp", iterations=1, evaluate_every=1)
    zeroed = train(Bowl(broken=[0]), optimizer="bp", iterations=1, evaluate_every=1, failed_gradients="zero")
    assert skipped["failed_share"].values == zeroed["failed_share"].values == [0.25]
    assert (skipped["parameters"] == 0).all()
    assert zeroed["parameters"].values[0] == 0 and (zeroed["parameters"].values[1:] > 0).all()
    assert np.isnan(skipped["gradient_norm"].values[0])


def test_gradients_are_divided_by_a_power_of_their_norm_and_then_clipped():
    slope = np.array([3.0, 4.0])
    np.testing.assert_allclose(trainers.tamed(slope, None, 0.0), slope)
    np.testing.assert_allclose(trainers.tamed(slope, None, 1.0), slope / 5)
    np.testing.assert_allclose(trainers.tamed(slope, 2.0, 0.0), slope * 2 / 5)
    np.testing.assert_allclose(trainers.tamed(np.zeros(2), 2.0, 0.8), 0)


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("optimizer", ["es", "bp", "enkf", "cma", "ga"])
def test_a_run_that_was_killed_goes_on_to_the_same_numbers(tmp_path, optimizer):
    class Mortal(Bowl):
        def batch(self, stream, iteration):
            if iteration == 5:
                raise Killed
            return iteration

    short = {"optimizer": optimizer, "iterations": 8, "evaluate_every": 3}
    with pytest.raises(Killed):
        train(Mortal(), Checkpoints(tmp_path, "x", 0), **short)
    assert Checkpoints(tmp_path, "x", 0).newest() is not None
    resumed = train(None, Checkpoints(tmp_path, "x", 1e9), **short)
    xr.testing.assert_identical(resumed.drop_vars(TIMES), train(**short).drop_vars(TIMES))
