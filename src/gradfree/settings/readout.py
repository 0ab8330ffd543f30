"""Configuration of how the readout of the reservoir is trained. Published values: the NEST use case of L2L, 2022."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gradfree.settings.base import Block, PositiveFloat, PositiveInt, SettingName, Share, partial
from gradfree.settings.reservoir import Wiring

Optimizer = Literal["enkf", "random_search", "cross_entropy", "evolution_strategy"]
Defect = Literal["scrambled_outputs", "misaligned_resampling", "separate_donors", "resampled_twice", "same_images"]
DEFECTS: tuple[Defect, ...] = (
    "scrambled_outputs", "misaligned_resampling", "separate_donors", "resampled_twice", "same_images",
)  # fmt: skip


class Resampling(Block):
    """Before each update the worst members are replaced by noisy copies of random best ones."""

    best_share: Share
    """Share of members to copy from."""
    worst_share: Share
    """Share of members that are replaced."""
    noise_std: Annotated[float, Field(ge=0)]
    """Noise on copies, relative to the largest absolute weight of the excitatory or inhibitory sources."""


class ReadoutTraining(Block):
    """One training of the synapses from the reservoir to the output clusters."""

    wiring: Wiring
    """How the image enters the reservoir."""
    n_classes: Annotated[int, Field(ge=2, le=10)]
    """Digits 0 to n - 1, with one output cluster each."""
    n_seeds: PositiveInt = 1
    """Independent repetitions; more of them only add runs."""
    optimizer: Optimizer
    """Who trains."""
    variant: Literal["published", "corrected"]
    """`published` has all defects of the published code, `corrected` none."""
    switched: tuple[Defect, ...] = ()
    """Defects that are the other way round than the variant has them."""
    n_members: Annotated[int, Field(ge=4)]
    """Ensemble or population size J; published 98, but multiples of 32 are simulated faster."""
    generations: PositiveInt
    """Updates."""
    images_per_class: PositiveInt
    """Training images of each class that a generation shows."""
    outputs: Literal["softmax", "tempered_softmax", "rates"]
    """What the optimizer sees: the softmax of rates in Hz (published), of rates over a temperature that the first
    generation's training images set, or the rates themselves in units of that temperature."""
    contrast: PositiveFloat
    """With `rates`: how far the rate of the right cluster should exceed the others', in units of the temperature."""
    noise_variance: PositiveFloat
    """γ of the observation noise covariance γ I."""
    form: Literal["sequential", "joint", "square_root"]
    """Image after image, as published; all images of a generation as one observation; or the same with anomalies that
    shrink by the square root, so that members keep the spread of the posterior."""
    localized: bool
    """With `rates`: the weights into a cluster learn from the rate of that cluster only."""
    ensemble: Literal["independent", "presynaptic"]
    """Initial members differ by independent noise on each weight (published), or along the principal components of
    the activity of the presynaptic neurons, the only directions of weights that images can tell apart."""
    n_components: PositiveInt
    """With `presynaptic`: number of components; an ensemble smaller than it cannot reach all of them."""
    component_power: Annotated[float, Field(ge=0, le=1)]
    """With `presynaptic`: members vary along a component as its singular value to this power; 0 is alike along all."""
    mean_pA: PositiveFloat
    """Mean initial weight from excitatory sources; from inhibitory ones it is the negative."""
    std_pA: PositiveFloat
    """Standard deviation of initial weights over members."""
    bound_pA: PositiveFloat
    """A weight beyond this bound is drawn anew around it, published."""
    bound_std_pA: Annotated[float, Field(ge=0)]
    """Standard deviation of that draw."""
    resampling: Resampling | None
    """Resampling before each update, or null."""
    inflation: Annotated[float, Field(ge=1)]
    """Factor on the anomalies after each update."""
    redraw_pA: PositiveFloat | None
    """Draw the ensemble anew around its mean before each update, with this standard deviation, or null."""
    learning_rate: PositiveFloat
    """Evolution strategy: step size of Adam, in units of std_pA."""
    evaluate_every: PositiveInt
    """Generations between evaluations on validation and test images."""
    snapshots: Annotated[int, Field(ge=0)]
    """How many generations keep the whole ensemble with its outputs, evenly spread in logarithm; 0 for none."""

    @property
    def defects(self) -> frozenset[str]:
        """The defects that this training has."""
        return frozenset(DEFECTS if self.variant == "published" else ()) ^ frozenset(self.switched)

    @model_validator(mode="after")
    def _localization_needs_rates(self) -> Self:
        if self.localized and self.outputs != "rates":
            raise ValueError(
                f"localized true needs outputs `rates`, found `{self.outputs}`: in a softmax every output depends on "
                "all clusters; set outputs: rates or localized: false"
            )
        return self


ReadoutOverrides = partial(ReadoutTraining)


class ReadoutRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: ReadoutTraining
    settings: dict[SettingName, ReadoutOverrides]  # type: ignore[valid-type]
