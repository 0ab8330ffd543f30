"""Judges every claim from the summaries and writes the ledger."""

from pathlib import Path
from typing import TYPE_CHECKING

import gradfree.claims.cnn  # noqa: F401 - registers its claims
from gradfree import provenance, store
from gradfree.claims import ledger

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

summaries = {Path(file).stem: store.load(file) for file in snakemake.input if file.endswith(".zarr")}
facts = {"scale": snakemake.params.scale, "commit": provenance.commit(), "summaries": list(snakemake.input)}
rows = ledger.judge_all(summaries, snakemake.params.testable)
store.write_whole(snakemake.output.json, ledger.to_json(rows, facts))
store.write_whole(snakemake.output.markdown, ledger.to_markdown(rows, facts))
