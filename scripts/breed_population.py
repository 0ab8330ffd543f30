"""The individuals of one generation, from the outcomes of the one before."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.experiments import individual, outer_loop
from gradfree.randomness import Stream
from gradfree.settings.l2l import Search
from gradfree.settings.search import Gene

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

params, wildcards = snakemake.params, snakemake.wildcards
search, genes = Search(**params.search), {name: Gene(**gene) for name, gene in params.genes.items()}
stream = Stream(params.root_seed, ("l2l", wildcards.setting, "seed", int(wildcards.seed)))
if snakemake.input:
    previous = outer_loop.from_json(Path(snakemake.input.population).read_text(), search)
    outcomes = [individual.outcome_of(json.loads(Path(card).read_text())) for card in snakemake.input.cards]
    population = outer_loop.next_population(previous, outcomes, search, genes, stream)
else:
    population = outer_loop.first_population(search, genes, stream)
store.write_whole(snakemake.output[0], outer_loop.to_json(population))
