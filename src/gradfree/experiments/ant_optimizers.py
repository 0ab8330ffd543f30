"""The optimizers of ant brains: the published genetic algorithm, and an evolution strategy in its place.

Both make a generation out of the last one alone: genomes, step sizes, fitness. So what a chunk or a checkpoint keeps of
it is the whole state.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.models import ant_brain
from gradfree.optimizers import genetic, self_adaptive
from gradfree.settings.ant_evolution import Evolution

Array = NDArray[np.floating]
State = genetic.GeneticState | self_adaptive.SelfAdaptiveState


def n_genes(config: Evolution) -> int:
    """Genes of each kind: as many weights as delays."""
    return ant_brain.n_synapses(config.n_hidden) + config.n_dead_genes


def start(config: Evolution, pool: Array) -> State:
    """The state before generation 0; pool (individual, parameter), the best brain first where they were compared."""
    if config.optimizer == "genetic":
        return genetic.init(pool)
    return self_adaptive.init(pool[0], config.mutation_std, config.n_individuals)


def ask(config: Evolution, state: State, rng: np.random.Generator) -> tuple[Array, State]:
    """The individuals of the next generation (individual, parameter), within the bounds of genes."""
    if isinstance(state, genetic.GeneticState):
        return genetic.ask(state, operators(config), rng)
    children, asked = self_adaptive.ask(state, rng)
    return np.clip(children, *bounds(config)), asked


def tell(state: State, population: Array, fitness: Array) -> State:
    """The state that knows the fitness (individual,) of the population it asked for."""
    if isinstance(state, genetic.GeneticState):
        return genetic.tell(state, population, fitness)
    return self_adaptive.tell(state, population, fitness)


def champion(state: State) -> Array:
    """The genome (parameter,) that stands for a generation that was told: its best individual, or the new center."""
    if isinstance(state, genetic.GeneticState):
        return state.population[np.argmax(np.asarray(state.fitness))]
    return state.parent


def step_sizes(config: Evolution, state: State) -> Array:
    """Standard deviations of mutations (individual,) in the generation that was asked for."""
    if isinstance(state, genetic.GeneticState):
        return np.full(config.n_individuals, config.mutation_std)
    return np.asarray(state.step_sizes)


def resume(config: Evolution, last: xr.Dataset) -> State:
    """The state after the last generation of a dataset of `ant_evolution`."""
    population = last["population"].values
    state = start(config, population)
    if isinstance(state, self_adaptive.SelfAdaptiveState):
        state = replace(state, step_sizes=last["step_size"].values[-1])
    return tell(state, population, last["fitness"].values[-1])


def operators(config: Evolution) -> genetic.Operators:
    """Tournament, blend crossover and Gaussian mutation of all genes alike, clipped to their bounds."""
    low, high = bounds(config)
    return genetic.Operators(
        tournament_size=config.tournament_size,
        crossover="blend",
        crossover_rate=config.crossover_rate,
        blend_alpha=config.blend_alpha,
        mutation_rate=config.mutation_rate,
        gene_mutation_rate=config.gene_mutation_rate,
        mutation_std=config.mutation_std,
        n_elites=config.n_elites,
        low=low,
        high=high,
    )


def bounds(config: Evolution) -> tuple[Array, Array]:
    """Smallest and largest value of each gene (parameter,): weights (100 pA), delays (ms)."""
    n, limit = n_genes(config), config.weight_limit
    return np.repeat([-limit, 1.0], n), np.repeat([limit, float(ant_brain.MAX_DELAY_MS)], n)
