"""Gathers the histories of all trainings of the readout, by setting and seed."""

from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.analysis.summaries import gather

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

runs = [Path(file) for file in snakemake.input if file.endswith(".zarr")]
found = {
    (run.parent.name, run.stem): store.load(run).drop_dims(["snapshot", "neuron"], errors="ignore") for run in runs
}
store.save(gather(found), *snakemake.output)
