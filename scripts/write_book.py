"""Writes the book of a scale: ledger, gallery and timing table."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import provenance, store
from gradfree.claims import book, ledger

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

captions = {Path(file).stem.replace("_", "/", 1): Path(file).read_text() for file in snakemake.input.captions}
by_chapter, by_setting = (book.read_times(snakemake.input.times, snakemake.params.benchmarks, n) for n in (1, None))
times = book.times_to_markdown(by_chapter) + "\n" + book.times_to_markdown(by_setting)
rows = [row for file in snakemake.input.claims for row in json.loads(Path(file).read_text())]
facts = {"scale": snakemake.params.scale, "commit": provenance.commit()}
store.write_whole(snakemake.output.json, ledger.to_json(rows, facts))
store.write_whole(snakemake.output.markdown, ledger.to_markdown(rows, facts))
store.write_whole(
    snakemake.output.html, book.page(rows, facts, captions, snakemake.params.figures, by_chapter + by_setting)
)
store.write_whole(snakemake.output.times, times)
