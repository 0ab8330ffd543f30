"""The whole block of chapter `reservoir`; apart from its parts, so that a new figure does not rerun the simulations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from gradfree.settings.base import Block, Chapter, Shown, combine, unknown_settings
from gradfree.settings.data import Data
from gradfree.settings.readout import ReadoutRuns, ReadoutTraining
from gradfree.settings.reservoir import Model, SpikeSets

Problem = dict[str, Any]


class Figures(Block):
    """What each figure compares: input wirings, or settings of the training."""

    activity: Shown
    encoding: Shown
    learning: Shown
    defects: Shown
    ideas: Shown
    comparators: Shown
    bounds: Shown
    weights: Shown
    preference: Shown
    covariance: Shown
    spectrum: Shown
    ensemble: Shown
    output_rates: Shown
    rasters: Shown


class Reservoir(Chapter):
    """Chapter `reservoir`."""

    model: Model
    """The network."""
    spikes: SpikeSets
    """The stored spikes."""
    readout: ReadoutRuns
    """Trainings of the readout."""
    figures: Figures

    def training(self, setting: str) -> ReadoutTraining:
        """The complete block of one setting. Raises ValueError where the combination is impossible."""
        return combine(self.readout.common, self.readout.settings[setting])

    def trainings(self) -> dict[str, ReadoutTraining]:
        """All settings by name."""
        return {name: self.training(name) for name in self.readout.settings}

    def tasks(self) -> list[tuple[str, int]]:
        """Each wiring and number of classes that some setting trains on."""
        return sorted({(one.wiring, one.n_classes) for one in self.trainings().values()})

    @property
    def n_examples(self) -> int:
        """Images that are shown in full: one of each digit that figure `rasters` needs."""
        return max(self.training(setting).n_classes for setting in self.figures.rasters)

    def problems(self, data: Data) -> Iterator[Problem]:
        """Settings that cannot be trained on the stored spikes, and figures that show what there is not."""
        for name in self.readout.settings:
            yield from ({**error, "loc": ("readout", "settings", name, *error["loc"])} for error in self._errors(name))
        yield from unknown_settings(self.figures, [*self.readout.settings, *self.spikes.wirings])

    def _errors(self, setting: str) -> list[Any]:
        try:
            training = self.training(setting)
        except ValidationError as error:
            return list(error.errors())
        found = []
        if training.wiring not in self.spikes.digits:
            return [_error(f"wiring {training.wiring!r} is not among {self.spikes.wirings} of reservoir.spikes.digits")]
        missing = sorted(set(range(training.n_classes)) - set(self.spikes.digits[training.wiring]))
        if missing:
            key = f"reservoir.spikes.digits.{training.wiring}"
            found.append(f"n_classes {training.n_classes} needs digits {missing}; add them to {key}")
        available = self.spikes.images_per_class.train
        if training.images_per_class > available:
            found.append(
                f"images_per_class {training.images_per_class} exceeds the {available} images of a digit in "
                "reservoir.spikes.images_per_class.train; show fewer or simulate more"
            )
        return [_error(text) for text in found]


def _error(text: str) -> Problem:
    return {"loc": (), "type": "value_error", "msg": text}
