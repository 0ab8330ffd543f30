"""Configuration of chapter `l2l`: what is tuned, and how it is searched for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
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
from gradfree.settings.optimizee import NoOptimizee, find
from gradfree.settings.search import Gene, Value

GeneName = Annotated[str, Field(pattern=r"^[A-Za-z]\w*$")]


class Tuned(Block):
    """An optimizee: what it is, and its search space."""

    optimizee: Annotated[str, Field(pattern=r"^[\w.]+:\w+$")]
    """Import path `package.module:Class`; modules in the working folder are found too."""
    settings: dict[str, Any]
    """Passed to the class as they are."""
    inputs: dict[str, str]
    """Files that have to exist before a run, by name; those that a rule makes are made. `{scale}` is the scale."""
    genes: Annotated[dict[GeneName, Gene], Field(min_length=1)]
    """What the search may change."""
    manual: dict[str, Value]
    """The genes somebody chose by hand, to compare with."""
    also_by_hand: dict[SettingName, dict[str, Value]] = Field(default_factory=dict)
    """Other choices by hand by name, run in the same comparisons."""
    comparisons: list[str]
    """Tasks on which found and manual genes are compared at the end; searches may leave some out."""
    n_fresh_seeds: Annotated[int, Field(ge=2)]
    """Runs of that comparison, with randomness that the search never saw."""
    time_limit_s: PositiveInt
    """A run that takes more processor time has failed; so has one that takes ten times as long by the clock."""
    memory_mb: PositiveInt
    """What one run needs."""

    def by_hand(self) -> dict[str, dict[str, Value]]:
        """All choices by hand by name, the manual one first."""
        return {"manual": self.manual, **self.also_by_hand}


class Search(Block):
    """One search by an outer optimizer."""

    optimizee: str
    """Which block of `optimizees` is tuned."""
    optimizer: Literal["genetic", "random", "evolution", "covariance"]
    """GA, random search, self-adaptive evolution strategy, or CMA-ES."""
    task: str | None
    """What individuals are scored on, one of the optimizee's tasks; null for its first."""
    comparisons: list[str] | None
    """On which of the optimizee's comparisons what it found is run; null for all."""
    n_seeds: PositiveInt
    """Independent searches; more of them only add runs."""
    population_size: Annotated[int, Field(ge=2)]
    """Individuals per generation."""
    generations: PositiveInt
    """How many; more of them only add runs."""
    variant: Literal["corrected", "published"]
    """`published`: genes may leave their range, integers are truncated, untouched clones keep their old fitness."""
    carry_over: bool
    """Each run starts from what its slot had learned in the generation before (published), not afresh."""
    tournament_size: PositiveInt
    """GA: individuals drawn per parent."""
    crossover: Literal["blend", "one_point", "two_point", "uniform"]
    """GA: how neighbors mate."""
    crossover_rate: Share
    """GA: probability per pair."""
    blend_alpha: Annotated[float, Field(ge=0)]
    """GA: how far beyond their parents children of `blend` may lie, as a share of the distance."""
    mutation_rate: Share
    """GA: probability per child."""
    gene_mutation_rate: Share
    """GA: probability per gene of a mutating child."""
    mutation_std: PositiveFloat
    """GA: standard deviation of a mutation, as a share of a gene's range."""
    n_elites: Annotated[int, Field(ge=0)]
    """GA: the best that go on unchanged; their runs are not repeated."""
    n_finalists: PositiveInt
    """The best so many are run again with fresh noise on the same task, and the best of them counts as found; 1: the
    best of the search does, as it is (published)."""
    finalist_runs: PositiveInt
    """Runs of each finalist."""
    initial_step_size: PositiveFloat
    """Evolution strategy and CMA-ES: first standard deviation, as a share of a gene's range."""

    @model_validator(mode="after")
    def _the_population_can_be_selected_from(self) -> Self:
        if self.tournament_size > self.population_size:
            raise ValueError(
                f"tournament_size {self.tournament_size} exceeds the population_size {self.population_size}"
            )
        if self.n_elites >= self.population_size:
            raise ValueError(
                f"n_elites {self.n_elites} leaves none of the population_size {self.population_size} to breed"
            )
        if self.n_finalists > self.population_size * self.generations:
            raise ValueError(
                f"n_finalists {self.n_finalists} exceeds the {self.population_size} x {self.generations} individuals"
            )
        return self


