"""The fitness of a colony from what its ants did (Jimenez-Romero et al. 2024, code)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradfree.settings.ants import Scoring

TALLY = ("returned", "picked_up", "wall_contacts", "turns", "moves", "drops", "ticks", "finished_tick")
"""Columns of a tally: numbers of events over all ants; `finished_tick` is -1 unless all food came home early."""
RETURNED, PICKED_UP, WALL_CONTACTS, TURNS, MOVES, DROPS, TICKS, FINISHED_TICK = range(len(TALLY))


def empty_tally(n_colonies: int) -> NDArray[np.int64]:
    """Tallies (colony, column) before the first tick."""
    tally = np.zeros((n_colonies, len(TALLY)), np.int64)
    tally[:, FINISHED_TICK] = -1
    return tally


def fitness(scoring: Scoring, tally: NDArray[np.int64], trial_ticks: int) -> NDArray[np.float64]:
    """One number per colony, higher is better.

    Args:
        scoring: what each event is worth.
        tally: (colony, column), columns as in `TALLY`.
        trial_ticks: length of the trial, to which the bonus for an early end counts.
    """
    if tally.ndim != 2 or tally.shape[1] != len(TALLY):
        raise ValueError(f"a tally of shape {tally.shape}: expected (colony, {len(TALLY)}), columns {', '.join(TALLY)}")
    worth = (
        scoring.returned,
        scoring.picked_up,
        scoring.wall_contact,
        scoring.turn,
        scoring.move,
        scoring.drop,
        scoring.tick,
    )
    finished = tally[:, FINISHED_TICK]
    total = np.where(finished >= 0, scoring.early_tick * (trial_ticks - finished), 0.0)
    for column, value in enumerate(worth):  # a matrix product would add in an order that depends on the other rows
        total = total + value * tally[:, column]
    return total
