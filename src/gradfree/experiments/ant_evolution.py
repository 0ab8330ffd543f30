"""A genetic algorithm evolves the brains of ant colonies, chunk of generations after chunk of generations.

Generation 0 is random. Every individual is one genome, weights then delays, which all ants of its colony carry; its
fitness is what the colony earns, averaged over trials. Source: Jimenez-Romero et al. 2024, code (dossier in the
documentation of the chapter).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments import ant_colony
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.history import History, Quantity
from gradfree.models import ant_brain
from gradfree.optimizers import genetic
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.ant_evolution import Evolution
from gradfree.settings.ants import Colony
from gradfree.tasks.foraging import arena, scoring

Array = NDArray[np.floating]

INITIAL_DELAYS_MS = (1, 6)  # whole numbers, both included

PER_INDIVIDUAL = {
    "fitness": Quantity("fitness, mean over trials", "reward", ("individual",)),
    "food_returned": Quantity("food brought to the nest, mean over trials", "units", ("individual",)),
    "finished_early": Quantity("share of trials that ended early because all food was home", "1", ("individual",)),
    "drop_share": Quantity("ant-ticks with a pheromone drop", "1", ("individual",)),
}
PER_GENERATION = PER_INDIVIDUAL | {
    "weight_std": Quantity("standard deviation of weights over individuals, mean over genes", "100 pA"),
    "delay_std": Quantity("standard deviation of delays over individuals, mean over genes", "ms"),
    "champion": Quantity("genome of the best individual: weights (100 pA), delays (ms)", "mixed", ("parameter",)),
}


def n_genes(config: Evolution) -> int:
    """Genes of each kind: as many weights as delays."""
    return ant_brain.n_synapses(config.n_hidden) + config.n_dead_genes


def run(
    config: Evolution,
    colony: Colony,
    stream: Stream,
    chunk: int = 0,
    previous: xr.Dataset | None = None,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Generations `chunk * chunk_generations` up to the next chunk.

    Args:
        config: of the evolution.
        colony: the world; trial, senses and brain are those of `config`.
        stream: randomness of the whole evolution; every generation draws from children with its number.
        chunk: number of the chunk.
        previous: what this function returned for the chunk before; None for chunk 0.
        checkpoints: where an unfinished chunk goes on.
        progress: log.

    Returns:
        Histories over (generation, individual); `champion` (champion, parameter), genomes of the best individuals,
        whose coordinate is their generation; `population` (individual, parameter) of the last generation.

    Raises:
        ValueError: `previous` is not the chunk before, or genes that are not finite.
    """
    checkpoints = checkpoints or Checkpoints(None)
    first, last = chunk * config.chunk_generations, (chunk + 1) * config.chunk_generations
    history = History("generation", PER_GENERATION)
    state = _state(config, colony, stream, first, previous)
    if (saved := checkpoints.newest()) is not None:
        history.restore(saved)
        state = _evaluated(saved)
    for generation in range(first + len(history.steps), last):
        population, state = genetic.ask(state, operators(config), stream.generator("generation", generation, "breed"))
        outcome = evaluate(config, colony, population, stream.child("generation", generation))
        state = genetic.tell(state, population, outcome["fitness"])
        history.record(generation, **outcome, **_genes(population, outcome["fitness"]))
        if progress:
            progress.step(generation + 1 - first, best=outcome["fitness"].max(), mean=outcome["fitness"].mean())
        if checkpoints.due():
            checkpoints.write(generation, _with_population(history.dataset(), population))
    return _result(config, history, state.population)


def operators(config: Evolution) -> genetic.Operators:
    """Tournament, blend crossover and Gaussian mutation of all genes alike, clipped to their bounds."""
    n, limit = n_genes(config), config.weight_limit
    return genetic.Operators(
        tournament_size=config.tournament_size,
        crossover="blend",
        crossover_rate=config.crossover_rate,
        blend_alpha=config.blend_alpha,
        mutation_rate=config.mutation_rate,
        gene_mutation_rate=config.gene_mutation_rate,
        mutation_std=config.mutation_std,
        n_elites=config.n_elites,
        low=np.repeat([-limit, 1.0], n),
        high=np.repeat([limit, float(ant_brain.MAX_DELAY_MS)], n),
    )


