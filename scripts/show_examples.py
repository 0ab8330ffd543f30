"""One test image of each digit in full: its spikes at the input, and at the outputs before and after training."""

from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import provenance, store
from gradfree.experiments import reservoir_examples, reservoir_spikes
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Model
from gradfree.tasks.library import load_images

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

params, images = snakemake.params, load_images("digits", snakemake.input.digits[0])
shown = reservoir_spikes.choose(images, "test", range(params.n_images), 0, params.n_images)
pixels = reservoir_spikes.pixels(images, shown.numbers)
chunks, runs = (
    [Path(x) for x in files if x.endswith(".zarr")] for files in (snakemake.input.spikes, snakemake.input.runs)
)
stores = {
    wiring: [x for x in chunks if x.parent.name == wiring] for wiring in dict.fromkeys(x.parent.name for x in chunks)
}
trained = {run.parent.name: store.load(run) for run in runs}
stream = Stream(params.root_seed, ("reservoir", "readout")).child("seed", 0)
found = reservoir_examples.run(Model(**params.model), shown, pixels, stores, trained, stream)
found.attrs |= provenance.attributes(params.model, params.root_seed)
store.save(found, *snakemake.output)
