"""The last chunk of an evolution with its generations counted from its end, -1: another one goes on from there."""

from typing import TYPE_CHECKING

from gradfree import store

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

last = store.load(snakemake.input[0]).load()
generation = last["generation"] - last["generation"][-1] - 1
store.save(last.assign_coords(generation=generation), *snakemake.output)
