"""Summaries of searches with known contents, for claims and figures."""

import numpy as np

from gradfree.analysis import searches

GENES = {
    "rate": {"kind": "log-float", "low": 0.01, "high": 1.0, "options": ()},
    "size": {"kind": "int", "low": 0, "high": 10, "options": ()},
    "shape": {"kind": "categorical", "low": None, "high": None, "options": ("round", "square")},
}
MANUAL = {"rate": 0.1, "size": 5, "shape": "round"}
TASKS = ("test", "letters")


def summary(margins, found=None, optimizer="genetic", optimizee="cnn", n_generations=3, fitness=None, task=None,
            variant="corrected", finalist_scores=(), others=()):  # fmt: skip
    """A search over seeds whose margins (seed, task, trial) are given; manual genes score -50 in each trial.

    others: margins of further choices by hand over the manual one, by name."""
    margins = np.asarray(margins, dtype=float)
    n_seeds = len(margins)
    found = found or [{**MANUAL, "size": number} for number in range(n_seeds)]
    by_seed = [_populations(genes, n_generations, fitness) for genes in found]
    chosen = [_chosen(genes, finalist_scores) for genes in found]
    by_hand = {"manual": 0.0, **dict(others)}
    hand = {(name, task): np.full(margins.shape[2], -50.0 + by_hand[name]) for name in by_hand for task in TASKS}
    scores = {
        (f"seed-{seed}", task): margins[seed, number] - 50.0
        for seed in range(n_seeds)
        for number, task in enumerate(TASKS)
    }
    search = {
        "optimizer": optimizer, "optimizee": optimizee, "variant": variant, "carry_over": False, "task": task,
        "population_size": 2, "generations": n_generations, "n_finalists": max(len(finalist_scores), 1),
    }  # fmt: skip
    return searches.gather(by_seed, chosen, GENES, dict.fromkeys(by_hand, MANUAL), search, scores, hand)


def _populations(best, n_generations, fitness):
    rows = fitness or [[-60.0 + generation, None] for generation in range(n_generations)]
    individuals = [{"genes": best, "same_as": None}, {"genes": MANUAL, "same_as": [0, 0]}]
    return [{"individuals": individuals, "fitness": rows[:number]} for number in range(n_generations + 1)]


def _chosen(genes, finalist_scores):
    """The first finalist was found."""
    finalists = [{"genes": genes, "fitness": -50.0, "scores": list(scores)} for scores in finalist_scores]
    return {
        "genes": genes,
        "fitness": -50.0,
        "scores": finalists[0]["scores"] if finalists else [],
        "finalists": finalists,
    }
