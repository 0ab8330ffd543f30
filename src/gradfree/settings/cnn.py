"""Configuration of chapter `cnn`. Published values: Yegenoglu et al., LOD 2020, and the code published with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from gradfree.settings.base import (
    Block,
    Chapter,
    PositiveFloat,
    PositiveInt,
    SettingName,
    Share,
    Shown,
    combine,
    partial,
    unknown_settings,
)
from gradfree.settings.data import Data

Activation = Literal["sigmoid", "tanh", "relu", "step", "hard_shrink", "gauss"]
DataName = Literal["digits", "letters"]
N_TRAINING_IMAGES = 60000


class Adaptive(Block):
    """The rule that changes ensemble size and repetitions while training (LOD 2020, Fig. 9)."""

    accuracy_threshold_percent: Annotated[float, Field(ge=0, le=100)]
    """The rule acts above this validation accuracy."""
    check_every: PositiveInt
    """Updates between its decisions."""
    fewest_members: Annotated[int, Field(ge=2)]
    """Lower bound of J."""
    most_members: Annotated[int, Field(ge=2)]
    """Upper bound of J."""
    step_members: PositiveInt
    """How many leave or join at once."""

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Self:
        if self.fewest_members > self.most_members:
            raise ValueError(f"fewest_members {self.fewest_members} exceeds most_members {self.most_members}")
        return self


class EnkfTraining(Block):
    """One EnKF training of the CNN."""

    data: DataName
    """Which images: `digits` (MNIST) or `letters`."""
    n_seeds: PositiveInt = 1
    """Independent repetitions; more of them only add runs."""
    n_members: Annotated[int, Field(ge=2)]
    """Ensemble size J."""
    iterations: PositiveInt
    """EnKF updates."""
    repetitions: PositiveInt
    """Consecutive updates with one mini-batch."""
    batch_size: PositiveInt
    """Images per mini-batch."""
    noise_variance: PositiveFloat
    """γ of the observation noise covariance γ I."""
    initial_std: PositiveFloat
    """Standard deviation σ of the initial weights."""
    activation: Activation
    """Activation function of both convolutions."""
    schedule: Literal["corrected", "published"]
    """`published` compares labels of a new mini-batch once with outputs of the old one."""
    form: Literal["sequential", "joint"]
    """Image after image, as published, or the whole mini-batch as one observation."""
    n_validation: Annotated[int, Field(ge=0, lt=N_TRAINING_IMAGES)]
    """Training images held out, the last ones."""
    evaluate_every: PositiveInt
    """Updates between evaluations on the test set."""
    adaptive: Adaptive | None
    """The rule for ensemble size and repetitions, or null."""
    inflation: Annotated[float, Field(ge=1)]
    """Factor on the anomalies after each update."""
    redraw_std: PositiveFloat | None
    """Draw the ensemble anew around its mean before each update, or null."""
    step_size: Annotated[float, Field(gt=0, le=1)]
    """Share of the computed move of the mean that is made."""
    momentum: Annotated[float, Field(ge=0, lt=1)]
    """Momentum of the mean."""
    averaging: Share
    """Weight of the past in a running average of means, which is then evaluated."""
    adaptive_noise: Annotated[float, Field(ge=0)]
    """The noise variance is at least this multiple of the mean squared innovation."""
    layer_by_layer: bool
    """Vary one layer after the other."""

    @model_validator(mode="after")
    def _batches_fit_the_data(self) -> Self:
        available = N_TRAINING_IMAGES - self.n_validation
        if self.batch_size > available:
            raise ValueError(f"batch_size {self.batch_size} exceeds the {available} training images")
        return self

    @model_validator(mode="after")
    def _the_adaptive_rule_can_act(self) -> Self:
        if self.adaptive is not None and self.n_validation == 0:
            raise ValueError("n_validation 0 leaves the adaptive rule no images to judge by")
        return self


class GradientTraining(Block):
    """One training of the same CNN by backpropagation (LOD 2020, Figs. 1, 3-7)."""

    n_seeds: PositiveInt = 1
    """Independent repetitions; more of them only add runs."""
    optimizer: Literal["sgd", "adam"]
    """The rule."""
    learning_rate: PositiveFloat
    """Its step size."""
    momentum: Annotated[float, Field(ge=0, lt=1)]
    """Momentum of SGD."""
    initial_std: PositiveFloat
    """Standard deviation σ of the initial weights."""
    epochs: PositiveInt
    """Passes through the data."""
    batches_per_epoch: PositiveInt
    """Mini-batches per pass; 938 are all of MNIST at 64 images."""
    batch_size: PositiveInt
    """Images per mini-batch."""
    activation: Activation
    """Activation function of both convolutions."""
    evaluate_every: PositiveInt
    """Mini-batches between evaluations on the test set."""
    record_every: PositiveInt
    """Mini-batches between records of gradients and activations."""

    @model_validator(mode="after")
    def _an_epoch_fits_the_data(self) -> Self:
        if (self.batches_per_epoch - 1) * self.batch_size >= N_TRAINING_IMAGES:
            raise ValueError(
                f"batches_per_epoch {self.batches_per_epoch} of {self.batch_size} images are more than the "
                f"{N_TRAINING_IMAGES} training images"
            )
        return self


class PriorVariance(Block):
    """Variance of the weights of each layer before training."""

    conv1: PositiveFloat
    conv2: PositiveFloat
    output: PositiveFloat


class BlockTraining(Block):
    """One training of the CNN by the block-wise Kalman filter."""

    n_seeds: PositiveInt = 1
    """Independent repetitions; more of them only add runs."""
    iterations: PositiveInt
    """Updates, each with a fresh mini-batch."""
    batch_size: PositiveInt
    """Images per mini-batch."""
    noise_variance: PositiveFloat
    """Variance of the observation noise."""
    prior_variance: PriorVariance
    """How far the filter believes the weights to be from their initial values."""
    initial_std: PositiveFloat
    """Standard deviation of the initial weights."""
    inflation: Annotated[float, Field(ge=1)]
    """Factor on the covariances after each update: old batches are forgotten."""
    distance: PositiveFloat
    """How far each weight is varied to see the response of the predictions."""
    vary_conv1_every: PositiveInt
    """The first layer, whose response costs most, is updated every so many mini-batches."""
    averaging: Share
    """Weight of the past in the running average of weights that is evaluated."""
    activation: Activation
    """Activation function of both convolutions."""
    n_validation: Annotated[int, Field(gt=0, lt=N_TRAINING_IMAGES)]
    """Training images held out, the last ones."""
    evaluate_every: PositiveInt
    """Updates between evaluations on the test set."""

    @model_validator(mode="after")
    def _batches_fit_the_data(self) -> Self:
        available = N_TRAINING_IMAGES - self.n_validation
        if self.batch_size > available:
            raise ValueError(f"batch_size {self.batch_size} exceeds the {available} training images")
        return self


EnkfOverrides = partial(EnkfTraining)
GradientOverrides = partial(GradientTraining)
BlockOverrides = partial(BlockTraining)


class EnkfRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: EnkfTraining
    settings: dict[SettingName, EnkfOverrides]  # type: ignore[valid-type]


class RemedyRuns(Block):
    """Small ensembles: `common` overrides that of `enkf`, each setting overrides `common`."""

    common: EnkfOverrides  # type: ignore[valid-type]
    settings: dict[SettingName, EnkfOverrides]  # type: ignore[valid-type]


class GradientRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: GradientTraining
    settings: dict[SettingName, GradientOverrides]  # type: ignore[valid-type]


class BlockRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: BlockTraining
    settings: dict[SettingName, BlockOverrides]  # type: ignore[valid-type]


class Figures(Block):
    """Which settings each figure compares."""

    test_error: Shown
    activations: Shown
    gradients: Shown
    initialization: Shown
    ensemble_size: Shown
    activation_functions: Shown
    adaptive: Shown
    weights: Shown
    letters: Shown
    schedule: Shown
    diagnostics: Shown
    remedies: Shown


class Cnn(Chapter):
    """Chapter `cnn`."""

    enkf: EnkfRuns
    remedies: RemedyRuns
    gradient: GradientRuns
    blocks: BlockRuns
    figures: Figures

    def training(self, method: str, setting: str) -> EnkfTraining | GradientTraining | BlockTraining:
        """The complete block of one setting of a method. Raises ValueError where the combination is impossible."""
        runs = getattr(self, method)
        common = combine(self.enkf.common, runs.common) if method == "remedies" else runs.common
        return combine(common, runs.settings[setting])

    def problems(self, data: Data) -> Iterator[dict[str, Any]]:
        """What is wrong with settings as a whole and with figures, in the form of pydantic's errors."""
        methods = {name: runs.settings for name, runs in self if hasattr(runs, "settings")}
        known = [setting for settings in methods.values() for setting in settings]
        for method, settings in methods.items():
            for setting in settings:
                place = (method, "settings", setting)
                errors = self._errors(method, setting, data)
                yield from ({**error, "loc": (*place, *error["loc"])} for error in errors)
                if next(m for m in methods if setting in methods[m]) != method:
                    yield {"loc": place, "type": "value_error", "msg": "another method has a setting of this name"}
        yield from unknown_settings(self.figures, known)

    def _errors(self, method: str, setting: str, data: Data) -> list[Any]:
        try:
            training = self.training(method, setting)
        except ValidationError as error:
            return list(error.errors())
        if isinstance(training, EnkfTraining) and training.data == "letters":
            needed = training.n_validation + training.batch_size
            if needed > data.letters.n_train:
                message = f"batch_size and n_validation take {needed} of {data.letters.n_train} letters for training"
                return [{"loc": (), "type": "value_error", "msg": message}]
        return []
