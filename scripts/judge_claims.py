"""Judges the claims of one chapter from its summaries."""

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.claims import ledger

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

chapter = snakemake.wildcards.chapter
import_module(f"gradfree.claims.{chapter}")  # registers its claims
summaries = {Path(file).stem: store.load(file) for file in snakemake.input if file.endswith(".zarr")}
rows = ledger.judge_chapter(chapter, summaries, snakemake.params.testable)
store.write_whole(snakemake.output[0], json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
