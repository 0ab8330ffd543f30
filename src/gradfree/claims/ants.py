"""Claims about evolved ant colonies: thesis part 4 and Jimenez-Romero et al., Swarm Intelligence 18, 2024.

Seeds are independent evolutions. Food returned is the mean over test trials of the champion that validation chose.
Claims about behavior stand in `ant_behavior`.
"""

from __future__ import annotations

import numpy as np

from gradfree.analysis import published_ants as published
from gradfree.analysis.statistics import difference, estimate
from gradfree.analysis.summaries import curve
from gradfree.claims import ant_behavior as ant_behavior  # registers its claims
from gradfree.claims.ant_measures import AVERAGED, FULL, IMPAIRED, PUBLISHED, food_of, late
from gradfree.claims.ledger import Summaries, Verdict, VerdictName, by_count, by_interval, claim

ALMOST_NOTHING = 10.0  # units


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
    evolved, random = food_of(summaries, FULL), food_of(summaries, FULL, "untrained")
    found, gain = estimate(evolved, 0, published.TOTAL_FOOD), estimate(evolved - random)
    reached = found.n > 1 and found.high >= 128
    verdict: VerdictName = "not reproduced" if not gain.low > 0 else "reproduced" if reached else "partly"
    ours = f"{found} units; best random brains {estimate(random, 0)}; gain {gain}"
    return late(summaries, Verdict(verdict, ours, found.n))


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
    found = estimate(food_of(summaries, FULL) - rules.mean())
    verdict = by_interval(found)
    ours = f"rules {rules.mean():.1f} ± {rules.std(ddof=1):.1f}; champions minus rules {found}"
    return late(summaries, Verdict(verdict, ours, found.n))


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
    full, impaired = food_of(summaries, FULL), food_of(summaries, IMPAIRED)
    found = difference(full, impaired)
    text = f"with {estimate(full, 0)}, without {estimate(impaired, 0)}; difference {found}"
    return late(summaries, Verdict(by_interval(found), text, found.n))


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
    intact = food_of(summaries, FULL)
    without = {name: food_of(summaries, FULL, name) for name in ("no_smell", "no_deposition")}
    found = {name: estimate(food, 0) for name, food in without.items()}
    fails = all(each.n > 1 and each.high < ALMOST_NOTHING for each in found.values())
    lost = any(estimate(1 - food / np.maximum(intact, 1e-9)).low > 0.5 for food in without.values())
    verdict: VerdictName = "reproduced" if fails else "partly" if lost else "not reproduced"
    texts = f"without smell {found['no_smell']}, without deposition {found['no_deposition']}"
    return late(summaries, Verdict(verdict, f"{texts}; intact {estimate(intact, 0)}", len(intact)))


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
    fitness = curve(summaries["evolution"], PUBLISHED, "fitness").dropna("individual", how="all")
    mean, best = fitness.mean("individual").values, fitness.max("individual").values
    start = estimate(mean[:, 0])
    early, top = estimate(mean[:, :21].max(axis=1)), estimate(best[:, :121].max(axis=1))
    passed = (abs(start.mean + 3784) < 1143) + (early.mean >= 2000) + (top.mean >= 10_000)
    verdict: VerdictName = "reproduced" if passed == 3 else "partly" if passed == 2 else "not reproduced"
    return Verdict(verdict, f"generation 0: {start}; best mean to 20: {early}; best to 120: {top}", start.n)


@claim(
    "ant-common-worlds",
    source="ours",
    sentence="With as many trials, common worlds and averaged trials give better champions than single noisy trials.",
    published="-",
    figure="ants/ablations",
)
def less_noise_helps(summaries: Summaries) -> Verdict:
    """Food of champions evolved in common worlds (one trial, and the mean of four) minus that of the published
    algorithm: reproduced if Welch's 95 % intervals of both lie above zero, partly if one does, otherwise not.
    """
    base = food_of(summaries, PUBLISHED)
    found = {name: difference(food_of(summaries, name), base) for name in (FULL, AVERAGED)}
    text = f"published {estimate(base, 0)}; common worlds {found[FULL]}, mean of 4 {found[AVERAGED]} more"
    return Verdict(by_count(each.low > 0 for each in found.values()), text, len(base))


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
