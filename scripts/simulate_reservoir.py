"""Simulates the reservoir for one chunk of images; the spikes go into the store."""

import time
from typing import TYPE_CHECKING

from gradfree import provenance, store
from gradfree.experiments import reservoir_spikes
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Model
from gradfree.tasks.library import load_images

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

started, params, wiring = time.monotonic(), snakemake.params, snakemake.wildcards.wiring
images = load_images("digits", snakemake.input[0])
shown = reservoir_spikes.choose_chunk(images, params.digits, params.images)
with Progress(snakemake.log[0], 1) as progress:
    progress.say(f"{len(shown.numbers)} images with wiring {wiring}; building takes about 15 s")
    run = reservoir_spikes.run(Model(**params.model), wiring, images, shown, Stream(params.root_seed, ("reservoir",)))
    run.attrs["wall_time_s"] = round(time.monotonic() - started, 1)
    progress.say(f"done after {run.attrs['wall_time_s']:.0f} s")
run.attrs |= provenance.attributes(params.model, params.root_seed)
store.save(run, *snakemake.output)
