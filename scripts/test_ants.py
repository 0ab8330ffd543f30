"""Chooses the champion of an evolution and tests it, with and without pheromone."""

from typing import TYPE_CHECKING

from gradfree import store
from gradfree.experiments import ant_tests
from gradfree.experiments.nodes import Node
from gradfree.randomness import Stream
from gradfree.settings.ant_evolution import Evolution
from gradfree.settings.ant_runs import Tests
from gradfree.settings.ants import Colony

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

node = Node.of(snakemake, "ants", "tests", snakemake.wildcards.setting)
config, colony = Evolution(**snakemake.params.config), Colony(**snakemake.params.colony)
chunks = [store.load(file) for file in snakemake.input.chunks if file.endswith(".zarr")]
tests, stream = Tests(**snakemake.params.tests), Stream(snakemake.params.root_seed, ("ants", "worlds"))
run = ant_tests.run(config, colony, tests, chunks, stream)
node.save(run, food_returned=run.test_food.sel(condition="intact").mean().item())
