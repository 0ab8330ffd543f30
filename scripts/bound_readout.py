"""Linear readouts of spike counts and of pixels, for each wiring and number of classes."""

from typing import TYPE_CHECKING

import xarray as xr

from gradfree import store
from gradfree.experiments import reservoir_bounds, reservoir_data, reservoir_spikes
from gradfree.settings.reservoir import PARTS, Model
from gradfree.tasks.library import load_images

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

model, images = Model(**snakemake.params.model), load_images("digits", snakemake.input.digits[0])
found = {}
for wiring, n_classes in snakemake.params.tasks:
    stores = [file for file in snakemake.input.spikes if file.endswith(".zarr") and f"/{wiring}/" in file]
    data = reservoir_data.load(stores, n_classes)
    shown = zip(PARTS, data.parts(), strict=True)
    pixels = {name: reservoir_spikes.pixels(images, part.spikes.image) for name, part in shown}
    found[f"{wiring}, {n_classes} classes"] = reservoir_bounds.run(model, data, pixels)
store.save(xr.concat(found.values(), "setting", join="outer").assign_coords(setting=list(found)), *snakemake.output)
