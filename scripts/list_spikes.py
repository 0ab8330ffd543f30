"""The stores of all chunks of spikes, by name, with the hash of each card."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

cards = [Path(file) for file in snakemake.input if file.endswith(".json")]
listed = {card.with_suffix(".zarr").name: hashlib.sha256(card.read_bytes()).hexdigest() for card in cards}
store.write_whole(snakemake.output[0], json.dumps(listed, indent=1) + "\n")
