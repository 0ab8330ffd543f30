"""What figures of searches share: which optimizee a search tunes, names, and axes of genes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from gradfree.analysis import searches
from gradfree.figures import panels, style

OPTIMIZERS = {
    "genetic": ("genetic algorithm", style.BLUE),
    "random": ("random search", style.ORANGE),
    "evolution": ("evolution strategy", style.GREEN),
    "covariance": ("CMA-ES", style.PINK),
}
OPTIMIZEES = {
    "cnn": "EnKF on the CNN",
    "reservoir": "EnKF on the reservoir",
    "morris-lecar": "ES on Morris-Lecar neurons",
}
TASKS = {
    "test": "test data",
    "memory": "working memory, untuned",
    "letters": "letters, untuned",
    "other_digits": "digits 3, 4, 5, untuned",
    "last_batch": "misfit on the last batch",
}
GENES = {
    "noise_variance": "noise variance γ",
    "n_members": "ensemble size J",
    "repetitions": "repetitions",
    "sigma": "σ of perturbations",
    "n_pairs": "pairs of members",
    "resampling_worst_share": "share resampled",
    "resampling_noise_std": "resampling noise",
}
MANUAL = "#D55E00"
SPECIAL = {"published": style.SKY, "weights carried over": style.PINK}


Group = list[tuple[str, xr.Dataset]]


def by_optimizee(summaries: panels.Summaries, settings: Sequence[str]) -> dict[str, Group]:
    """The searches that a figure shows, grouped by what they tune."""
    groups: dict[str, Group] = {}
    for setting in settings:
        summary = summaries[setting]
        groups.setdefault(searches.search_of(summary)["optimizee"], []).append((setting, summary))
    return groups


def by_fitness(summaries: panels.Summaries, settings: Sequence[str]) -> dict[tuple[str, str | None], Group]:
    """The searches that a figure shows, grouped by what they tune and the task that scores it (None: the usual one)."""
    groups: dict[tuple[str, str | None], Group] = {}
    for setting in settings:
        search = searches.search_of(summaries[setting])
        groups.setdefault((search["optimizee"], search["task"]), []).append((setting, summaries[setting]))
    return groups


def look(summary: xr.Dataset) -> tuple[str, str]:
    """Label and color of a search in all figures: those of its optimizer, or of what is special about it."""
    search = searches.search_of(summary)
    name, color = OPTIMIZERS[search["optimizer"]]
    holds = {"published": search["variant"] == "published", "weights carried over": search["carry_over"]}
    special = [text for text in SPECIAL if holds[text]]
    return ", ".join([name, *special]), SPECIAL[special[0]] if special else color


def title(optimizee: str) -> str:
    """What an optimizee is called."""
    return OPTIMIZEES.get(optimizee, optimizee.replace("-", " "))


def task_label(task: str) -> str:
    """What a task is called."""
    return TASKS.get(task, task.replace("_", " "))


def gene_label(gene: str) -> str:
    """What a gene is called."""
    return GENES.get(gene, gene.replace("_", " "))


def gene_axis(axes: Axes, summary: xr.Dataset, gene: str, which: str) -> None:
    """The `x` or `y` axis of a gene over its range, as the search scales it."""
    block = searches.genes_of(summary)[gene]
    getattr(axes, f"set_{which}label")(gene_label(gene))
    axis = getattr(axes, f"{which}axis")
    if block["kind"] == "categorical":
        axis.set_ticks(range(len(block["options"])), block["options"])
        return
    if block["kind"].startswith("log"):
        room = (block["high"] / block["low"]) ** 0.06
        getattr(axes, f"set_{which}lim")(block["low"] / room, block["high"] * room)
        getattr(axes, f"set_{which}scale")("log")
        narrow = block["high"] / block["low"] < 100
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if narrow else (1,)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
        return
    if block["kind"] == "int":
        axis.set_major_locator(MaxNLocator(integer=True))
    room = 0.06 * (block["high"] - block["low"])
    getattr(axes, f"set_{which}lim")(block["low"] - room, block["high"] + room)


def flat(summary: xr.Dataset, name: str) -> np.ndarray:
    """A variable of all individuals of all seeds and generations in one row (individual, …)."""
    values = summary[name].values
    return values.reshape(-1, *values.shape[3:])
