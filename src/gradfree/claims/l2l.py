"""Claims of chapter `l2l`: thesis part 3.

Scores are in percent points, higher is better. What is compared was run again, with seeds that no search saw and on
images that no search saw; found and manual genes share these fresh seeds, so that margins are paired.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np
import xarray as xr

from gradfree.analysis import searches
from gradfree.analysis.statistics import difference, estimate
from gradfree.claims.ledger import NOT_TESTABLE, Summaries, Verdict, VerdictName, by_count, by_interval, claim

GENETIC, RANDOM, PUBLISHED = "cnn-genetic", "cnn-random", "cnn-published"
RESERVOIR, NEURONS = "reservoir-genetic", "neurons-genetic"
THESIS = "thesis"  # the configuration that the thesis chose by hand
AS_GOOD_WITHIN = 1.0  # points; less than what two seeds of one configuration differ by
APART = 0.25  # share of the range of at least one gene


def _needs(
    *settings: str, over: str = "manual"
) -> Callable[[Callable[[Summaries], Verdict]], Callable[[Summaries], Verdict]]:
    """The claim cannot be judged where a search it is about was not run, as when only one's own searches are, or was
    not compared with the choice by hand that it is about.
    """

    def wrap(judge: Callable[[Summaries], Verdict]) -> Callable[[Summaries], Verdict]:
        @wraps(judge)
        def judged(summaries: Summaries) -> Verdict:
            missing = [name for name in settings if name not in summaries or "found_score" not in summaries[name]]
            if not missing and any(over not in summaries[name]["choice"] for name in settings):
                missing = [f"the choice {over}"]
            return Verdict(NOT_TESTABLE, f"not run: {', '.join(missing)}", 0) if missing else judge(summaries)

        return judged

    return wrap


def _tasks(summary: xr.Dataset) -> list[str]:
    return [str(task) for task in summary["task"].values]


@claim(
    "l2l-tunes",
    source="[T]",
    sentence="A genetic algorithm over the hyper-parameters of the EnKF removes manual tuning.",
    published="none known",
    figure="l2l/comparison",
)
@_needs(GENETIC)
def the_search_replaces_tuning_by_hand(summaries: Summaries) -> Verdict:
    """Margin of the found over the manual configuration on test images at the same budget, mean over fresh seeds, one
    value per search. Reproduced if its 95 % interval over searches lies above -1 point (at least as good), partly if
    only its mean does, otherwise not reproduced.
    """
    summary = summaries[GENETIC]
    task = _tasks(summary)[0]
    found = estimate(searches.margins(summary, task).mean(axis=1))
    runs = searches.n_trained(summary).mean()
    text = f"margin {found} points on {task} images, for {runs:.0f} inner runs per search"
    return Verdict(by_interval(found, -AS_GOOD_WITHIN), text, found.n)


@claim(
    "l2l-alternatives",
    source="[T]",
    sentence="The search suggests alternative configurations.",
    published="none known",
    figure="l2l/landscape",
)
@_needs(GENETIC)
def the_search_suggests_alternatives(summaries: Summaries) -> Verdict:
    """A found configuration is good if the 95 % interval of its margin over the manual one, over fresh seeds on test
    images, lies above -1 point; two are distinct if some gene differs by a quarter of its range (as the search scales
    it). Reproduced if at least two good ones are distinct from each other and from the manual one, partly if one is
    distinct from the manual one, otherwise not reproduced.
    """
    summary = summaries[GENETIC]
    genes = searches.genes_of(summary)
    margins = [estimate(of_seed) for of_seed in searches.margins(summary, _tasks(summary)[0])]
    points = summary["found_gene"].values
    good = [number for number, margin in enumerate(margins) if margin.low > -AS_GOOD_WITHIN]
    ordered = [searches.genes_by_hand(summary), *(points[number] for number in good)]
    alternatives = [good[chosen - 1] for chosen in searches.distinct(ordered, APART, genes) if chosen > 0]
    verdict: VerdictName = (
        "reproduced" if len(alternatives) > 1 else "partly" if len(alternatives) == 1 else "not reproduced"
    )
    told = "; ".join(f"{_text(points[number], genes)}: {margins[number]}" for number in alternatives)
    return Verdict(verdict, f"{len(alternatives)} distinct of {len(good)} good; {told}".rstrip("; "), len(points))


def _text(point: np.ndarray, genes: dict[str, dict[str, object]]) -> str:
    return ", ".join(f"{name} {value:.3g}" for name, value in zip(genes, point, strict=True))


@claim(
    "l2l-beats-random",
    source="ours",
    sentence="The genetic algorithm earns its cost against random search.",
    published="-",
    figure="l2l/random_search",
)
@_needs(GENETIC, RANDOM)
def the_genetic_algorithm_beats_random_search(summaries: Summaries) -> Verdict:
    """Score on test images of what each search found, mean over the same fresh seeds, at the same number of
    individuals. Reproduced if the 95 % interval of genetic minus random, over searches, lies above zero, partly if
    only its mean exceeds zero, otherwise not reproduced.
    """
    return _better(summaries[GENETIC], summaries[RANDOM])


@claim(
    "l2l-corrected",
    source="ours",
    sentence="The quirks of the published search cost something: corrected, it finds a better configuration.",
    published="-",
    figure="l2l/comparison",
)
@_needs(GENETIC, PUBLISHED)
def the_corrected_search_finds_more(summaries: Summaries) -> Verdict:
    """As `l2l-beats-random`: reproduced if the 95 % interval of corrected minus published, over searches, lies above
    zero, partly if only its mean exceeds zero, otherwise not reproduced.
    """
    return _better(summaries[GENETIC], summaries[PUBLISHED])


def _better(one: xr.Dataset, other: xr.Dataset) -> Verdict:
    """Whether one search finds more than another on test images, over seeds."""
    task = _tasks(one)[0]
    scores = [each["found_score"].sel(task=task).mean("trial").values for each in (one, other)]
    found = difference(*scores)
    runs = [searches.n_trained(each).mean() for each in (one, other)]
    text = f"{found} points; {runs[0]:.0f} and {runs[1]:.0f} inner runs per search"
    return Verdict(by_interval(found), text, found.n)


@claim(
    "l2l-goal",
    source="ours",
    sentence="On the CNN the found configuration beats the manual one, also on letters untuned.",
    published="-",
    figure="l2l/comparison",
)
@_needs(GENETIC)
def the_found_configuration_beats_the_manual_one(summaries: Summaries) -> Verdict:
    """Margin of found over manual for each fresh seed, mean over all searches, with its 95 % interval over fresh seeds:
    a statement about what was found, not about searches to come. Reproduced if the interval lies above zero on test
    images and on the untuned task, partly if on one of them, otherwise not reproduced.
    """
    return _beaten(summaries[GENETIC])


@claim(
    "l2l-goal-reservoir",
    source="ours",
    sentence="On the reservoir the found configuration beats the thesis's by hand, also on digits 3/4/5 untuned.",
    published="-",
    figure="l2l/comparison",
)
@_needs(RESERVOIR, over=THESIS)
def the_found_configuration_beats_that_of_the_thesis_on_the_reservoir(summaries: Summaries) -> Verdict:
    """As `l2l-goal`, over the configuration of the thesis (noise variance 0.5, 98 members, its resampling) in the same
    corrected training: reproduced if the 95 % interval of the margin over fresh seeds lies above zero on test images
    and on the untuned digits, partly if on one of them, otherwise not reproduced.
    """
    return _beaten(summaries[RESERVOIR], THESIS)


@claim(
    "l2l-goal-reservoir-repaired",
    source="ours",
    sentence="It also beats the best configuration of chapter `reservoir`, chosen by hand.",
    published="-",
    figure="l2l/comparison",
)
@_needs(RESERVOIR)
def the_found_configuration_beats_the_best_manual_one_on_the_reservoir(summaries: Summaries) -> Verdict:
    """As `l2l-goal-reservoir`, over setting `corrected` of chapter `reservoir`."""
    return _beaten(summaries[RESERVOIR])


@claim(
    "l2l-goal-neurons",
    source="ours",
    sentence="On a Morris-Lecar network the found evolution strategy beats the manual one, also on memory untuned.",
    published="-",
    figure="l2l/comparison",
)
@_needs(NEURONS)
def the_found_configuration_beats_the_manual_one_on_neurons(summaries: Summaries) -> Verdict:
    """As `l2l-goal`: reproduced if the 95 % interval of the margin over fresh seeds lies above zero on new trials and
    on the untuned task, partly if on one of them, otherwise not reproduced.
    """
    return _beaten(summaries[NEURONS])


def _beaten(summary: xr.Dataset, over: str = "manual") -> Verdict:
    margins = {task: estimate(searches.margins(summary, task, over).mean(axis=0)) for task in _tasks(summary)[:2]}
    return Verdict(
        by_count(margin.low > 0 for margin in margins.values()),
        "; ".join(f"{task}: {margin}" for task, margin in margins.items()),
        margins[_tasks(summary)[0]].n,
    )
