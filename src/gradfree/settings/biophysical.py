"""Configuration of chapter `biophysical` (Hazelden et al. 2023, arXiv:2311.10869, and their code of May 2023)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

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
from gradfree.settings.biophysical_networks import Cause, NetworkTraining, Stability, Success, TurnOff
from gradfree.settings.biophysical_odes import SpiralTraining, StiffTraining, Sweep, Vanishing
from gradfree.settings.data import Data

NetworkOverrides = partial(NetworkTraining)
SpiralOverrides = partial(SpiralTraining)
StiffOverrides = partial(StiffTraining)
TurnOffOverrides = partial(TurnOff)
VanishingOverrides = partial(Vanishing)


class CauseOverrides(Block):
    """What a setting of the stability analysis or of the success map changes."""

    cause: Cause
    values: Annotated[list[float], Field(min_length=2)]


BLOCKS: dict[str, type[Block]] = {
    "network": NetworkTraining,
    "spiral": SpiralTraining,
    "stiff": StiffTraining,
    "turnoff": TurnOff,
    "stability": Stability,
    "success": Success,
    "vanishing": Vanishing,
    "sweep": Sweep,
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
    settings: dict[SettingName, CauseOverrides]


class SuccessCommon(Block):
    """What all causes have in common; the network is that of `network.common` with changes."""

    n_seeds: PositiveInt
    learning_rates: Annotated[list[PositiveFloat], Field(min_length=2)]
    clip_norms: Annotated[list[PositiveFloat | None], Field(min_length=1)]
    network: NetworkOverrides  # type: ignore[valid-type]


class SuccessRuns(Block):
    """Causes by name."""

    common: SuccessCommon
    settings: dict[SettingName, CauseOverrides]


class SweepCommon(Block):
    """What all sweeps have in common; the training is that of `spiral.common` with changes."""

    n_seeds: PositiveInt
    samples: Annotated[list[PositiveInt], Field(min_length=2)]
    sigmas: Annotated[list[PositiveFloat], Field(min_length=2)]


class SweepRuns(Block):
    """Sweeps by name, each with its changes of the training."""

    common: SweepCommon
    settings: dict[SettingName, SpiralOverrides]  # type: ignore[valid-type]


class VanishingRuns(Block):
    """Settings by name: each overrides what is common to all."""

    common: Vanishing
    settings: dict[SettingName, VanishingOverrides]  # type: ignore[valid-type]


class Figures(Block):
    """Which settings each figure compares."""

    turnoff: Shown
    gradients: Shown
    vanishing: Shown
    sweep: Shown
    success: Shown
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
    success: SuccessRuns
    vanishing: VanishingRuns
    sweep: SweepRuns
    figures: Figures

    def methods(self) -> dict[str, Any]:
        """The experiments by name."""
        return {name: runs for name, runs in self if hasattr(runs, "settings")}

    def training(self, method: str, setting: str) -> Any:
        """The complete block of one setting of an experiment. Raises ValueError where the combination is impossible."""
        runs = getattr(self, method)
        if method in ("stability", "success"):
            network: NetworkTraining = combine(self.network.common, runs.common.network)
            own = {**runs.common.model_dump(exclude={"network"}), **runs.settings[setting].model_dump()}
            return (Stability if method == "stability" else Success)(**own, network=network)
        if method == "sweep":
            spiral: SpiralTraining = combine(self.spiral.common, runs.settings[setting])
            return Sweep(**runs.common.model_dump(), training=spiral)
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
