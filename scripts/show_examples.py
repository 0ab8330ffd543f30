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
stores = reservoir_examples.by_wiring(snakemake.input.spikes)
trained = {Path(run).parent.name: store.load(run) for run in snakemake.input.runs if run.endswith(".zarr")}
stream = Stream(params.root_seed, ("reservoir", "readout")).child("seed", 0)
found = reservoir_examples.run(Model(**params.model), shown, pixels, stores, trained, stream)
found.attrs |= provenance.attributes(params.model, params.root_seed)
store.save(found, *snakemake.output)
