"""Searches of an outer loop as small datasets: every individual with its genes and fitness, and the comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Array = NDArray[np.floating]
Places = tuple[str, ...]
INDIVIDUALS = ("seed", "generation", "individual")


def gather(
    by_seed: Sequence[Sequence[Mapping[str, Any]]],
    chosen: Sequence[Mapping[str, Any]],
    genes: Mapping[str, Mapping[str, Any]],
    by_hand: Mapping[str, Mapping[str, Any]],
    search: Mapping[str, Any],
    found_scores: Mapping[tuple[str, str], Array],
    hand_scores: Mapping[tuple[str, str], Array],
) -> xr.Dataset:
    """One search: populations of each seed in order, the last of which was bred but not run, and what each found.

    genes: blocks of the search space by name. Scores (trial,) of found genes by ("seed-N", task), of those chosen by
    hand, of which `manual` is one, by (name, task), all with the same fresh seeds. Dims are seed, generation,
    individual, parameter (the genes), task, trial; choice: those by hand; finalist, again: those that were run again
    before one of them was found.
    """
    run = [populations[:-1] for populations in by_seed]
    values = [[[_numbers(each["genes"], genes) for each in p["individuals"]] for p in seed] for seed in run]
    shared = [[[each["same_as"] is not None for each in p["individuals"]] for p in seed] for seed in run]
    tasks = list(dict.fromkeys(task for _, task in hand_scores))
    dataset = xr.Dataset(coords={"parameter": list(genes), "task": tasks, "choice": list(by_hand)})

    def put(name: str, dims: Places, content: Any, long_name: str, units: str = "1") -> None:
        dataset[name] = (dims, np.asarray(content), {"units": units, "long_name": long_name})

    fitness = np.array([seed[-1]["fitness"] for seed in by_seed], dtype=np.float64)
    put("fitness", INDIVIDUALS, fitness, "fitness in the search; higher is better")
    put("gene", (*INDIVIDUALS, "parameter"), values, "genes; options by their number")
    put("shared", INDIVIDUALS, shared, "whether another individual's run counted for this one")
    found_genes = [_numbers(each["genes"], genes) for each in chosen]
    put("found_gene", ("seed", "parameter"), found_genes, "genes that a search found")
    put("found_fitness", ("seed",), [each["fitness"] for each in chosen], "their fitness in the search")
    if any(each["scores"] for each in chosen):
        finalists = _padded([[finalist["scores"] for finalist in each["finalists"]] for each in chosen])
        put("finalist_score", ("seed", "finalist", "again"), finalists, "score of the best, run again with fresh noise")
    hand_genes = [_numbers(each, genes) for each in by_hand.values()]
    put("hand_gene", ("choice", "parameter"), hand_genes, "genes chosen by hand")
    if tasks:
        found = [[found_scores[f"seed-{seed}", task] for task in tasks] for seed in range(len(by_seed))]
        put("found_score", ("seed", "task", "trial"), found, "score of found genes with fresh seeds")
        by_choice = [[hand_scores[name, task] for task in tasks] for name in by_hand]
        put("hand_score", ("choice", "task", "trial"), by_choice, "score of genes chosen by hand")
    dataset.attrs = {"search": json.dumps(dict(search)), "genes": json.dumps({k: dict(v) for k, v in genes.items()})}
    return dataset


def _numbers(values: Mapping[str, Any], genes: Mapping[str, Mapping[str, Any]]) -> list[float]:
    return [
        float(list(gene["options"]).index(values[name]) if gene["kind"] == "categorical" else values[name])
        for name, gene in genes.items()
    ]


def _padded(scores: Sequence[Sequence[Sequence[float]]]) -> Array:
    """Scores (seed, finalist, again), NaN where a finalist failed or a search had fewer."""
    shape = max(map(len, scores)), max(len(each) for of_seed in scores for each in of_seed)
    padded = np.full((len(scores), *shape), np.nan)
    for seed, of_seed in enumerate(scores):
        for finalist, each in enumerate(of_seed):
            padded[seed, finalist, : len(each)] = each
    return padded


def search_of(summary: xr.Dataset) -> dict[str, Any]:
    """The configuration of a search."""
    return json.loads(summary.attrs["search"])


def genes_of(summary: xr.Dataset) -> dict[str, dict[str, Any]]:
    """The search space by gene."""
    return json.loads(summary.attrs["genes"])


def best_so_far(summary: xr.Dataset) -> Array:
    """The best fitness up to and including each generation (seed, generation); NaN while all failed."""
    best = np.where(np.isnan(summary["fitness"]), -np.inf, summary["fitness"]).max(axis=-1)
    best = np.maximum.accumulate(best, axis=1)
    return np.where(np.isinf(best), np.nan, best)


def n_trained(summary: xr.Dataset) -> Array:
    """How many inner runs each seed's search needed (seed,), those of its finalists included."""
    searched = (~summary["shared"]).sum(["generation", "individual"]).values
    again = summary.get("finalist_score")
    return searched if again is None else searched + again.notnull().sum(["finalist", "again"]).values


def found_again(summary: xr.Dataset) -> Array | None:
    """Mean score of what each search found when its finalists were run again (seed,): the best; None without any."""
    if "finalist_score" not in summary:
        return None
    return summary["finalist_score"].mean("again").max("finalist").values


def genes_by_hand(summary: xr.Dataset, choice: str = "manual") -> Array:
    """Genes that somebody chose (parameter,)."""
    return summary["hand_gene"].sel(choice=choice).values


def scores_by_hand(summary: xr.Dataset, task: str, choice: str = "manual") -> Array:
    """Score of genes that somebody chose, by fresh seed (trial,)."""
    return summary["hand_score"].sel(choice=choice, task=task).values


def margins(summary: xr.Dataset, task: str, over: str = "manual") -> Array:
    """Score of found genes minus that of those chosen by hand with the same fresh seed (seed, trial)."""
    found = summary["found_score"].sel(task=task).transpose("seed", "trial").values
    return found - scores_by_hand(summary, task, over)


def in_cube(values: Array, genes: Mapping[str, Mapping[str, Any]]) -> Array:
    """Genes (…, parameter) as shares of their ranges, logarithmic where the search is; options keep whole distances."""
    columns = []
    for column, gene in zip(np.moveaxis(np.asarray(values, dtype=np.float64), -1, 0), genes.values(), strict=True):
        if gene["kind"] == "categorical":
            columns.append(column)
            continue
        scale = np.log if gene["kind"].startswith("log") else np.asarray
        low, high = scale(gene["low"]), scale(gene["high"])
        columns.append((scale(np.maximum(column, np.nextafter(0, 1))) - low) / (high - low))
    return np.stack(columns, axis=-1)


def distance(a: Array, b: Array, genes: Mapping[str, Mapping[str, Any]]) -> float:
    """The largest difference in any gene, as a share of its range; 1 or more for another option."""
    return float(np.abs(in_cube(a, genes) - in_cube(b, genes)).max())


def distinct(points: Sequence[Array], apart: float, genes: Mapping[str, Mapping[str, Any]]) -> list[int]:
    """Numbers of points that are at least `apart` from all chosen before them, the first one included."""
    chosen: list[int] = []
    for number, point in enumerate(points):
        if all(distance(point, points[other], genes) >= apart for other in chosen):
            chosen.append(number)
    return chosen
