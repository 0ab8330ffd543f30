"""One of the best individuals of a search, again: several runs with fresh noise, the same for all finalists."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree.experiments import finalists, individual, outer_loop
from gradfree.randomness import Stream

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

params, wildcards, limit_s = snakemake.params, snakemake.wildcards, snakemake.resources.time_limit_s
files = individual.Files(*map(Path, (*snakemake.output, snakemake.log[0])))
rank = int(wildcards.rank)
best = finalists.ranked([Path(file).read_text() for file in snakemake.input.populations], rank + 1)
if rank < len(best):
    finalist = outer_loop.Individual(best[rank]["genes"], position=[])
    tuned = partial(individual.make, params.optimizee, params.inputs, params.settings)
    stream = Stream(params.root_seed, ("l2l", wildcards.setting)).child("seed", int(wildcards.seed), "finalists")
    individual.evaluate(finalist, tuned, stream, files, limit_s, params.task, params.n_runs)
else:
    individual.give_up(files, f"the search tried {len(best)} different genes only", genes={}, same_as=None)
