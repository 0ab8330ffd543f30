"""The first and the last champion of one evolution forage for animation and player."""

from typing import TYPE_CHECKING

from gradfree import store
from gradfree.experiments import ant_behavior
from gradfree.experiments.nodes import Node
from gradfree.randomness import Stream
from gradfree.settings.ant_evolution import Evolution
from gradfree.settings.ant_runs import Recordings
from gradfree.settings.ants import Colony

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

node = Node.of(snakemake, "ants", "film", snakemake.wildcards.setting)
config, colony = Evolution(**snakemake.params.config), Colony(**snakemake.params.colony)
chunks = [store.load(file) for file in snakemake.input.chunks if file.endswith(".zarr")]
recordings, stream = Recordings(**snakemake.params.recordings), Stream(snakemake.params.root_seed, ("ants", "worlds"))
node.save(ant_behavior.run(config, colony, recordings, chunks, stream, node.seed))
