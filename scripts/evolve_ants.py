"""One chunk of generations of ant brains; the chunk goes into the store."""

from typing import TYPE_CHECKING

from gradfree import store
from gradfree.experiments import ant_evolution
from gradfree.experiments.nodes import Node
from gradfree.settings.ant_evolution import Evolution
from gradfree.settings.ants import Colony

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

config, colony = Evolution(**snakemake.params.config), Colony(**snakemake.params.colony)
node = Node.of(snakemake, "ants", "evolution", snakemake.wildcards.setting)
chunk, before = int(snakemake.wildcards.chunk), snakemake.input.get("before")
previous = store.load(before[0]).load() if before else None
with node.progress(config.chunk_generations, "generation") as progress:
    run = ant_evolution.run(config, colony, node.stream, chunk, previous, node.checkpoints, progress)
node.save(run, best_fitness=run.fitness.max().item(), mean_fitness=run.fitness[-1].mean().item())
