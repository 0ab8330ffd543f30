"""The best of a search, run again: who they are, who counts as found, and that this takes luck away."""

import json

import numpy as np
import pytest

from gradfree.experiments import finalists
from gradfree.experiments.outer_loop import SearchStopped


def search(*generations):
    """Files of a search whose generations are pairs of x and fitness; the last file was bred but not run."""
    fitness = [[value for _, value in generation] for generation in generations]
    drawn = [[{"genes": {"x": x}} for x, _ in generation] for generation in generations]
    return [
        json.dumps({"individuals": individuals, "fitness": fitness[:number]})
        for number, individuals in enumerate([*drawn, []])
    ]


def card(*scores):
    return {"scores": list(scores), "failure": "" if scores else "it fell"}


def test_the_best_come_first_and_none_twice_nor_one_that_failed():
    texts = search([(1, -5.0), (2, None), (3, -2.0)], [(3, -1.0), (4, -2.0), (1, -9.0)])
    found = finalists.ranked(texts, 9)
    assert [(each["genes"]["x"], each["fitness"], each["place"]) for each in found] == [
        (3, -1.0, [1, 0]), (4, -2.0, [1, 1]), (1, -5.0, [0, 0]),
    ]  # fmt: skip
    assert finalists.ranked(texts, 2) == found[:2]


def test_of_equals_the_earlier_is_ranked_first():
    texts = search([(1, -2.0), (2, -1.0)], [(3, -1.0), (4, -1.0)])
    assert [each["genes"]["x"] for each in finalists.ranked(texts, 3)] == [2, 3, 4]


def test_the_best_mean_counts_as_found_and_a_finalist_that_failed_does_not():
    ranked = finalists.ranked(search([(1, -1.0), (2, -2.0), (3, -3.0)]), 3)
    found = finalists.choose(ranked, [card(), card(-6.0, -2.0), card(-5.0, -4.0)])
    assert found["genes"] == {"x": 2} and found["fitness"] == -2.0 and found["scores"] == [-6.0, -2.0]
    assert [each["scores"] for each in found["finalists"]] == [[], [-6.0, -2.0], [-5.0, -4.0]]


def test_without_finalists_the_best_of_the_search_counts_as_found():
    ranked = finalists.ranked(search([(1, -1.0), (2, -2.0)]), 1)
    assert finalists.choose(ranked, []) == {**ranked[0], "scores": [], "finalists": []}


def test_a_search_whose_finalists_all_failed_stops_and_says_why():
    ranked = finalists.ranked(search([(1, -1.0), (2, -2.0)]), 2)
    with pytest.raises(SearchStopped, match=r"all 2 finalists failed(.|\n)*it fell"):
        finalists.choose(ranked, [card(), card()])


def test_finalists_lose_less_to_luck_than_as_many_more_individuals():
    """Truth and noise are N(0, 1), so half the excess of the best is luck. The best of three, by means of three new
    values each, is truly better than the best of as many individuals more, over 2000 searches."""
    rng, better = np.random.default_rng(1), []
    for _ in range(2000):
        truth = rng.standard_normal(24)
        fitness = truth + rng.standard_normal(24)
        ranked = finalists.ranked(search([*enumerate(fitness[:15])]), 3)
        again = [card(*(truth[each["genes"]["x"]] + rng.standard_normal(3))) for each in ranked]
        better.append(truth[finalists.choose(ranked, again)["genes"]["x"]] - truth[fitness.argmax()])
    assert np.mean(better) > 3 * np.std(better) / np.sqrt(len(better))