def evaluate(config: Evolution, colony: Colony, population: Array, stream: Stream) -> dict[str, Array]:
    """What each individual of a generation earns: histories of `PER_INDIVIDUAL`, each (individual,).

    `corrected`: trial t is the same world for all individuals; `published`: each has worlds of its own.
    """
    n, shared = len(population), config.variant == "corrected"
    names = [("trial", t) if shared else ("trial", t, "individual", i) for i in range(n) for t in range(config.trials)]
    own = names[: config.trials] if shared else names
    training = config.training(colony)
    worlds = arena.draw(training.arena, training.trial, [stream.generator(*name) for name in own])
    if shared:
        worlds = worlds[np.tile(np.arange(config.trials), n)]
    outcome = forage(training, np.repeat(population, config.trials, axis=0), worlds)
    ant_ticks = outcome.tally[:, scoring.TICKS] * training.trial.n_ants
    finished = outcome.tally[:, scoring.FINISHED_TICK] >= 0
    columns = outcome.fitness, outcome.food_returned, finished, outcome.tally[:, scoring.DROPS] / ant_ticks
    means = (np.asarray(column, float).reshape(n, config.trials).mean(axis=1) for column in columns)
    return dict(zip(PER_INDIVIDUAL, means, strict=True))


def forage(colony: Colony, genomes: Array, worlds: arena.Worlds, **options: Any) -> ant_colony.Outcome:
    """Trials of genomes (colony, parameter), one world each. Options are those of `ant_colony.run`.

    Raises ValueError for genomes that are not finite or do not fit the brain.
    """
    weights, delays = np.split(genomes, 2, axis=1)
    return ant_colony.run(colony, weights, delays, worlds, **options)


def _state(
    config: Evolution, colony: Colony, stream: Stream, first: int, previous: xr.Dataset | None
) -> genetic.GeneticState:
    if previous is None and first == 0:
        pool = random_genomes(config, stream.generator("population"))
        if len(pool) > config.n_individuals:
            fitness = evaluate(config, colony, pool, stream.child("pool"))["fitness"]
            pool = pool[np.argsort(-fitness, kind="stable")[: config.n_individuals]]
        return genetic.init(pool)
    if previous is None or int(previous.generation[-1]) != first - 1:
        found = "nothing" if previous is None else f"one that ends with {int(previous.generation[-1])}"
        raise ValueError(f"a chunk that starts with generation {first} needs the one before it: found {found}")
    return _evaluated(previous)


def _evaluated(last: xr.Dataset) -> genetic.GeneticState:
    """The state after the last generation of a dataset; all individuals are evaluated anew, hence no origins."""
    population = last["population"].values
    return genetic.tell(genetic.init(population), population, last["fitness"].values[-1])


def random_genomes(config: Evolution, rng: np.random.Generator) -> Array:
    """The initial pool (individual, parameter): weights uniform within the limit, delays uniform among 1 to 6 ms."""
    shape = config.initial_pool, n_genes(config)
    weights = rng.uniform(-config.weight_limit, config.weight_limit, shape)
    return np.hstack([weights, rng.integers(*INITIAL_DELAYS_MS, endpoint=True, size=shape)])


def _genes(population: Array, fitness: Array) -> dict[str, Array]:
    spread = [genes.std(axis=0).mean() for genes in np.split(population, 2, axis=1)]
    return {"weight_std": spread[0], "delay_std": spread[1], "champion": population[np.argmax(fitness)]}


def _result(config: Evolution, history: History, population: Array) -> xr.Dataset:
    dataset = _with_population(history.dataset(), population)
    kept = (
        dataset["champion"].isel(generation=slice(None, None, config.champion_every)).rename(generation="champion_of")
    )
    return dataset.drop_vars("champion").assign(champion=kept)


def _with_population(dataset: xr.Dataset, population: Array) -> xr.Dataset:
    label = {"units": "mixed", "long_name": "genomes of the last generation: weights (100 pA), delays (ms)"}
    return dataset.assign(population=(("individual", "parameter"), population, label))
