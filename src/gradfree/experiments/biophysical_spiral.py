"""A neural ODE learns the cubic spiral from short pieces of its trajectory (Hazelden et al. 2023; Chen et al. 2018)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments import contest
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.history import Quantity
from gradfree.models import neural_ode as ode
from gradfree.models import neural_ode_kernels as kernels
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.biophysical_odes import SpiralTraining
from gradfree.tasks import kinetics

Array = NDArray[np.floating]
SCORES = {
    "validation_loss": Quantity("mean absolute error of pieces from all over the trajectory"),
    "trajectory_error": Quantity("mean absolute error of the whole trajectory from its start"),
}
N_VALIDATION = 99
KEPT = 2  # every so many points of the whole trajectory are stored


class SpiralProblem:
    """Pieces of the trajectory, as `contest` trains on them; one Runge-Kutta step from point to point.

    The published solver was adaptive with a tolerance of 1e-4; the fixed step's error stays below 1e-5 on the spiral.
    """

    scores: Mapping[str, Quantity] = SCORES

    def __init__(self, config: SpiralTraining, stream: Stream) -> None:
        self.config = config
        self.mlp = ode.Mlp((2, config.width, 2), "tanh", config.bias, cubed=True)
        self.shapes: Mapping[str, tuple[int, int]] = self.mlp.shapes
        draws = ode.initial(self.mlp, stream.generator("initial weights"), config.initial)
        self.start = draws.astype(np.float32)
        self.n_trials = config.batch_size
        self.data = kinetics.reference("spiral")
        self.step = float(self.data.times[1] - self.data.times[0])
        if config.optimizer == "bp":
            import torch  # noqa: F401 - loaded now, so that no training step is charged for it

    def batch(self, stream: Stream, iteration: int) -> NDArray[np.int64]:
        """Indices of points where pieces start (trial,)."""
        last = len(self.data.times) - self.config.n_points
        return stream.generator("batch", iteration).choice(last, self.config.batch_size, replace=False)

    def losses(self, population: Array, batch: NDArray[np.int64]) -> Array:
        """Mean absolute error of each member (member,)."""
        return self._errors(population, batch, self.config.n_points)

    def gradient(self, parameters: Array, batch: NDArray[np.int64]) -> tuple[float, Array]:
        """Backpropagation through the steps of the solver."""
        import torch

        n_points = self.config.n_points
        expected = torch.from_numpy(self.data.states[batch[None] + np.arange(n_points)[:, None]].astype(np.float32))
        leaf = torch.tensor(parameters, requires_grad=True)
        found = ode.runge_kutta(self.mlp.members(leaf[None]), expected[None, 0], self.step, n_points - 1)
        loss = (found[:, 0] - expected).abs().mean()
        (slope,) = torch.autograd.grad(loss, leaf)
        return loss.item(), slope.numpy()

    def evaluate(self, parameters: Array) -> dict[str, float]:
        """Errors on fixed pieces and on the whole trajectory."""
        pieces = np.linspace(0, len(self.data.times) - self.config.n_points - 1, N_VALIDATION).astype(np.int64)
        pieces_error = self._errors(parameters[None], pieces, self.config.n_points)[0]
        whole = self._errors(parameters[None], np.zeros(1, np.int64), len(self.data.times))[0]
        return {"validation_loss": float(pieces_error), "trajectory_error": float(whole)}

    def _errors(self, population: Array, batch: NDArray[np.int64], n_points: int) -> Array:
        expected = self.data.states[batch[None] + np.arange(n_points)[:, None]].astype(np.float32)  # (time, trial, 2)
        found = kernels.trajectories(self.mlp, population, expected[0], self.step, n_points)
        return np.abs(found - expected).mean((1, 2, 3))


def run(
    config: SpiralTraining, stream: Stream, checkpoints: Checkpoints | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """One training; histories, final parameters, and the trajectory they make."""
    problem = SpiralProblem(config, stream)
    found = contest.run(config, problem, stream, checkpoints, progress)
    return found.assign(_trajectory(problem, found["parameters"].values)).assign_coords(time=problem.data.times[::KEPT])


def _trajectory(problem: SpiralProblem, parameters: Array) -> dict[str, xr.Variable]:
    start = problem.data.states[:1]
    states = kernels.trajectories(problem.mlp, parameters[None], start, problem.step, len(problem.data.times))[0, :, 0]
    label = {"units": "1", "long_name": "trajectory of the learned equation"}
    truth = {"units": "1", "long_name": "trajectory of the true equation"}
    dims = ("time", "variable")
    return {
        "trajectory": xr.Variable(dims, states[::KEPT], label),
        "true_trajectory": xr.Variable(dims, problem.data.states[::KEPT], truth),
    }
