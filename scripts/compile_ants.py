"""Compiles the engines of the ant colonies."""

import json
from typing import TYPE_CHECKING

from gradfree import store
from gradfree.experiments.ant_warmup import compile_engines

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

store.write_whole(snakemake.output[0], json.dumps(compile_engines(), indent=1) + "\n")
