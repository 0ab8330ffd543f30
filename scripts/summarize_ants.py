"""Gathers one kind of results of all evolutions, by setting and seed."""

from typing import TYPE_CHECKING

from gradfree import store
from gradfree.analysis.ant_summaries import chained
from gradfree.analysis.summaries import gather

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

stores = [file for file in snakemake.input if file.endswith(".zarr")]
runs = {run: [store.load(file) for file in stores if f"/{run}" in file] for run in snakemake.params.runs}
store.save(gather({tuple(run.split("/")): chained(parts) for run, parts in runs.items()}), *snakemake.output)
