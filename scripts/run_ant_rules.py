"""The rule-based colony forages."""

from pathlib import Path
from typing import TYPE_CHECKING

from gradfree import provenance, store
from gradfree.experiments import ant_tests
from gradfree.randomness import Stream
from gradfree.settings.ant_runs import Tests
from gradfree.settings.ants import RuleBased

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

settings, tests = RuleBased(**snakemake.params.rules), Tests(**snakemake.params.tests)
run = ant_tests.rules(settings, tests, Stream(snakemake.params.root_seed, ("ants", "worlds")))
run.attrs.update(provenance.attributes(snakemake.params.rules))
store.save(run, Path(snakemake.output.run), Path(snakemake.output.card))
