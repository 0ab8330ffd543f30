"""Compiles the engines of the ant colonies once, so that no run spends its time on it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from gradfree.experiments import ant_colony
from gradfree.experiments.ant_recording import Wanted
from gradfree.models import ant_brain
from gradfree.provenance import code_hash
from gradfree.settings.ants import Brain, Colony, RuleBased, Trial
from gradfree.tasks.foraging import arena, rule_based


def compile_engines() -> dict[str, Any]:
    """Lives one tick in every way there is; the machine code stays on disk. Returns what it took."""
    started = time.monotonic()
    colony = Colony(brain=Brain(n_hidden=1, n_dead_genes=0), trial=Trial(ticks=1))
    genes = np.ones((1, ant_brain.n_synapses(1)))
    worlds = arena.draw(colony.arena, colony.trial, [np.random.default_rng(0)])
    for wanted in (Wanted(), Wanted(tracks=True, spikes=True, pheromone_ticks=(0,))):
        ant_colony.run(colony, genes, genes, worlds, wanted)
    rule_based.food_returned(RuleBased(ticks=1), [np.random.default_rng(0)])
    return {
        "engine": code_hash("gradfree.experiments.ant_colony"),
        "compiled_in_s": round(time.monotonic() - started, 1),
    }
