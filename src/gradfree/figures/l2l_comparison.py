"""Found against manual configuration, with fresh seeds and images that no search saw, at the same budget."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.analysis.searches import margins, scores_by_hand
from gradfree.analysis.statistics import estimate
from gradfree.figures import panels, searches


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row per optimizee, a panel per task: margins over the manual configuration, mean and 95 % interval."""
    groups = searches.by_optimizee(summaries, settings)
    n_tasks = max(summaries[setting].sizes["task"] for setting in settings)
    figure, axes = panels.grid(max(n_tasks, 1), len(groups), width=3.6, height=2.4)
    for row, (optimizee, members) in zip(axes, groups.items(), strict=True):
        widest = max((summary for _, summary in members), key=lambda summary: summary.sizes["task"])
        tasks = [str(task) for task in widest["task"].values]
        for axis, task in zip(row, tasks, strict=False):
            compared = [summary for _, summary in members if task in summary["task"].values]
            labels = [searches.look(summary) for summary in compared]
            for place, summary in enumerate(compared):
                _margins(axis, place, margins(summary, task), labels[place][1])
            axis.axvline(0, color=searches.MANUAL, linestyle="--", linewidth=1)
            _other_choices(axis, widest, task)
            axis.set_yticks(range(len(compared)), [label.replace(", ", ",\n") for label, _ in labels])
            axis.set_ylim(len(compared) - 0.5, -0.5)
            by_hand = estimate(scores_by_hand(widest, task))
            axis.set_title(f"{searches.title(optimizee)}\n{searches.task_label(task)}\nmanual {by_hand.mean:.3g}")
            axis.set_xlabel("margin over manual, fresh seeds")
        for axis in row[len(tasks) :]:
            axis.set_axis_off()
    return figure


def _other_choices(axis: Axes, summary: xr.Dataset, task: str) -> None:
    """Where choices by hand besides the manual one lie, as dotted lines with their names."""
    manual = scores_by_hand(summary, task)
    for choice in (name for name in summary["choice"].values if name != "manual"):
        margin = (scores_by_hand(summary, task, choice) - manual).mean()
        axis.axvline(margin, color=searches.MANUAL, linestyle=":", linewidth=1)
        axis.annotate(f" {choice}", (margin, 1.0), xycoords=("data", "axes fraction"), va="top", fontsize=7)


def _margins(axis: Axes, place: int, values: np.ndarray, color: str) -> None:
    """Small: each search over fresh seeds. Below them, large: mean of searches, interval over fresh seeds."""
    heights = place - 0.3 + 0.4 * (np.arange(len(values)) + 0.5) / len(values)
    for height, of_seed in zip(heights, values, strict=True):
        _interval(axis, height, of_seed, color, "o", 3, alpha=0.6)
    _interval(axis, place + 0.25, values.mean(axis=0), color, "D", 6, alpha=1.0)


def _interval(axis: Axes, height: float, values: np.ndarray, color: str, marker: str, size: int, alpha: float) -> None:
    found = estimate(values)
    if np.isfinite([found.low, found.high]).all():
        axis.plot([found.low, found.high], [height, height], color=color, linewidth=1.2, alpha=alpha)
    axis.plot(found.mean, height, marker, color=color, markersize=size, alpha=alpha)
