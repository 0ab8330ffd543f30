"""What a search found: of its finalists the one that did best when run again."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.experiments import finalists

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

populations = [Path(file).read_text() for file in snakemake.input.populations]
cards = [json.loads(Path(file).read_text()) for file in snakemake.input.cards]
found = finalists.choose(finalists.ranked(populations, max(len(cards), 1)), cards)
store.write_whole(snakemake.output[0], json.dumps(found, indent=1) + "\n")
