"""Backpropagation trains the CNN; the run goes into the store."""

from typing import TYPE_CHECKING

from gradfree.experiments import cnn_gradient
from gradfree.experiments.nodes import Node
from gradfree.settings.cnn import GradientTraining
from gradfree.tasks.library import load_images

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

config = GradientTraining(**snakemake.params.config)
node = Node.of(snakemake, "cnn", snakemake.wildcards.method, snakemake.wildcards.setting)
with node.progress(config.epochs * config.batches_per_epoch) as progress:
    run = cnn_gradient.run(config, load_images("digits", snakemake.input[0]), node.stream, node.checkpoints, progress)
node.save(run, test_error_percent=run.test_error_percent[-1].item())
