"""Configuration of an evolution of ant brains.

Published values: Jimenez-Romero et al., Swarm Intelligence 18, 2024, code published with it.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gradfree.settings.ants import Brain, Colony, Count, Senses
from gradfree.settings.base import Block, PositiveFloat, PositiveInt, Share


class Evolution(Block):
    """One run of the genetic algorithm over brains of ants."""

    n_seeds: PositiveInt
    """Independent evolutions; more of them only add runs."""
    generations: PositiveInt
    """Generations, the first one random; more of them only lengthen the chain."""
    chunk_generations: PositiveInt
    """Generations per job; divides `generations`."""
    variant: Literal["published", "corrected"]
    """`published`: each individual forages in worlds of its own, so that luck decides; `corrected`: all individuals of
    a generation in the same ones (common random numbers)."""
    trials: PositiveInt
    """Trials per individual and generation whose fitness is averaged; published: 1."""
    ticks: PositiveInt
    """Ticks of a training trial; the published number is unknown."""
    units_per_pile_patch: PositiveInt
    """Food of a training trial; the published amount is unknown."""
    smell: bool
    """Whether ants sense pheromone; not in the published `impaired` model."""
    n_hidden: Annotated[int, Field(gt=0, le=60)]
    """Hidden neurons: 20 in the published full model, 10 in the impaired one."""
    n_dead_genes: Count
    """Genes at the end of weights and delays that nothing reads; published: 20 in the full model, 0 in the impaired."""
    n_individuals: Annotated[int, Field(ge=4)]
    """Population size, even: parents mate in pairs."""
    initial_pool: PositiveInt
    """Random genomes of which the best become generation 0; published: n_individuals. Few random brains forage at all;
    where none does, the population soon consists of ants that save energy by never moving."""
    n_elites: Count
    """Best individuals that stay and are evaluated again; 2 inferred from the published data, 0 in the public code."""
    tournament_size: PositiveInt
    """Individuals drawn, with replacement, for one parent."""
    crossover_rate: Share
    """Probability that a pair mates."""
    blend_alpha: Annotated[float, Field(ge=0)]
    """How far blend crossover goes beyond the parents."""
    mutation_rate: Share
    """Probability that an individual mutates."""
    gene_mutation_rate: Share
    """Probability of each of its genes."""
    mutation_std: PositiveFloat
    """Standard deviation of what is added, in units of weights (100 pA) and delays (ms)."""
    weight_limit: PositiveFloat
    """Genes of weights lie within plus and minus this."""
    champion_every: PositiveInt
    """The best individual of every so many generations is kept; divides `chunk_generations`."""

    @model_validator(mode="after")
    def _counts_fit_together(self) -> Self:
        for what, part in (("generations", "chunk_generations"), ("chunk_generations", "champion_every")):
            if getattr(self, what) % getattr(self, part):
                raise ValueError(f"{what} {getattr(self, what)} is no multiple of {part} {getattr(self, part)}")
        if (self.n_individuals - self.n_elites) % 2:
            raise ValueError(
                f"n_individuals {self.n_individuals} minus n_elites {self.n_elites} is odd: parents mate in pairs"
            )
        if self.initial_pool < self.n_individuals:
            raise ValueError(f"initial_pool {self.initial_pool} is smaller than n_individuals {self.n_individuals}")
        if self.n_elites >= self.n_individuals:
            raise ValueError(f"n_elites {self.n_elites} leaves no offspring of n_individuals {self.n_individuals}")
        return self

    def of_a_chunk(self) -> Evolution:
        """The block without what only decides how many jobs there are, so that more of them change no other."""
        return self.model_copy(update={"n_seeds": 1, "generations": self.chunk_generations})

    def training(self, colony: Colony) -> Colony:
        """The colony as it trains."""
        trial = colony.trial.model_copy(update={"ticks": self.ticks, "units_per_pile_patch": self.units_per_pile_patch})
        return self.testing(colony).model_copy(update={"trial": trial})

    def testing(self, colony: Colony) -> Colony:
        """The colony in the test condition: trial of `colony`, senses and brain of this evolution."""
        senses = Senses(**{**colony.senses.model_dump(), "smell": self.smell})
        brain = Brain(n_hidden=self.n_hidden, n_dead_genes=self.n_dead_genes)
        return colony.model_copy(update={"senses": senses, "brain": brain})
