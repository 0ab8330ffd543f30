"""The genetic algorithm against random search at the same number of inner runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.analysis.searches import best_so_far
from gradfree.analysis.statistics import estimate
from gradfree.figures import panels, searches


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row per optimizee. Left: best so far against inner runs. Right: what was found, run again with fresh seeds."""
    groups = searches.by_optimizee(summaries, settings)
    figure, axes = panels.grid(2, len(groups))
    for row, (optimizee, members) in zip(axes, groups.items(), strict=True):
        labels = [searches.look(summary) for _, summary in members]
        for place, (_, summary) in enumerate(members):
            label, color = labels[place]
            runs = (~summary["shared"]).sum("individual").cumsum("generation").values
            for seed, curve in enumerate(best_so_far(summary)):
                row[0].plot(runs[seed], curve, color=color, alpha=0.35, linewidth=0.8)
            row[0].plot(runs.mean(axis=0), best_so_far(summary).mean(axis=0), color=color, marker="o", label=label)
            if "found_score" in summary:
                scores = summary["found_score"].isel(task=0).mean("trial").values
                _searches(row[1], place, scores, color)
        row[0].set(xlabel="inner runs", ylabel="fitness", title=f"{searches.title(optimizee)}: best so far")
        row[0].legend()
        row[1].set_xticks(range(len(members)), [label for label, _ in labels], rotation=20, ha="right")
        row[1].set_xlim(-0.6, len(members) - 0.4)
        row[1].set(ylabel="score", title="found, with fresh seeds and images")
    return figure


def _searches(axis: Axes, place: int, scores: np.ndarray, color: str) -> None:
    found = estimate(scores)
    axis.plot(place + 0.3 * (np.arange(len(scores)) + 0.5) / len(scores) - 0.15, scores, "o", color=color, markersize=4)
    axis.plot([place - 0.3, place + 0.3], [found.mean] * 2, color=color, linewidth=1.5)
