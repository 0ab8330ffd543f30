"""Claims about how evolved ants behave. Seeds are independent evolutions; recordings are one trial of each champion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradfree.analysis.correlation import holm, trend
from gradfree.analysis.statistics import estimate
from gradfree.analysis.summaries import curve
from gradfree.claims.ant_measures import FULL, Array, late, listed, measure
from gradfree.claims.ledger import Summaries, Verdict, VerdictName, claim


@claim(
    "ant-places",
    source="[ANT] abstract",
    sentence="Ants learn to deposit pheromone near food and near the nest.",
    published="correlations 0.17 to 0.41 of drops with food in view and with being on the nest",
    figure="ants/foraging",
)
def ants_drop_near_food_and_nest(summaries: Summaries) -> Verdict:
    """Last recorded champions. Chance: the same drops shifted in time against the tracks. Reproduced if in every seed
    the probability of a drop exceeds the 97.5 % quantile of chance both with food in view and on the nest; partly if
    in at least half of the seeds the share of drops within 6 patches of nest or food does; otherwise not reproduced.
    """
    drops = measure(summaries, "drop_probability")[:, -1, [2, 0]]
    chance = measure(summaries, "drop_probability_chance_high")[:, -1, [2, 0]]
    near = measure(summaries, "drops_near")[:, -1] > measure(summaries, "drops_near_chance_high")[:, -1]
    both: NDArray[np.bool_] = np.all(drops > chance, axis=1)
    verdict: VerdictName = "reproduced" if both.all() else "partly" if near.mean() >= 0.5 else "not reproduced"
    correlation = measure(summaries, "correlation")[:, -1, 3, :]
    food, nest = (estimate(correlation[:, column]) for column in (1, 10))
    text = f"{both.sum()} of {len(both)} seeds at both, {near.sum()} near either"
    return late(summaries, Verdict(verdict, f"{text}; correlation with food {food}, nest {nest}", len(both)))


@claim(
    "ant-self-organization",
    source="[T] abstract",
    sentence="Self-coordination and self-organization emerge from the optimization of the network alone.",
    published="no number; from the data: ants react ever more alike (0.12 at generation 10, 0.03 at 1600)",
    figure="ants/coordination",
)
def colonies_organize_themselves(summaries: Summaries) -> Verdict:
    """Last minus first generation in the same world, three readings: ants react more alike (SD of correlations over
    ants falls), traffic gathers on the ways between nest and piles, ways home are straighter. Reproduced if the 95 %
    intervals over seeds of at least two changes lie on this side of zero; partly if one does, or all three means;
    otherwise not.
    """
    signs = {"diversity": -1, "traffic_trails": 1, "trip_straightness": 1}
    changes = {name: _change(summaries, name) for name in signs}
    sure = sum(estimate(sign * changes[name]).low > 0 for name, sign in signs.items())
    likely = all(np.nanmean(sign * changes[name]) > 0 for name, sign in signs.items())
    verdict: VerdictName = "reproduced" if sure >= 2 else "partly" if sure or likely else "not reproduced"
    words = {"diversity": "diversity", "traffic_trails": "trails", "trip_straightness": "straightness"}
    text = "; ".join(f"{words[name]} {estimate(values)}" for name, values in changes.items())
    return late(summaries, Verdict(verdict, f"changes: {text}", len(changes["diversity"])))


def _change(summaries: Summaries, quantity: str) -> Array:
    values = measure(summaries, quantity)
    return values[:, -1] - values[:, 0]


@claim(
    "ant-correlations",
    source="[T] [ANT] Fig. 15",
    sentence="Sensor-motor correlations explain behavior: away from walls, toward smell, drops at food and nest.",
    published="left-wall -0.45, right-wall 0.25; smell to its own side; drops with food 0.31, on nest 0.17",
    figure="ants/correlations",
)
def correlations_explain_behavior(summaries: Summaries) -> Verdict:
    """Three patterns in the last recorded champions, none of which depends on which side is which: walls move the two
    turns in opposite directions; each smell side favors its own turn over the other; drops correlate positively with
    food in view and with the nest. Reproduced if all patterns hold in all seeds, partly if at least half of them do,
    otherwise not. Beside it: pairs beyond chance after correction for 44 tests.
    """
    r = measure(summaries, "correlation")[:, -1]
    left, right, drop = r[:, 1], r[:, 2], r[:, 3]
    walls = left[:, 0] * right[:, 0] < 0
    smell = (left[:, 2] > right[:, 2]) & (right[:, 4] > left[:, 4])
    places = (drop[:, 1] > 0) & (drop[:, 10] > 0)
    holds = np.stack([walls, smell, places])
    p = summaries["behavior"]["p_zero_lag"].sel(setting=FULL).isel(shown=-1).dropna("seed", how="all").values
    certain = (p < 0.05).sum(axis=(1, 2))
    verdict: VerdictName = "reproduced" if holds.all() else "partly" if holds.mean() >= 0.5 else "not reproduced"
    counts = ", ".join(f"{name} {row.sum()}" for name, row in zip(("walls", "smell", "drops"), holds, strict=True))
    ours = f"seeds of {len(r)}: {counts}; pairs beyond chance {listed(certain)} of 44"
    return late(summaries, Verdict(verdict, ours, len(r)))


@claim(
    "ant-trends",
    source="[T] [ANT] Fig. 16",
    sentence="Sensor-motor correlations change systematically over evolution.",
    published="22 of 44 pairs with p < 0.005, uncorrected (reconstructed)",
    figure="ants/trends",
)
def correlations_change(summaries: Summaries) -> Verdict:
    """Straight lines through the first ant's correlations over generations, each seed for itself. Reproduced if in
    every seed some pair's trend holds (p < 0.05) with autocorrelated generations and Holm's correction for 44 tests,
    partly if in some seed, otherwise not. Beside it: how many pass the published, uncorrected criterion.
    """
    values = curve(summaries["behavior"], FULL, "correlation_first_ant")
    x = values["generation"].values.astype(float)
    naive, certain = [], []
    for seed in values.transpose("seed", "output", "input", "generation").values:
        lines = [trend(x, y) for y in seed.reshape(-1, len(x))]
        naive.append(sum(line.p_naive < 0.005 for line in lines))
        certain.append(int((holm(np.array([line.p for line in lines])) < 0.05).sum()))
    verdict: VerdictName = "reproduced" if min(certain) > 0 else "partly" if max(certain) > 0 else "not reproduced"
    text = f"pairs of 44 by seed: {listed(certain)} with correction, {listed(naive)} by the published criterion"
    return late(summaries, Verdict(verdict, text, len(certain)))


@claim(
    "ant-pheromone-map",
    source="[ANT] Fig. 13",
    sentence="Early colonies hardly mark the arena, late ones do.",
    published="patches with > 1 unit: 5.6 % at generation 10, 59 to 97 % later",
    figure="ants/pheromone",
)
def colonies_mark_the_arena(summaries: Summaries) -> Verdict:
    """Share of marked patches at the last moment, last against first recorded generation: reproduced if the 95 %
    interval of the late share meets 0.5 to 1 and that of the change lies above zero, partly if only the latter does,
    otherwise not.
    """
    spread = measure(summaries, "pheromone_spread")[..., -1]
    last, change = estimate(spread[:, -1], 0, 1), estimate(spread[:, -1] - spread[:, 0])
    verdict: VerdictName = "not reproduced" if not change.low > 0 else "reproduced" if last.high >= 0.5 else "partly"
    ours = f"first {estimate(spread[:, 0], 0, 1)}, last {last}, change {change}"
    return late(summaries, Verdict(verdict, ours, last.n))
