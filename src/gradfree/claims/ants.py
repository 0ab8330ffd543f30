"""Claims about evolved ant colonies: thesis part 4 and Jimenez-Romero et al., Swarm Intelligence 18, 2024.

Seeds are independent evolutions. Food returned is the mean over test trials of the champion that validation chose.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradfree.analysis import published_ants as published
from gradfree.analysis.correlation import holm, trend
from gradfree.analysis.statistics import Estimate, difference, estimate
from gradfree.claims.ledger import Summaries, Verdict, VerdictName, claim

FULL, IMPAIRED, PUBLISHED, AVERAGED = "full", "impaired", "published-ga", "averaged"
ALMOST_NOTHING = 10.0  # units
Array = NDArray[np.floating]


def _food(summaries: Summaries, setting: str, condition: str = "intact") -> Array:
    """Mean food returned in the test trials (seed,)."""
    food = summaries["tests"]["test_food"].sel(setting=setting, condition=condition)
    return food.dropna("seed", how="all").mean("test_trial").values


def _measure(summaries: Summaries, quantity: str, setting: str = FULL) -> Array:
    """A measure of behavior (seed, generation, …) without generations that the evolution does not have."""
    values = summaries["behavior"][quantity].sel(setting=setting).dropna("seed", how="all")
    return values.dropna("generation", how="all").values


@claim(
    "ant-forages",
    source="[T] [ANT] Figs. 12, 14",
    sentence="Spiking brains evolved by a genetic algorithm make a colony forage.",
    published="135.7 ± 9.0 of 152 units in 2000 ticks (100 seeds); 128.6 for the best benchmarked individual",
    figure="ants/performance",
)
def colonies_forage(summaries: Summaries) -> Verdict:
    """Evolved champion minus best random brain of the same evolution, in the same test worlds. Reproduced if the 95 %
    interval of this gain over seeds lies above zero and that of the champions' food reaches 128 units; partly if only
    the former; otherwise not reproduced.
    """
    evolved, random = _food(summaries, FULL), _food(summaries, FULL, "untrained")
    found, gain = estimate(evolved, 0, published.TOTAL_FOOD), estimate(evolved - random)
    reached = found.n > 1 and found.high >= 128
    verdict: VerdictName = "not reproduced" if not gain.low > 0 else "reproduced" if reached else "partly"
    return Verdict(verdict, f"{found} units; best random brains {estimate(random, 0)}; gain {gain}", found.n)


@claim(
    "ant-vs-rules",
    source="[ANT] Fig. 14",
    sentence="The evolved colony brings home more than the rule-based one.",
    published="135.7 ± 9.0 against 124.5 ± 19.6 units",
    figure="ants/performance",
)
def colonies_beat_rules(summaries: Summaries) -> Verdict:
    """Champions' mean food minus the rule-based mean over the same number of trials: reproduced if its 95 % interval
    over seeds lies above zero, partly if only its mean does, otherwise not reproduced. Unpaired: the rule-based model
    has a world of its own.
    """
    rules = summaries["rules"]["food_returned"].values
    found = estimate(_food(summaries, FULL) - rules.mean())
    verdict = _by_interval(found)
    return Verdict(
        verdict, f"rules {rules.mean():.1f} ± {rules.std(ddof=1):.1f}; champions minus rules {found}", found.n
    )


@claim(
    "ant-pheromone",
    source="[ANT] abstract, Fig. 14",
    sentence="Colonies that evolved with pheromone communication beat colonies that evolved without.",
    published="135.7 against 97.2 units, one evolution each",
    figure="ants/performance",
)
def pheromone_helps(summaries: Summaries) -> Verdict:
    """Food of champions with minus without pheromone sensing: reproduced if Welch's 95 % interval over evolutionary
    seeds lies above zero, partly if only the difference of means does, otherwise not reproduced.
    """
    full, impaired = _food(summaries, FULL), _food(summaries, IMPAIRED)
    found = difference(full, impaired)
    text = f"with {estimate(full, 0)}, without {estimate(impaired, 0)}; difference {found}"
    return Verdict(_by_interval(found), text, found.n)


@claim(
    "ant-ablation",
    source="[ANT] Fig. 14",
    sentence="A colony that evolved with pheromone fails when its pheromone sensing is removed.",
    published="0.67 ± 0.93 units; without deposition 0.06 ± 0.25 (reconstructed)",
    figure="ants/ablations",
)
def champions_need_pheromone(summaries: Summaries) -> Verdict:
    """Reproduced if the upper 95 % bounds of food without smell and without deposition both stay below 10 units; partly
    if the intervals of the loss through either lie above half of what the intact colony returns; otherwise not.
    """
    intact = _food(summaries, FULL)
    without = {name: _food(summaries, FULL, name) for name in ("no_smell", "no_deposition")}
    found = {name: estimate(food, 0) for name, food in without.items()}
    fails = all(each.n > 1 and each.high < ALMOST_NOTHING for each in found.values())
    lost = any(estimate(1 - food / np.maximum(intact, 1e-9)).low > 0.5 for food in without.values())
    verdict: VerdictName = "reproduced" if fails else "partly" if lost else "not reproduced"
    texts = f"without smell {found['no_smell']}, without deposition {found['no_deposition']}"
    return Verdict(verdict, f"{texts}; intact {estimate(intact, 0)}", len(intact))


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
    drops = _measure(summaries, "drop_probability")[:, -1, [2, 0]]
    chance = _measure(summaries, "drop_probability_chance_high")[:, -1, [2, 0]]
    near = _measure(summaries, "drops_near")[:, -1] > _measure(summaries, "drops_near_chance_high")[:, -1]
    both: NDArray[np.bool_] = np.all(drops > chance, axis=1)
    verdict: VerdictName = "reproduced" if both.all() else "partly" if near.mean() >= 0.5 else "not reproduced"
    correlation = _measure(summaries, "correlation")[:, -1, 3, :]
    food, nest = (estimate(correlation[:, column]) for column in (1, 10))
    text = f"{both.sum()} of {len(both)} seeds at both, {near.sum()} near either"
    return Verdict(verdict, f"{text}; correlation with food {food}, nest {nest}", len(both))


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
    return Verdict(verdict, f"changes: {text}", len(changes["diversity"]))


def _change(summaries: Summaries, quantity: str) -> Array:
    values = _measure(summaries, quantity)
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
    r = _measure(summaries, "correlation")[:, -1]
    left, right, drop = r[:, 1], r[:, 2], r[:, 3]
    walls = left[:, 0] * right[:, 0] < 0
    smell = (left[:, 2] > right[:, 2]) & (right[:, 4] > left[:, 4])
    places = (drop[:, 1] > 0) & (drop[:, 10] > 0)
    holds = np.stack([walls, smell, places])
    p = summaries["behavior"]["p_zero_lag"].sel(setting=FULL).isel(shown=-1).dropna("seed", how="all").values
    certain = (p < 0.05).sum(axis=(1, 2))
    verdict: VerdictName = "reproduced" if holds.all() else "partly" if holds.mean() >= 0.5 else "not reproduced"
    counts = ", ".join(f"{name} {row.sum()}" for name, row in zip(("walls", "smell", "drops"), holds, strict=True))
    return Verdict(verdict, f"seeds of {len(r)}: {counts}; pairs beyond chance {_list(certain)} of 44", len(r))


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
    values = summaries["behavior"]["correlation_first_ant"].sel(setting=FULL).dropna("seed", how="all")
    values = values.dropna("generation", how="all")
    x = values["generation"].values.astype(float)
    naive, certain = [], []
    for seed in values.transpose("seed", "output", "input", "generation").values:
        lines = [trend(x, y) for y in seed.reshape(-1, len(x))]
        naive.append(sum(line.p_naive < 0.005 for line in lines))
        certain.append(int((holm(np.array([line.p for line in lines])) < 0.05).sum()))
    verdict: VerdictName = "reproduced" if min(certain) > 0 else "partly" if max(certain) > 0 else "not reproduced"
    text = f"pairs of 44 by seed: {_list(certain)} with correction, {_list(naive)} by the published criterion"
    return Verdict(verdict, text, len(certain))


@claim(
    "ant-fitness",
    source="[ANT] Fig. 11",
    sentence="Fitness rises steeply in the first 10 to 30 generations, then slowly.",
    published="mean -3784 at generation 0, at least 2000 by generation 20; best 10 000 by generation 120",
    figure="ants/fitness",
)
def fitness_rises(summaries: Summaries) -> Verdict:
    """The published algorithm (`published-ga`), three checks by the mean over seeds: at generation 0 the mean lies
    within two published standard errors (1143) of -3784; by generation 20 it has reached 2000; by generation 120, or
    the last one, the best individual has reached 10 000. Reproduced if all hold, partly if two do, otherwise not. The
    length of the published training trials is unknown.
    """
    fitness = summaries["evolution"]["fitness"].sel(setting=PUBLISHED).dropna("seed", how="all")
    fitness = fitness.dropna("generation", how="all").dropna("individual", how="all")
    mean, best = fitness.mean("individual").values, fitness.max("individual").values
    start = estimate(mean[:, 0])
    early, top = estimate(mean[:, :21].max(axis=1)), estimate(best[:, :121].max(axis=1))
    passed = (abs(start.mean + 3784) < 1143) + (early.mean >= 2000) + (top.mean >= 10_000)
    verdict: VerdictName = "reproduced" if passed == 3 else "partly" if passed == 2 else "not reproduced"
    return Verdict(verdict, f"generation 0: {start}; best mean to 20: {early}; best to 120: {top}", start.n)


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
    spread = _measure(summaries, "pheromone_spread")[..., -1]
    late, change = estimate(spread[:, -1], 0, 1), estimate(spread[:, -1] - spread[:, 0])
    verdict: VerdictName = "not reproduced" if not change.low > 0 else "reproduced" if late.high >= 0.5 else "partly"
    return Verdict(verdict, f"first {estimate(spread[:, 0], 0, 1)}, last {late}, change {change}", late.n)


@claim(
    "ant-common-worlds",
    source="ours",
    sentence="At the same cost, common worlds and averaged trials give better champions than single noisy trials.",
    published="-",
    figure="ants/ablations",
)
def less_noise_helps(summaries: Summaries) -> Verdict:
    """Food of champions evolved in common worlds (one trial, and the mean of four) minus that of the published
    algorithm: reproduced if Welch's 95 % intervals of both lie above zero, partly if one does, otherwise not.
    """
    base = _food(summaries, PUBLISHED)
    found = {name: difference(_food(summaries, name), base) for name in (FULL, AVERAGED)}
    sure = sum(each.low > 0 for each in found.values())
    verdict: VerdictName = "reproduced" if sure == 2 else "partly" if sure else "not reproduced"
    text = f"published {estimate(base, 0)}; common worlds {found[FULL]}, mean of 4 {found[AVERAGED]} more"
    return Verdict(verdict, text, len(base))


@claim(
    "ant-goal",
    source="ours",
    sentence="An evolved colony brings home more than 140 of 152 units on average.",
    published="best published: 135.7",
    figure="ants/ablations",
)
def goal_beyond(summaries: Summaries) -> Verdict:
    """The champion with the highest validation fitness of all evolutions, chosen without test data: reproduced if the
    95 % interval of its mean over test trials lies above 140 units, partly if it lies above 135.7, otherwise not.
    """
    tests = summaries["tests"]
    validation = tests["validation_fitness"].mean("validation_trial").max("candidate").transpose("setting", "seed")
    place = np.unravel_index(np.nanargmax(validation.values), validation.shape)
    setting = str(tests["setting"].values[place[0]])
    found = estimate(tests["test_food"].sel(condition="intact").isel(setting=place[0], seed=place[1]).values, 0)
    verdict: VerdictName = "reproduced" if found.low > 140 else "partly" if found.low > 135.7 else "not reproduced"
    return Verdict(verdict, f"{found.mean:.1f} [{found.low:.1f}, {found.high:.1f}] ({found.n} trials, {setting})", 1)


def _by_interval(found: Estimate) -> VerdictName:
    return "reproduced" if found.low > 0 else "partly" if found.mean > 0 else "not reproduced"


def _list(numbers: Array | list[int]) -> str:
    return ", ".join(str(int(number)) for number in numbers)
