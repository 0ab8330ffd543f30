"""Examples in full of a toy training, whose test set holds just the images that are shown."""

from pathlib import Path

import numpy as np
import toy_reservoir as toy
import xarray as xr

from gradfree import store
from gradfree.experiments import reservoir_examples, reservoir_training
from gradfree.experiments.reservoir_data import Data
from gradfree.experiments.reservoir_spikes import Shown
from gradfree.randomness import Stream

STREAM = Stream(0, ("examples",))
TEST = toy.part(1, 60_000)
SHOWN = Shown(TEST.spikes.image, TEST.labels)
PIXELS = np.random.default_rng(0).uniform(size=(3, 784))
WIRINGS = ("published", "one_strong_synapse_per_pixel")


def trained(**overrides) -> xr.Dataset:
    config = toy.config(generations=2, **overrides)
    run = reservoir_training.run(config, toy.MODEL, Data(toy.part(4, 0), toy.part(1, 50_000), TEST), STREAM)
    run.attrs["config"] = config.model_dump_json()
    return run


def stores(folder: Path) -> dict[str, list[Path]]:
    """Two chunks for each wiring: the images that are shown stand in the second one."""
    paths = [folder / "chunk-0.zarr", folder / "chunk-1.zarr"]
    for path, part in zip(paths, (toy.part(1, 50_000), TEST), strict=True):
        store.save(toy.chunk(part), path, path.with_suffix(".json"))
    return dict.fromkeys(WIRINGS, paths)


def examples(folder: Path, runs: dict[str, xr.Dataset]) -> xr.Dataset:
    return reservoir_examples.run(toy.MODEL, SHOWN, PIXELS, stores(folder), runs, STREAM)
