"""Neural ODEs learn stiff chemical kinetics (Hazelden et al. 2023; benchmark of Kim et al., Chaos 31, 2021)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments import contest
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.history import Quantity
from gradfree.models import implicit
from gradfree.models import neural_ode as ode
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.biophysical_odes import StiffTraining
from gradfree.tasks import kinetics

Array = NDArray[np.floating]
SCORES = {"scaled_error": Quantity("mean absolute error of all species and points, each species by its scale")}


class StiffProblem:
    """One trajectory, as `contest` trains on it.

    States are counted from the initial one in units of the species' scales: v = (u - u(0)) / scale. In linear time
    dv/dt = network(v) / duration, which is the published form but for the network's inputs, there u; in logarithmic
    time dv/d ln t = network(v), from the first point on. The trajectory has no other points than those trained on, as
    published: the error at the end is one of fitting.
    """

    scores: Mapping[str, Quantity] = SCORES

    def __init__(self, config: StiffTraining, stream: Stream) -> None:
        import torch  # noqa: F401 - loaded now, so that no training step is charged for it

        self.config, self.n_trials = config, 1
        self.data = kinetics.reference(config.system)
        n_species = len(self.data.scale)
        self.mlp = ode.Mlp((n_species, *[config.width] * config.depth, n_species), "gelu")
        self.shapes: Mapping[str, tuple[int, int]] = self.mlp.shapes
        self.start = ode.initial(self.mlp, stream.generator("initial weights"))
        initial = kinetics.initial_state(config.system)
        self.expected = (self.data.states - initial) / self.data.scale
        first = self.data.times[0]
        self.times = self.data.times if first == 0 or config.time == "logarithmic" else np.r_[0.0, self.data.times]

    def batch(self, stream: Stream, iteration: int) -> None:
        """All points, always."""

    def losses(self, population: Array, batch: None) -> Array:
        """Scaled mean absolute error of each member (member,)."""
        import torch

        with torch.no_grad():
            return self._losses(torch.from_numpy(population)).numpy()

    def gradient(self, parameters: Array, batch: None) -> tuple[float, Array]:
        """Derivative of the discretized solution; implicit stages by the implicit function theorem."""
        import torch

        leaf = torch.tensor(parameters, requires_grad=True)
        loss = self._losses(leaf[None])[0]
        (found,) = torch.autograd.grad(loss, leaf)
        return loss.item(), found.numpy()

    def evaluate(self, parameters: Array) -> dict[str, float]:
        """The error of the trajectory."""
        return {"scaled_error": float(self.losses(parameters[None], None)[0])}

    def solve(self, population: ode.Tensor) -> ode.Tensor:
        """Scaled states (time, member, 1, variable) at the points of the data."""
        import torch

        config, members = self.config, self.mlp.members(population)
        start = torch.zeros(len(population), 1, len(self.data.scale), dtype=torch.float64)
        if config.time == "logarithmic":
            start = start + torch.from_numpy(self.expected[0])
            logarithms = np.log(self.times)
            step = float(logarithms[1] - logarithms[0])
            return ode.runge_kutta(members, start, step, len(self.times) - 1)
        rate = 1 / float(self.times[-1])
        found = implicit.on_grid(
            lambda v: rate * members(v),
            lambda v: rate * members.jacobian(v),
            start,
            self.times,
            config.scheme,
        )
        return found[len(self.times) - len(self.data.times) :]

    def _losses(self, population: ode.Tensor) -> ode.Tensor:
        import torch

        expected = torch.from_numpy(self.expected)[:, None, None]
        return (self.solve(population) - expected).abs().mean((0, 2, 3))


def run(
    config: StiffTraining, stream: Stream, checkpoints: Checkpoints | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """One training; histories, final parameters, and the scaled trajectory they make."""
    import torch

    problem = StiffProblem(config, stream)
    found = contest.run(config, problem, stream, checkpoints, progress)
    with torch.no_grad():
        states = problem.solve(torch.from_numpy(found["parameters"].values[None]))[:, 0, 0].numpy()
    dims = ("time", "variable")
    found["trajectory"] = (dims, states, {"units": "1", "long_name": "learned states, from the first, by their scales"})
    found["true_trajectory"] = (dims, problem.expected, {"units": "1", "long_name": "true states, likewise"})
    return found.assign_coords(time=problem.data.times, variable=np.arange(states.shape[1]))
