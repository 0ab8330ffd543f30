"""The champion of an evolution: chosen by validation trials, then tested as it is and with something taken away.

The published champion is the best of noisy single trials and so a lucky one. Here champions of the last generations
compete in validation worlds with the mean genome of the last population, in which mutations average out. The winner
alone meets the test worlds, which are the same for every evolution and condition; nothing is ever chosen by them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments import ant_colony
from gradfree.experiments.ant_evolution import forage
from gradfree.randomness import Stream
from gradfree.settings.ant_evolution import Evolution
from gradfree.settings.ant_runs import Tests
from gradfree.settings.ants import Colony, RuleBased
from gradfree.tasks.foraging import arena, rule_based, scoring

Array = NDArray[np.floating]

INTACT = "intact"
GRID = ("untrained", INTACT, "no_smell", "no_deposition")
"""Conditions of the test: champion of generation 0; the chosen champion; its pheromone sensors off; its drops void."""


def without_smell(colony: Colony) -> Colony:
    """Pheromone sensors stay off."""
    return colony.model_copy(update={"senses": colony.senses.model_copy(update={"smell": False})})


def without_deposition(colony: Colony) -> Colony:
    """Drops leave nothing on the ground."""
    return colony.model_copy(update={"motors": colony.motors.model_copy(update={"drop_units": 0.0})})


CHANGES: dict[str, Callable[[Colony], Colony]] = {
    "untrained": lambda colony: colony,
    INTACT: lambda colony: colony,
    "no_smell": without_smell,
    "no_deposition": without_deposition,
}


def worlds(colony: Colony, stream: Stream, purpose: str, n: int) -> arena.Worlds:
    """Worlds named by their purpose and number alone: the same for all evolutions. `stream` is the chapter's."""
    return arena.draw(colony.arena, colony.trial, [stream.generator(purpose, "trial", k) for k in range(n)])


def run(config: Evolution, colony: Colony, tests: Tests, chunks: Sequence[xr.Dataset], stream: Stream) -> xr.Dataset:
    """Chooses and tests the champion of one evolution.

    Args:
        config: of the evolution.
        colony: world and trial of the test.
        tests: numbers of candidates and trials.
        chunks: all of the evolution, in order.
        stream: of the chapter, not of this evolution: all are tested in the same worlds.

    Returns:
        `validation_…` (candidate, validation_trial), the mean genome last; `test_…` (condition, test_trial); the genome
        `champion` (parameter), its generation `champion_of`, and whether it is the mean.
    """
    champions = xr.concat([chunk["champion"] for chunk in chunks], "champion_of")
    condition = config.testing(colony)
    last = champions.isel(champion_of=slice(-tests.n_candidates, None))
    candidates = np.vstack([last.values, chunks[-1]["population"].mean("individual").values])
    candidate_of = np.append(last["champion_of"].values, chunks[-1]["generation"].values[-1])
    validation = trials(condition, candidates, worlds(colony, stream, "validation", tests.n_validation))
    best = int(np.argmax(validation.fitness.reshape(len(candidates), -1).mean(axis=1)))
    test_worlds = worlds(colony, stream, "test", tests.n_trials)
    genomes = {name: candidates[best] for name in GRID} | {"untrained": champions.values[0]}
    outcomes = [trials(CHANGES[name](condition), genomes[name][None], test_worlds) for name in GRID]
    conditions = [_table(outcome, ("condition", "test_trial"), (1, -1), "test_") for outcome in outcomes]
    tested = xr.concat(conditions, "condition").assign_coords(condition=list(GRID))
    competed = _table(validation, ("candidate", "validation_trial"), (len(candidates), -1), "validation_")
    label = {"units": "mixed", "long_name": "genome of the chosen champion: weights (100 pA), delays (ms)"}
    born = {"units": "generation", "long_name": "generation of the chosen champion"}
    mean = {"units": "1", "long_name": "whether the mean genome was chosen"}
    return tested.merge(competed).assign(
        champion=("parameter", candidates[best], label),
        champion_of=((), int(candidate_of[best]), born),
        champion_is_mean=((), float(best == len(candidates) - 1), mean),
        candidate_of=("candidate", candidate_of, {**born, "long_name": "generation of candidates"}),
    )


def trials(colony: Colony, genomes: Array, of: arena.Worlds) -> ant_colony.Outcome:
    """Every genome (genome, parameter) in every world; rows genome by genome."""
    return forage(colony, np.repeat(genomes, len(of), axis=0), of[np.tile(np.arange(len(of)), len(genomes))])


def rules(settings: RuleBased, tests: Tests, stream: Stream) -> xr.Dataset:
    """Food returned (test_trial,) by the rule-based colony, in worlds of its own model."""
    found = rule_based.food_returned(settings, [stream.generator("rules", "trial", k) for k in range(tests.n_trials)])
    label = {"units": "units", "long_name": "food brought to the nest"}
    return xr.Dataset({"food_returned": ("test_trial", found, label)})


def _table(outcome: ant_colony.Outcome, dims: tuple[str, str], shape: tuple[int, int], prefix: str) -> xr.Dataset:
    columns = {
        "fitness": (outcome.fitness, "fitness", "reward"),
        "food": (outcome.food_returned, "food brought to the nest", "units"),
        "drops": (outcome.tally[:, scoring.DROPS], "pheromone drops of all ants", "drops"),
        "moves": (outcome.tally[:, scoring.MOVES], "steps of all ants", "steps"),
    }
    return xr.Dataset(
        {
            f"{prefix}{name}": (dims, values.reshape(shape), {"long_name": text, "units": unit})
            for name, (values, text, unit) in columns.items()
        }
    )
