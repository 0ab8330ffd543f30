"""Configuration of chapter `cnn`. Published values: Yegenoglu et al., LOD 2020, and the code published with it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gradfree.settings.base import Block, PositiveFloat, PositiveInt, Share, combine, partial

Activation = Literal["sigmoid", "tanh", "relu", "step", "hard_shrink", "gauss"]
DataName = Literal["digits", "letters"]
N_TRAINING_IMAGES = 60000


class Adaptive(Block):
    """The rule that changes ensemble size and repetitions while training (LOD 2020, Fig. 9)."""

    accuracy_threshold_percent: Annotated[float, Field(ge=0, le=100)]
    check_every: PositiveInt
    fewest_members: Annotated[int, Field(ge=2)]
    most_members: Annotated[int, Field(ge=2)]
    step_members: PositiveInt

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Self:
        if self.fewest_members > self.most_members:
            raise ValueError(f"fewest_members {self.fewest_members} exceeds most_members {self.most_members}")
        return self


class EnkfTraining(Block):
    """One EnKF training of the CNN."""

    data: DataName
    n_seeds: PositiveInt
    n_members: Annotated[int, Field(ge=2)]
    iterations: PositiveInt
    repetitions: PositiveInt
    batch_size: PositiveInt
    noise_variance: PositiveFloat
    initial_std: PositiveFloat
    activation: Activation
    schedule: Literal["corrected", "published"]
    form: Literal["sequential", "joint"]
    n_validation: Annotated[int, Field(ge=0, lt=N_TRAINING_IMAGES)]
    evaluate_every: PositiveInt
    adaptive: Adaptive | None
    inflation: Annotated[float, Field(ge=1)]
    redraw_std: PositiveFloat | None
    step_size: Annotated[float, Field(gt=0, le=1)]
    momentum: Annotated[float, Field(ge=0, lt=1)]
    averaging: Share
    adaptive_noise: Annotated[float, Field(ge=0)]
    layer_by_layer: bool

    @model_validator(mode="after")
    def _batches_fit_the_data(self) -> Self:
        available = N_TRAINING_IMAGES - self.n_validation
        if self.batch_size > available:
            raise ValueError(f"batch_size {self.batch_size} exceeds the {available} training images")
        return self


class GradientTraining(Block):
    """One training of the same CNN by backpropagation (LOD 2020, Figs. 1, 3-7)."""

    n_seeds: PositiveInt
    optimizer: Literal["sgd", "adam"]
    learning_rate: PositiveFloat
    momentum: Annotated[float, Field(ge=0, lt=1)]
    initial_std: PositiveFloat
    epochs: PositiveInt
    batches_per_epoch: PositiveInt
    batch_size: PositiveInt
    activation: Activation
    evaluate_every: PositiveInt
    record_every: PositiveInt


EnkfOverrides = partial(EnkfTraining)
GradientOverrides = partial(GradientTraining)


class EnkfRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: EnkfTraining
    settings: dict[str, EnkfOverrides]  # type: ignore[valid-type]


class RemedyRuns(Block):
    """Small ensembles: `common` overrides that of `enkf`, each setting overrides `common`."""

    common: EnkfOverrides  # type: ignore[valid-type]
    settings: dict[str, EnkfOverrides]  # type: ignore[valid-type]


class GradientRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: GradientTraining
    settings: dict[str, GradientOverrides]  # type: ignore[valid-type]


class Figures(Block):
    """Which settings each figure compares."""

    test_error: list[str]
    activations: list[str]
    gradients: list[str]
    initialization: list[str]
    ensemble_size: list[str]
    activation_functions: list[str]
    adaptive: list[str]
    weights: list[str]
    letters: list[str]
    schedule: list[str]
    diagnostics: list[str]
    remedies: list[str]


class Cnn(Block):
    """Chapter `cnn`."""

    enkf: EnkfRuns
    remedies: RemedyRuns
    gradient: GradientRuns
    figures: Figures

    def training(self, method: str, setting: str) -> EnkfTraining | GradientTraining:
        """The complete block of one setting of a method. Raises ValueError where the combination is impossible."""
        runs = getattr(self, method)
        common = combine(self.enkf.common, runs.common) if method == "remedies" else runs.common
        try:
            return combine(common, runs.settings[setting])
        except ValueError as error:
            raise ValueError(f"setting {setting!r} of {method}: {error}") from None

    @model_validator(mode="after")
    def _settings_are_possible_and_figures_show_them(self) -> Self:
        methods = {name: runs.settings for name, runs in self if hasattr(runs, "settings")}
        for method, settings in methods.items():
            for setting in settings:
                self.training(method, setting)
        known = [setting for settings in methods.values() for setting in settings]
        for figure, shown in self.figures:
            missing = [setting for setting in shown if setting not in known]
            if missing:
                raise ValueError(f"figure {figure} shows {', '.join(missing)}; settings are {', '.join(known)}")
        return self
