"""Configuration of chapter `biophysical` (Hazelden et al. 2023, arXiv:2311.10869, and their code of May 2023)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from gradfree.settings.base import (
    Block,
    Chapter,
    PositiveFloat,
    PositiveInt,
    SettingName,
    Shown,
    combine,
    partial,
    unknown_settings,
)
from gradfree.settings.data import Data
from gradfree.settings.training import Training


class NetworkTraining(Training):
    """One training of a recurrent Morris-Lecar network."""

    task: Literal["integration", "memory"]
    """Name the word shown most often, or the one shown before a silent delay."""
    n_words: PositiveInt
    """Content words of a trial; of memory, how long the cue is shown."""
    n_delay: Annotated[int, Field(ge=0)]
    """Silent words before the last one."""
    word_ms: PositiveFloat
    """How long a word is shown."""
    readout_ms: PositiveFloat
    """Window at the end of a trial in which outputs are averaged or spikes counted."""
    dt_ms: PositiveFloat
    """Time step."""
    n_neurons: PositiveInt
    """Neurons; published: 128."""
    neuron: Literal["network", "snlc", "hopf", "homoclinic", "turn-off", "turn-off-textbook"]
    """Set of neuron constants."""
    capacitance_uF_per_cm2: PositiveFloat | None
    """Another membrane capacitance than that of the set, or null; small ones make the neuron stiff."""
    release_width_mV: PositiveFloat
    """How gradually outputs follow the potential; small widths are nearly steps."""
    without_recurrence: bool
    """Recurrent weights are zero and, unless they are trained, stay so."""
    loss: Literal["cross_entropy", "spike_counts", "errors"]
    """Of the logits; of spikes counted in three groups of neurons; the share of wrong answers."""
    batch_size: PositiveInt
    """Trials of a step."""
    n_validation: PositiveInt
    """Trials that are only looked at."""
    precision: Literal["float32", "float64"]
    """Of backpropagation."""
    truncate_steps: PositiveInt | None
    """Time steps that derivatives reach back, or null for all."""


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


class TurnOff(Block):
    """One neuron is turned off by its input: landscapes and descents."""

    n_seeds: PositiveInt = 1
    """Initial states, each with its own draws."""
    neuron: Literal["turn-off", "turn-off-textbook"]
    """As published, where C = 20 is not applied, or with it."""
    dt_ms: PositiveFloat
    """Time step."""
    durations_ms: Annotated[list[PositiveFloat], Field(min_length=1)]
    """Durations of the trials whose landscapes are drawn."""
    training_ms: PositiveFloat
    """Duration of the trials that are descended on."""
    weight_range: tuple[float, float]
    """Ends of the landscape."""
    n_weights: PositiveInt
    """Its points."""
    starts: Annotated[list[float], Field(min_length=1)]
    """Weights from which both methods descend."""
    iterations: PositiveInt
    """Steps of a descent."""
    learning_rate: PositiveFloat
    """Of plain gradient descent."""
    n_members: Annotated[int, Field(ge=2)]
    """Population S."""
    sigma: PositiveFloat
    """Standard deviation of perturbations."""
    spike_scale: PositiveFloat
    """Spikes per second that count as a loss of one."""


class Stability(Block):
    """How derivatives grow when one cause is varied."""

    n_seeds: PositiveInt = 1
    """Repetitions; more of them only add runs."""
    cause: Literal["n_words", "capacitance_uF_per_cm2", "release_width_mV"]
    """What is varied: duration (in words), stiffness, or steepness of outputs."""
    values: Annotated[list[float], Field(min_length=2)]
    """Its values."""
    n_draws: PositiveInt
    """Initial networks of a run."""
    n_directions: PositiveInt
    """Random directions in which the gradient is compared with the slope of the smoothed loss."""
    sigma: PositiveFloat
    """Standard deviation of that smoothing."""
    orbit_current: PositiveFloat
    """Current of the neuron whose Jacobian is followed, in µA/cm²."""
    network: NetworkTraining
    """The network; its training keys have no effect."""

    @property
    def iterations(self) -> int:
        """Measurements of one run."""
        return len(self.values) * self.n_draws

    def changed(self, value: float) -> NetworkTraining:
        """The network with one value of the cause."""
        number = int(value) if self.cause == "n_words" else value
        return NetworkTraining(**{**self.network.model_dump(), self.cause: number})


NetworkOverrides = partial(NetworkTraining)
SpiralOverrides = partial(SpiralTraining)
StiffOverrides = partial(StiffTraining)
TurnOffOverrides = partial(TurnOff)


class StabilityOverrides(Block):
    """What a setting of the stability analysis changes."""

    cause: Literal["n_words", "capacitance_uF_per_cm2", "release_width_mV"]
    values: Annotated[list[float], Field(min_length=2)]


BLOCKS: dict[str, type[Block]] = {
    "network": NetworkTraining,
    "spiral": SpiralTraining,
    "stiff": StiffTraining,
    "turnoff": TurnOff,
    "stability": Stability,
}


class NetworkRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: NetworkTraining
    settings: dict[SettingName, NetworkOverrides]  # type: ignore[valid-type]


class SpiralRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: SpiralTraining
    settings: dict[SettingName, SpiralOverrides]  # type: ignore[valid-type]


class StiffRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: StiffTraining
    settings: dict[SettingName, StiffOverrides]  # type: ignore[valid-type]


class TurnOffRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: TurnOff
    settings: dict[SettingName, TurnOffOverrides]  # type: ignore[valid-type]


class StabilityCommon(Block):
    """What all causes have in common, without the network, which is that of `network.common` with changes."""

    n_seeds: PositiveInt
    n_draws: PositiveInt
    n_directions: PositiveInt
    sigma: PositiveFloat
    orbit_current: PositiveFloat
    network: NetworkOverrides  # type: ignore[valid-type]


class StabilityRuns(Block):
    """Causes by name."""

    common: StabilityCommon
    settings: dict[SettingName, StabilityOverrides]


class Figures(Block):
    """Which settings each figure compares."""

    turnoff: Shown
    gradients: Shown
    causes: Shown
    integration: Shown
    ladder: Shown
    memory: Shown
    discrete: Shown
    spiral: Shown
    stiff: Shown
    widths: Shown


class Biophysical(Chapter):
    """Chapter `biophysical`."""

    network: NetworkRuns
    spiral: SpiralRuns
    stiff: StiffRuns
    turnoff: TurnOffRuns
    stability: StabilityRuns
    figures: Figures

    def methods(self) -> dict[str, Any]:
        """The experiments by name."""
        return {name: runs for name, runs in self if hasattr(runs, "settings")}

    def training(self, method: str, setting: str) -> Any:
        """The complete block of one setting of an experiment. Raises ValueError where the combination is impossible."""
        runs = getattr(self, method)
        if method == "stability":
            network: NetworkTraining = combine(self.network.common, runs.common.network)
            own = {**runs.common.model_dump(exclude={"network"}), **runs.settings[setting].model_dump()}
            return Stability(**own, network=network)
        return combine(runs.common, runs.settings[setting])

    def problems(self, data: Data) -> Iterator[dict[str, Any]]:
        """What is wrong with settings as a whole and with figures, in the form of pydantic's errors."""
        methods = self.methods()
        for method, runs in methods.items():
            for setting in runs.settings:
                place = (method, "settings", setting)
                try:
                    self.training(method, setting)
                except ValidationError as error:
                    yield from ({**dict(each), "loc": (*place, *each["loc"])} for each in error.errors())
                if next(m for m in methods if setting in methods[m].settings) != method:
                    yield {"loc": place, "type": "value_error", "msg": "another experiment has a setting of this name"}
        yield from unknown_settings(self.figures, [name for runs in methods.values() for name in runs.settings])
