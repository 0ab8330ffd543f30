"""Configuration of chapter `ants`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from gradfree.settings.ant_evolution import Evolution
from gradfree.settings.ant_runs import Evolutions, Film, Recordings, Tests
from gradfree.settings.ants import Colony, RuleBased
from gradfree.settings.base import Block, Chapter, SettingName, Shown, combine, unknown_settings
from gradfree.settings.data import Data


class Figures(Block):
    """Which evolutions each figure compares."""

    colony: Shown
    fitness: Shown
    champions: Shown
    pheromone: Shown
    performance: Shown
    correlations: Shown
    trends: Shown
    correlograms: Shown
    coordination: Shown
    ablations: Shown
    foraging: Shown


class Ants(Chapter):
    """Chapter `ants`."""

    colony: Colony = Colony()
    """The world, and the trial of the test condition."""
    rule_based: RuleBased = RuleBased()
    """The colony without brains beside it."""
    evolution: Evolutions
    continued: dict[SettingName, SettingName]
    """Evolutions that start with the last population of another one, seed by seed, in place of random brains."""
    tests: Tests
    recordings: Recordings
    film: Film
    figures: Figures

    def run(self, setting: str) -> Evolution:
        """The complete block of one evolution. Raises ValueError where the combination is impossible."""
        return combine(self.evolution.common, self.evolution.settings[setting])

    def chunks(self, setting: str) -> range:
        """Numbers of the jobs in which one evolution is computed."""
        found = self.run(setting)
        return range(found.generations // found.chunk_generations)

    def problems(self, data: Data) -> Iterator[dict[str, Any]]:
        """What is wrong with evolutions as a whole and with figures, in the form of pydantic's errors."""
        for setting in self.evolution.settings:
            place = ("evolution", "settings", setting)
            try:
                found = self.run(setting)
            except ValidationError as error:
                yield from ({**each, "loc": (*place, *each["loc"])} for each in error.errors())
                continue
            yield from ({"loc": place, "type": "value_error", "msg": text} for text in self._misfits(found))
        yield from (
            {"loc": ("continued", setting), "type": "value_error", "msg": text}
            for setting, start in self.continued.items()
            for text in self._misfits_of_continued(setting, start)
        )
        outside = [tick for tick in self.recordings.pheromone_ticks if tick >= self.colony.trial.ticks]
        if outside:
            text = f"tick {outside[0]} lies beyond the {self.colony.trial.ticks} ticks of a trial"
            yield {"loc": ("recordings", "pheromone_ticks"), "type": "value_error", "msg": text}
        yield from unknown_settings(self.figures, list(self.evolution.settings))
        yield from self._film_problems()

    def _film_problems(self) -> Iterator[dict[str, Any]]:
        film, settings = self.film, self.evolution.settings
        if film.setting not in settings:
            text = f"there is no evolution {film.setting!r}; evolutions are {', '.join(settings)}"
            yield {"loc": ("film", "setting"), "type": "value_error", "msg": text}
            return
        n_seeds = getattr(settings[film.setting], "n_seeds", None) or self.evolution.common.n_seeds
        if film.seed >= n_seeds:
            text = f"seed {film.seed} does not exist: {film.setting} has {n_seeds} seeds, counted from 0"
            yield {"loc": ("film", "seed"), "type": "value_error", "msg": text}

    def _misfits_of_continued(self, setting: str, start: str) -> Iterator[str]:
        settings = self.evolution.settings
        if unknown := [name for name in (setting, start) if name not in settings]:
            yield f"there is no evolution {unknown[0]!r}; evolutions are {', '.join(settings)}"
        elif start in self.continued:
            yield f"{start} itself continues another evolution; expected one that starts with random brains"
        else:
            ours, other = self.run(setting), self.run(start)
            for key in ("n_hidden", "n_dead_genes", "n_individuals"):
                if getattr(ours, key) != getattr(other, key):
                    yield f"{key} {getattr(ours, key)} differs from the {getattr(other, key)} of {start}"
            if ours.n_seeds > other.n_seeds:
                yield f"n_seeds {ours.n_seeds} is more than the {other.n_seeds} of {start}"

    def _misfits(self, found: Evolution) -> Iterator[str]:
        every, kept = self.recordings.every_generations, found.champion_every
        if every % kept:
            yield f"champion_every {kept} does not divide recordings.every_generations {every}"
        if self.tests.n_candidates > found.generations // kept:
            yield (
                f"generations {found.generations} keep {found.generations // kept} champions, "
                f"fewer than tests.n_candidates {self.tests.n_candidates}"
            )
