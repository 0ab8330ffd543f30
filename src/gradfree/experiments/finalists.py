"""The end of a search: its best individuals run again with fresh noise, and one of them counts as found.

Fitness is noisy, so the best of many is lucky rather than good. Ranking the first few anew, on the task of the search
and all with the same fresh noise, takes much of that luck away before anything is compared on test data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from gradfree.experiments.outer_loop import SearchStopped

Finalist = dict[str, Any]  # genes, place, fitness in the search


def ranked(populations: Sequence[str], n: int) -> list[Finalist]:
    """The best n individuals, no two with the same genes; of equals the earlier. There may be fewer.

    populations: the files of one search from generation 0 on; the last one, which was not run, holds all fitness.
    """
    generations = [json.loads(text) for text in populations]
    runs = [
        {"genes": individual["genes"], "place": [number, index], "fitness": fitness}
        for number, fitnesses in enumerate(generations[-1]["fitness"])
        for index, (individual, fitness) in enumerate(zip(generations[number]["individuals"], fitnesses, strict=True))
        if fitness is not None
    ]
    found: list[Finalist] = []
    for run in sorted(runs, key=lambda run: -run["fitness"]):
        if len(found) < n and all(run["genes"] != other["genes"] for other in found):
            found.append(run)
    return found


def choose(finalists: Sequence[Finalist], cards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a search found: the finalist with the best mean score of its card's runs, the first of equals; without cards
    the best of the search. Raises SearchStopped if all finalists failed.
    """
    if not cards:
        return {**finalists[0], "scores": [], "finalists": []}
    told = [{**each, "scores": list(card["scores"])} for each, card in zip(finalists, cards, strict=False)]
    finished = [each for each in told if each["scores"]]
    if not finished:
        failures = "\n".join(f"  {card['failure']}" for card in cards)
        raise SearchStopped(f"all {len(told)} finalists failed though each had been run in the search:\n{failures}")
    return {**max(finished, key=lambda each: fmean(each["scores"])), "finalists": told}
