"""Gradients of stiff neural ODEs: do they vanish for backpropagation only, or for evolution strategies too?

Implicit schemes damp fast modes, and with them the derivatives by the parameters that set their speed, by at least one
power of it (Fronk & Petzold 2025, arXiv:2508.01519). The equation here is that of a continuous-time recurrent network,
dv/dt = rate (network(v) - v), with a rate of its own for each species: the weights set where a fast species settles,
the rates how fast it does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.slopes import along_random_directions
from gradfree.models import implicit
from gradfree.models import neural_ode as ode
from gradfree.optimizers import gradient
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.biophysical_odes import Vanishing
from gradfree.tasks import kinetics

Array = NDArray[np.floating]
GROUPS = ("weights", "rates")
SNAPSHOTS = ("before training", "after training")
LABELS = {
    "exact_norm": "norm of the exact gradient",
    "exact_slope": "exact gradient, its norm as seen in random directions",
    "smooth_slope": "slope of the smoothed loss, its norm as seen in random directions",
}


class RelaxingProblem:
    """The scaled trajectory of a stiff system, learned by a network whose species relax with rates of their own.

    Parameters are the weights of the network and then the natural logarithm of each species' rate times duration.
    """

    def __init__(self, config: Vanishing, rate: float, stream: Stream) -> None:
        self.config, data = config, kinetics.reference(config.system)
        n_species = len(data.scale)
        self.mlp = ode.Mlp((n_species, *[config.width] * config.depth, n_species), "gelu")
        weights = ode.initial(self.mlp, stream.generator("initial weights"))
        self.start = np.concatenate([weights, np.full(n_species, np.log(rate))])
        self.groups = {"weights": slice(0, len(weights)), "rates": slice(len(weights), len(self.start))}
        self.expected = (data.states - kinetics.initial_state(config.system)) / data.scale
        self.times = (data.times if data.times[0] == 0 else np.r_[0.0, data.times]) / data.times[-1]

    def losses(self, population: Array) -> Array:
        """Scaled mean absolute error of each member (member,)."""
        import torch

        with torch.no_grad():
            return self._losses(torch.from_numpy(population)).numpy()

    def gradient(self, parameters: Array) -> Array:
        """Its derivative by the parameters (parameter,), through the implicit function theorem."""
        import torch

        leaf = torch.tensor(parameters, requires_grad=True)
        return torch.autograd.grad(self._losses(leaf[None])[0], leaf)[0].numpy()

    def _losses(self, population: ode.Tensor) -> ode.Tensor:
        import torch

        members = self.mlp.members(population[:, self.groups["weights"]])
        rates = population[:, None, self.groups["rates"]].exp()
        unit = torch.eye(rates.shape[-1], dtype=rates.dtype)
        states = implicit.on_grid(
            lambda v: rates * (members(v) - v),
            lambda v: rates[..., None] * (members.jacobian(v) - unit),
            torch.zeros_like(rates),
            self.times,
            self.config.scheme,
        )
        expected = torch.from_numpy(self.expected)[:, None, None]
        return (states[-len(self.expected) :] - expected).abs().mean((0, 2, 3))


def run(
    config: Vanishing, stream: Stream, checkpoints: Checkpoints | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """Norms over `value` (the rate), `snapshot` and `group` of parameters; the same initial weights for all rates."""
    progress = progress or Progress(None, config.iterations)
    found = np.full((len(LABELS), len(config.values), len(SNAPSHOTS), len(GROUPS)), np.nan)
    for place, rate in enumerate(config.values):
        problem = RelaxingProblem(config, rate, stream)
        found[:, place, 0] = _norms(config, problem, problem.start, stream)
        found[:, place, 1] = _norms(config, problem, _trained(config, problem), stream)
        progress.step((place + 1) * config.iterations // len(config.values), rate=rate)
    dims = ("value", "snapshot", "group")
    variables: dict[str, Any] = {
        name: (dims, found[row], {"units": "1", "long_name": text}) for row, (name, text) in enumerate(LABELS.items())
    }
    return xr.Dataset(variables, {"value": config.values, "snapshot": list(SNAPSHOTS), "group": list(GROUPS)})


def _trained(config: Vanishing, problem: RelaxingProblem) -> Array:
    """The parameters after some steps of Adam along exact gradients."""
    state = gradient.init(problem.start, "adam", config.learning_rate)
    for _ in range(config.iterations):
        state = gradient.adam(state, problem.gradient(state.parameters))
    return state.parameters


def _norms(config: Vanishing, problem: RelaxingProblem, parameters: Array, stream: Stream) -> Array:
    """The quantities of LABELS for each group (quantity, group); directions in which a solver failed are left out."""
    slope, found = problem.gradient(parameters), []
    for name in GROUPS:
        place, rng = problem.groups[name], stream.generator("directions", name)
        exact, smooth = along_random_directions(
            problem.losses, parameters, slope, place, config.sigma, config.n_directions, rng
        )
        scale = np.sqrt(place.stop - place.start)  # a random direction sees this share of a gradient
        seen = [scale * np.sqrt(np.nanmean(np.square(each))) for each in (exact, smooth)]
        found.append([np.linalg.norm(slope[place]), *seen])
    return np.array(found).T
