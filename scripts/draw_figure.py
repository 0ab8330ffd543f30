"""Draws one figure of a chapter from its summaries."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import provenance, store
from gradfree.figures import style

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

chapter, figure = snakemake.wildcards.chapter, snakemake.wildcards.figure
draw = import_module(f"gradfree.figures.{chapter}_{figure}").draw
summaries = {Path(file).stem: store.load(file) for file in snakemake.input if file.endswith(".zarr")}
settings = list(snakemake.params.settings)
facts = {"figure": f"{chapter}/{figure}", "settings": ", ".join(settings), "commit": provenance.commit()}
style.save(draw(summaries, settings), dict(snakemake.output.items()), facts)
