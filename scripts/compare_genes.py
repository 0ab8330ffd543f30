"""Genes that were found or chosen by hand once more, on a task and with randomness that the search never saw."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import provenance, store
from gradfree.experiments import individual
from gradfree.randomness import Stream

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

params, task = snakemake.params, snakemake.wildcards.task
found = snakemake.input.get("found")
genes = json.loads(Path(found).read_text())["genes"] if found else params.by_hand
optimizee = individual.make(params.optimizee, params.inputs, params.settings)
stream = Stream(params.root_seed, ("l2l", "fresh", params.name, task))  # the same for all that are compared
runs = individual.runs(optimizee, genes, stream, task, params.n_runs)
small = individual.without_ensembles(runs)
small.attrs |= provenance.attributes({"genes": genes})
store.save(small, *snakemake.output, genes=genes, fitness=small["fitness"].values.tolist())
