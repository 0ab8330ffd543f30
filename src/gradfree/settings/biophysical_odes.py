"""Configuration of chapter `biophysical`: neural ODEs on a spiral and on stiff kinetics."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gradfree.settings.base import Block, PositiveFloat, PositiveInt
from gradfree.settings.training import Training


class SpiralTraining(Training):
    """One training of a neural ODE on the cubic spiral."""

    width: PositiveInt
    """Hidden units; published: 1000."""
    bias: bool
    """Whether layers have biases; published: with backpropagation only."""
    initial: Literal["uniform", "normal"]
    """Initial weights as layers of torch start, or normal with deviation 0.1; published: normal for backpropagation."""
    batch_size: PositiveInt
    """Pieces of the trajectory in one step."""
    n_points: Annotated[int, Field(ge=2)]
    """Points of a piece."""


class StiffTraining(Training):
    """One training of a neural ODE on stiff chemical kinetics."""

    system: Literal["robertson", "pollu"]
    """Which reactions."""
    width: PositiveInt
    """Units of a hidden layer; Kim et al.: 5 for Robertson, 10 for POLLU."""
    depth: PositiveInt
    """Hidden layers; Kim et al.: 6 and 3."""
    time: Literal["linear", "logarithmic"]
    """The network is a derivative by time, as published, or by its logarithm."""
    scheme: Literal["implicit_euler", "sdirk2", "sdirk4"]
    """Solver in linear time; in logarithmic time nothing is stiff and the classical explicit one is taken."""


class Vanishing(Block):
    """What becomes of gradients when the rates of a neural ODE grow beyond what the points of the data resolve."""

    n_seeds: PositiveInt = 1
    """Repetitions; more of them only add runs."""
    system: Literal["robertson", "pollu"]
    """Whose trajectory is learned."""
    values: Annotated[list[PositiveFloat], Field(min_length=2)]
    """Rates with which all species relax, per duration of the trajectory."""
    width: PositiveInt
    """Units of a hidden layer."""
    depth: PositiveInt
    """Hidden layers."""
    scheme: Literal["implicit_euler", "sdirk2", "sdirk4"]
    """Solver."""
    n_directions: PositiveInt
    """Random directions in which slopes are taken."""
    sigma: PositiveFloat
    """Standard deviation of the smoothing."""
    iterations: PositiveInt
    """Steps of Adam along exact gradients between the first measurement and the second."""
    learning_rate: PositiveFloat
    """Their step size."""


class Sweep(Block):
    """An evolution strategy on the spiral, once for every number of samples and every σ."""

    n_seeds: PositiveInt = 1
    """Repetitions; more of them only add runs."""
    samples: Annotated[list[PositiveInt], Field(min_length=2)]
    """Populations S; published: 50 from 20 to 2000."""
    sigmas: Annotated[list[PositiveFloat], Field(min_length=2)]
    """Standard deviations of perturbations; published: 20 from 1e-4 to 0.1."""
    training: SpiralTraining
    """The training, but for these two."""

    @property
    def iterations(self) -> int:
        """Trainings of one run."""
        return len(self.samples) * len(self.sigmas)

    def changed(self, samples: int, sigma: float) -> SpiralTraining:
        """The training at one place of the grid."""
        return SpiralTraining(**{**self.training.model_dump(), "n_members": samples, "sigma": sigma})
