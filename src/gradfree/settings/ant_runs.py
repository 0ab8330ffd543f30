"""Configuration of what is done with evolved colonies: tests of champions, recordings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gradfree.settings.ant_evolution import Evolution
from gradfree.settings.ants import Count
from gradfree.settings.base import Block, PositiveInt, SettingName, partial


class Evolutions(Block):
    """Settings by name: each overrides what is common to all."""

    common: Evolution
    settings: dict[SettingName, partial(Evolution)]  # type: ignore[valid-type]


class Tests(Block):
    """How champions are chosen and tested, in trials of `colony`."""

    n_candidates: PositiveInt
    """Champions of the last so many kept generations that compete; published: 11 were benchmarked."""
    n_validation: PositiveInt
    """Trials by which the champion of a run is chosen among them."""
    n_trials: Annotated[int, Field(ge=2)]
    """Test trials of each chosen champion and of the rule-based colony, the same worlds for all; published: 100."""


class Recordings(Block):
    """What is recorded of champions over evolution."""

    every_generations: PositiveInt
    """The champion of every so many generations forages once for the record; a multiple of `champion_every`."""
    pheromone_ticks: tuple[Count, ...]
    """Ticks at whose end the pheromone field is kept."""
    max_lag_ticks: PositiveInt
    """Largest lag of cross-correlograms."""
    n_surrogates: Annotated[int, Field(ge=19)]
    """Circular shifts of the motors against the sensors that give the distribution under independence."""


class Film(Block):
    """The trial that animation and player show: champions of the first and the last generation in the same world."""

    setting: SettingName
    """Evolution."""
    seed: Count
    """Its number."""
    every_ticks: PositiveInt
    """Ticks between pheromone maps, which are the frames of the animation."""
