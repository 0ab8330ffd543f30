"""The EnKF trains the CNN; the run goes into the store."""

from typing import TYPE_CHECKING

from gradfree.experiments import cnn_enkf
from gradfree.experiments.nodes import Node
from gradfree.settings.cnn import EnkfTraining
from gradfree.tasks.library import load_images

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

config = EnkfTraining(**snakemake.params.config)
node = Node.of(snakemake, "cnn", snakemake.wildcards.method, snakemake.wildcards.setting)
with node.progress(config.iterations) as progress:
    run = cnn_enkf.run(config, load_images(config.data, snakemake.input[0]), node.stream, node.checkpoints, progress)
node.save(run, test_error_percent=run.test_error_percent[-1].item(), n_failed=run.n_failed.sum().item())
