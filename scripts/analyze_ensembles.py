"""Covariances, spectra and principal components of the ensembles that trainings kept."""

from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.analysis import ensembles

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

runs = [Path(file) for file in snakemake.input if file.endswith(".zarr")]
found = {(run.parent.name, run.stem): ensembles.analyze(store.load(run)) for run in runs}
store.save(ensembles.gather(found), *snakemake.output)
