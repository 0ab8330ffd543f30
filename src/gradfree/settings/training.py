"""How one problem is trained, with gradients or without: what experiments of several chapters can share."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gradfree.settings.base import Block, PositiveFloat, PositiveInt


class Training(Block):
    """One training; keys of the other family of optimizers have no effect."""

    optimizer: Literal["es", "cma", "ga", "enkf", "bp"]
    """Evolution strategy, CMA-ES, genetic algorithm, ensemble Kalman filter, or backpropagation."""
    n_seeds: PositiveInt = 1
    """Independent repetitions; more of them only add runs."""
    iterations: PositiveInt
    """Steps, each with a fresh batch."""
    evaluate_every: PositiveInt
    """Steps between evaluations on validation data."""
    rule: Literal["sgd", "adam", "rmsprop"]
    """What an exact or estimated gradient does."""
    learning_rate: PositiveFloat
    """Its step size at the start."""
    final_rate: Annotated[float, Field(gt=0, le=1)]
    """Share of the step size that is left at the end, reached exponentially."""
    n_members: Annotated[int, Field(ge=2)]
    """Population or ensemble size S."""
    sigma: PositiveFloat
    """Standard deviation of perturbations and mutations, of CMA-ES the first one; of the EnKF: of its ensemble."""
    antithetic: bool
    """Perturbations come in pairs of opposite sign."""
    shaping: Literal["none", "baseline", "ranks"]
    """What becomes of fitness before it weights perturbations."""
    keep_mean: bool
    """Member 0 is the mean itself, as published."""
    rank: Annotated[int, Field(ge=0)]
    """Rank of perturbations of matrices; 0 draws every entry."""
    adapt: Literal["none", "snes", "pgpe"]
    """Whether standard deviations are learned."""
    noise_variance: PositiveFloat
    """Variance of the observation noise of the EnKF."""
    clip_norm: PositiveFloat | None
    """Longest gradient that is let through whole, or null."""
    normalize_power: Annotated[float, Field(ge=0, le=1)]
    """The gradient is divided by this power of its norm; 1 keeps its direction only."""
    failed_gradients: Literal["skip", "zero"]
    """A gradient with NaN is left out as a whole, or, as published, loses its NaN entries; both are counted."""
    trained: list[str]
    """Layers that are trained by the optimizer."""
    alternate: bool
    """One layer after the other instead of all at once, as published."""
    exact_readout: bool
    """Each step first moves a linear readout along its exact gradient, as published; `trained` then leaves it out."""

    @model_validator(mode="after")
    def _something_is_trained(self) -> Self:
        if self.exact_readout and "readout" in self.trained:
            raise ValueError("trained lists readout, which exact_readout already trains; remove one of them")
        if not self.trained and not self.exact_readout:
            raise ValueError("trained is empty and exact_readout is false: nothing would change")
        return self

    @model_validator(mode="after")
    def _all_at_once(self) -> Self:
        if self.optimizer in ("cma", "ga") and (self.alternate or not self.trained):
            raise ValueError(f"{self.optimizer} varies all trained layers at once: set alternate to false, name layers")
        return self

    @model_validator(mode="after")
    def _pairs_are_even(self) -> Self:
        if self.optimizer == "es" and self.antithetic and self.n_members % 2:
            raise ValueError(f"n_members {self.n_members} must be even for antithetic pairs")
        if self.optimizer == "es" and self.antithetic and self.keep_mean:
            raise ValueError("keep_mean has no place among antithetic pairs")
        if self.optimizer == "es" and self.adapt == "pgpe" and not self.antithetic:
            raise ValueError("adapt pgpe needs antithetic pairs")
        return self
