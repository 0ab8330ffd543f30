"""The readout of the reservoir is trained; the run goes into the store."""

from typing import TYPE_CHECKING

from gradfree.experiments import reservoir_data, reservoir_training
from gradfree.experiments.nodes import Node
from gradfree.settings.readout import ReadoutTraining
from gradfree.settings.reservoir import Model

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

config, model = ReadoutTraining(**snakemake.params.config), Model(**snakemake.params.model)
node = Node.of(snakemake, "reservoir", "readout")
stores = [file for file in snakemake.input if file.endswith(".zarr")]
data = reservoir_data.load(stores, config.n_classes)
with node.progress(config.generations, "generation") as progress:
    run = reservoir_training.run(config, model, data, node.stream, node.checkpoints, progress)
node.save(run, test_accuracy=run.test_accuracy[-1].item(), n_failed=run.n_failed.sum().item())
