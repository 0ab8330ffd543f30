"""How the reservoir fires: rates by image and by neuron, and one image spike by spike, for each input wiring."""

from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.analysis import reservoir_activity

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

runs = [Path(file) for file in snakemake.input if file.endswith(".zarr")]
chunks = [(run.parent.name, store.load(run)) for run in runs]
store.save(reservoir_activity.summarize(chunks, **snakemake.params.sizes), *snakemake.output)
