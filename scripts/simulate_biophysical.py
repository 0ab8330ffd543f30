"""One run of an experiment of chapter biophysical; the run goes into the store."""

from importlib import import_module
from typing import TYPE_CHECKING

from gradfree.experiments.nodes import Node
from gradfree.settings.biophysical import BLOCKS

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

method = snakemake.wildcards.method
config = BLOCKS[method](**snakemake.params.config)
node = Node.of(snakemake, "biophysical", method)
with node.progress(config.iterations) as progress:
    run = import_module(f"gradfree.experiments.biophysical_{method}").run(
        config, node.stream, node.checkpoints, progress
    )
node.save(run)