SearchOverrides = partial(Search)


class Figures(Block):
    """Which searches each figure shows; searches that none shows are not run."""

    scheme: Shown
    fitness: Shown
    genes: Shown
    landscape: Shown
    comparison: Shown
    random_search: Shown


class L2l(Chapter):
    """Chapter `l2l`."""

    optimizees: dict[SettingName, Tuned]
    common: Search
    settings: dict[SettingName, SearchOverrides]  # type: ignore[valid-type]
    figures: Figures

    def search(self, setting: str) -> Search:
        """The complete block of one search. Raises ValueError where the combination is impossible."""
        return combine(self.common, self.settings[setting])

    def tuned(self, setting: str) -> Tuned:
        """What a search tunes."""
        return self.optimizees[self.search(setting).optimizee]

    def compared(self, setting: str) -> list[str]:
        """The tasks on which what a search found is compared."""
        own = self.search(setting).comparisons
        return self.tuned(setting).comparisons if own is None else own

    def shown(self) -> list[str]:
        """The searches that are run: those that some figure shows."""
        named = {setting for _, shown in self.figures for setting in shown}
        return [setting for setting in self.settings if setting in named]

    def problems(self, data: Data) -> Iterator[dict[str, Any]]:
        """What is wrong with searches as a whole, with optimizees and with figures, as pydantic's errors."""
        used: dict[str, dict[str, str]] = {}
        for setting in self.settings:
            try:
                search = self.search(setting)
            except ValidationError as error:
                yield from ({**each, "loc": ("settings", setting, *each["loc"])} for each in error.errors())
                continue
            if search.optimizee in self.optimizees:
                tasks = used.setdefault(search.optimizee, {})
                tasks |= {setting: search.task} if search.task else {}
                all_of_them = self.optimizees[search.optimizee].comparisons
                if unknown := [task for task in search.comparisons or [] if task not in all_of_them]:
                    message = f"{', '.join(unknown)}: expected some of {', '.join(all_of_them)}"
                    yield _problem(("settings", setting, "comparisons"), message)
            else:
                known = ", ".join(self.optimizees)
                message = f"there is no optimizee {search.optimizee!r}; optimizees are {known}"
                yield _problem(("settings", setting, "optimizee"), message)
        for name, tasks in used.items():
            yield from _problems_of(name, self.optimizees[name], tasks)
        yield from unknown_settings(self.figures, list(self.settings))


def _problem(location: tuple[str, ...], message: str) -> dict[str, Any]:
    return {"loc": location, "type": "value_error", "msg": message}


def _problems_of(name: str, tuned: Tuned, tasks: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """What is wrong with one optimizee that is used, or with the tasks that searches by name score it on."""

    def problem(key: str, message: str) -> dict[str, Any]:
        return _problem(("optimizees", name, key), message)

    if "manual" in tuned.also_by_hand:
        yield problem("also_by_hand", "the name 'manual' is taken by the key of that name")
    for choice, values in tuned.by_hand().items():
        key = "manual" if choice == "manual" else f"also_by_hand.{choice}"
        for gene in values.keys() | tuned.genes.keys():
            if gene not in tuned.genes:
                yield problem(key, f"there is no gene {gene!r}; genes are {', '.join(tuned.genes)}")
            elif gene not in values:
                yield problem(key, f"the gene {gene!r} is missing")
            elif not tuned.genes[gene].allows(values[gene]):
                yield problem(key, f"gene {gene!r} out of bounds: expected {tuned.genes[gene]}, found {values[gene]}")
    try:
        found = find(tuned.optimizee)
        found({key: Path(file) for key, file in tuned.inputs.items()}, **tuned.settings)
    except NoOptimizee as error:
        yield problem("optimizee", str(error))
    except (TypeError, ValueError, KeyError) as error:
        yield problem("settings", f"{tuned.optimizee} refuses them: {error}")
    else:
        known = f"tasks are {', '.join(found.tasks)}"
        for task in (each for each in tuned.comparisons if each not in found.tasks):
            yield problem("comparisons", f"there is no task {task!r}; {known}")
        for setting, task in ((setting, task) for setting, task in tasks.items() if task not in found.tasks):
            yield _problem(("settings", setting, "task"), f"there is no task {task!r}; {known}")
