"""Writes the book of a scale: ledger, gallery and timing table."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.claims import book

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

captions = {Path(file).stem.replace("_", "/", 1): Path(file).read_text() for file in snakemake.input.captions}
times = book.read_times(snakemake.input.times, snakemake.params.benchmarks)
ledger = json.loads(Path(snakemake.input.claims).read_text())
store.write_whole(snakemake.output.html, book.page(ledger, captions, snakemake.params.figures, times))
store.write_whole(snakemake.output.times, book.times_to_markdown(times))
