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
by_hand = {Path(file): store.load(file) for file in snakemake.input.by_hand if file.endswith(".zarr")}
scores = {(path.parents[1].name, path.stem): run["fitness"].values for path, run in found.items()}
chosen = [json.loads(Path(file).read_text()) for file in snakemake.input.chosen]
hand_scores = {(path.parent.name, path.stem): run["fitness"].values for path, run in by_hand.items()}
per_seed = snakemake.params.search["generations"] + 1
by_seed = [populations[first : first + per_seed] for first in range(0, len(populations), per_seed)]
params = snakemake.params
store.save(
    searches.gather(by_seed, chosen, params.genes, params.by_hand, params.search, scores, hand_scores),
    *snakemake.output,
)
