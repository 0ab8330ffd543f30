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


NetworkOverrides = partial(NetworkTraining)
SpiralOverrides = partial(SpiralTraining)
StiffOverrides = partial(StiffTraining)


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


class Figures(Block):
    """Which settings each figure compares."""

    integration: Shown


class Biophysical(Chapter):
    """Chapter `biophysical`."""

    network: NetworkRuns
    spiral: SpiralRuns
    stiff: StiffRuns
    figures: Figures

    def methods(self) -> dict[str, Any]:
        """The experiments by name."""
        return {name: runs for name, runs in self if hasattr(runs, "settings")}

    def training(self, method: str, setting: str) -> Any:
        """The complete block of one setting of an experiment. Raises ValueError where the combination is impossible."""
        runs = getattr(self, method)
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
