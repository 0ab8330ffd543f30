"""Measures the behavior in the recordings of one evolution."""

from typing import TYPE_CHECKING

from gradfree import store
from gradfree.analysis import ant_behavior
from gradfree.experiments.nodes import Node
from gradfree.settings.ant_runs import Recordings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

node = Node.of(snakemake, "ants", "behavior", snakemake.wildcards.setting)
recording, settings = store.load(snakemake.input[0]), Recordings(**snakemake.params.recordings)
node.save(ant_behavior.analyze(recording, settings, snakemake.params.n_ticks, node.stream))
