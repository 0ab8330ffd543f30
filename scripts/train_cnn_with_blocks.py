"""The block-wise Kalman filter trains the CNN; the run goes into the store."""

from typing import TYPE_CHECKING

from gradfree.experiments import cnn_blocks
from gradfree.experiments.nodes import Node
from gradfree.settings.cnn import BlockTraining
from gradfree.tasks.library import load_images

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

config = BlockTraining(**snakemake.params.config)
node = Node.of(snakemake, "cnn", snakemake.wildcards.method, snakemake.wildcards.setting)
with node.progress(config.iterations) as progress:
    run = cnn_blocks.run(config, load_images("digits", snakemake.input[0]), node.stream, node.checkpoints, progress)
node.save(run, test_error_percent=run.test_error_percent[-1].item())
