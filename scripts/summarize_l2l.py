"""All generations of a search, what it found, and how that compares, in one small dataset."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.analysis import searches

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

populations = [json.loads(Path(file).read_text()) for file in snakemake.input.populations]
found = {Path(file): store.load(file) for file in snakemake.input.found if file.endswith(".zarr")}
manual = {Path(file).stem: store.load(file) for file in snakemake.input.manual if file.endswith(".zarr")}
scores = {(path.parents[1].name, path.stem): run["fitness"].values for path, run in found.items()}
chosen = [json.loads(Path(file).read_text()) for file in snakemake.input.chosen]
by_hand = {task: run["fitness"].values for task, run in manual.items()}
per_seed = snakemake.params.search["generations"] + 1
by_seed = [populations[first : first + per_seed] for first in range(0, len(populations), per_seed)]
params = snakemake.params
store.save(
    searches.gather(by_seed, chosen, params.genes, params.manual, params.search, scores, by_hand), *snakemake.output
)
