"""One individual of a generation: the inner loop with its genes."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree.experiments import individual, outer_loop
from gradfree.randomness import Stream

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

setting, seed, generation, index = snakemake.wildcards
place = ("seed", int(seed), "generation", int(generation), "individual", int(index))
start = snakemake.input.get("start")
individual.evaluate(
    outer_loop.individual_of(Path(snakemake.input.population).read_text(), int(index)),
    partial(individual.make, snakemake.params.optimizee, snakemake.params.inputs, snakemake.params.settings),
    Stream(snakemake.params.root_seed, ("l2l", setting)).child(*place),
    individual.Files(*map(Path, (*snakemake.output, snakemake.log[0])), start=Path(start[0]) if start else None),
    snakemake.resources.time_limit_s,
    snakemake.params.task,
)
