"""Every rule of the chapter gives each of its verdicts, on searches made for it."""

import numpy as np
import pytest
from made_up_searches import MANUAL, summary

from gradfree.claims import l2l  # noqa: F401 - registers its claims
from gradfree.claims.ledger import CLAIMS, NOT_TESTABLE

REPRODUCED, PARTLY, NOT = "reproduced", "partly", "not reproduced"
TRIALS = np.array([-0.3, 0.0, 0.3])  # three fresh seeds: the 95 % interval of their mean is ± 0.75


def search(test, letters=0.0, **more):
    """A search over seeds with these mean margins on test images, and on letters."""
    margins = [[mean + TRIALS, letters + TRIALS] for mean in test]
    return summary(margins, **more)


def verdict(id: str, **summaries) -> str:
    return CLAIMS[id].judge({name.replace("_", "-"): value for name, value in summaries.items()}).verdict


@pytest.mark.parametrize(
    ("margins", "expected"),
    [([2.0, 2.1, 2.2], REPRODUCED), ([-0.9, -0.9, -0.9], REPRODUCED), ([-3, 0, 3], PARTLY), ([-3, -3, -2.9], NOT)],
)
def test_tuning_by_hand_is_replaced_if_found_is_at_least_as_good(margins, expected):
    assert verdict("l2l-tunes", cnn_genetic=search(margins)) == expected


@pytest.mark.parametrize(
    ("sizes", "margins", "expected"),
    [
        ([0, 1, 9], [2, 2, 2], REPRODUCED),
        ([0, 1, 1], [2, 2, 2], PARTLY),  # one region
        ([5, 6, 4], [2, 2, 2], NOT),  # all like the manual one
        ([0, 9, 9], [2, -5, -5], PARTLY),  # only one is good
        ([0, 1, 9], [-5, -5, -5], NOT),
    ],
)
def test_alternatives_are_good_and_far_apart(sizes, margins, expected):
    found = [{**MANUAL, "size": size} for size in sizes]
    assert verdict("l2l-alternatives", cnn_genetic=search(margins, found=found)) == expected


@pytest.mark.parametrize(
    ("genetic", "random", "expected"),
    [([5, 5.1, 5.2], [1, 1.1, 1.2], REPRODUCED), ([1, 2, 6], [0, 1, 5], PARTLY), ([1, 1, 1.1], [2, 2, 2.1], NOT)],
)
def test_the_genetic_algorithm_earns_its_cost_if_random_or_published_search_finds_less(genetic, random, expected):
    given = {"cnn_genetic": search(genetic), "cnn_random": search(random, optimizer="random")}
    assert verdict("l2l-beats-random", **given) == expected
    given = {"cnn_genetic": search(genetic), "cnn_published": search(random, variant="published")}
    assert verdict("l2l-corrected", **given) == expected


@pytest.mark.parametrize(
    ("id", "name"),
    [
        ("l2l-goal", "cnn_genetic"),
        ("l2l-goal-reservoir-repaired", "reservoir_genetic"),
        ("l2l-goal-neurons", "neurons_genetic"),
    ],
)
@pytest.mark.parametrize(
    ("test", "letters", "expected"),
    [(2, 2, REPRODUCED), (2, 0.5, PARTLY), (0.5, 2, PARTLY), (0.5, 0.5, NOT), (-2, -2, NOT)],
)
def test_the_goal_needs_both_intervals_above_zero(id, name, test, letters, expected):
    assert verdict(id, **{name: search([test, test], letters)}) == expected


@pytest.mark.parametrize(("lead", "expected"), [(-2.0, REPRODUCED), (0.0, NOT), (2.0, NOT)])
def test_the_goal_on_the_reservoir_is_about_the_choice_of_the_thesis(lead, expected):
    given = search([0, 0], 0.0, others={"thesis": lead})
    assert verdict("l2l-goal-reservoir", reservoir_genetic=given) == expected
    assert verdict("l2l-goal-reservoir", reservoir_genetic=search([2, 2], 2.0)) == NOT_TESTABLE


@pytest.mark.parametrize("id", [id for id in CLAIMS if id.startswith("l2l-")])
def test_without_its_searches_no_claim_is_judged(id):
    found = CLAIMS[id].judge({"neuron-genetic": search([1, 1])})
    assert found.verdict == NOT_TESTABLE and "not run: " in found.ours
