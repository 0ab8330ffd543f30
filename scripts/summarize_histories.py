"""Gathers the histories of all runs of a method, by setting and seed."""

from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.analysis.summaries import gather

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

runs = [Path(file) for file in snakemake.input if file.endswith(".zarr")]
store.save(gather({(run.parent.name, run.stem): store.load(run) for run in runs}), *snakemake.output)
