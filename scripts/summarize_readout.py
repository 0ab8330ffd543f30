"""Gathers the histories of all trainings of the readout, by setting and seed."""

from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.analysis.readout_histories import histories
from gradfree.analysis.summaries import gather

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

runs = [Path(file) for file in snakemake.input if file.endswith(".zarr")]
store.save(gather({(run.parent.name, run.stem): histories(store.load(run)) for run in runs}), *snakemake.output)
