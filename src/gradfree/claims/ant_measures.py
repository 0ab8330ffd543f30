"""What the claims about ants have in common: their measures, and when a missing effect says something.

The published colonies evolved for 1700 generations and differ only late (see the reconstructed food over generations):
after fewer than 1000, a missing effect speaks for nothing, and the verdict is "not testable at this scale". The same
holds for a single evolution, which has no interval.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gradfree.analysis.summaries import curve
from gradfree.claims.ledger import NOT_TESTABLE, Summaries, Verdict, VerdictName

FULL, IMPAIRED, PUBLISHED, AVERAGED = "full", "impaired", "published-ga", "averaged"
ENOUGH_GENERATIONS = 1000
Array = NDArray[np.floating]


def food_of(summaries: Summaries, setting: str, condition: str = "intact") -> Array:
    """Mean food returned in the test trials (seed,)."""
    food = summaries["tests"]["test_food"].sel(setting=setting, condition=condition)
    return food.dropna("seed", how="all").mean("test_trial").values


def measure(summaries: Summaries, quantity: str, setting: str = FULL) -> Array:
    """A measure of behavior (seed, generation, …) without generations that the evolution does not have."""
    return curve(summaries["behavior"], setting, quantity).values


def late(summaries: Summaries, verdict: Verdict, setting: str = FULL) -> Verdict:
    """The verdict, negative only after enough generations of several evolutions; their number is part of the text."""
    n = curve(summaries["evolution"], setting, "food_returned").sizes["generation"]
    too_little = n < ENOUGH_GENERATIONS or verdict.n_seeds < 2
    name: VerdictName = NOT_TESTABLE if verdict.verdict == "not reproduced" and too_little else verdict.verdict
    return Verdict(name, f"{verdict.ours}; after {n} generations", verdict.n_seeds)


def listed(numbers: Array | list[int]) -> str:
    """Whole numbers with commas."""
    return ", ".join(str(int(number)) for number in numbers)
