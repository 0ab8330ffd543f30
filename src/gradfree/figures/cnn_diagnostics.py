"""What happens inside the ensemble: spread, rank and misfit, which tell a collapse before the error does."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import panels, style

QUANTITIES = {
    "spread": "spread (rms standard deviation)",
    "ensemble_rank": "effective rank of the ensemble",
    "prediction_rank": "effective rank of the predictions",
    "misfit": "mean squared innovation",
}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """One panel for each quantity, one line for each ensemble size."""
    figure, axes = panels.grid(4, width=2.5)
    for place, setting in enumerate(settings):
        summary = panels.of(summaries, setting)
        label = f"J = {s.config_of(summary, setting)['n_members']}"
        for axis, (quantity, title) in zip(axes[0], QUANTITIES.items(), strict=True):
            panels.history(axis, summary, setting, quantity, label, style.CYCLE[place])
            axis.set(xlabel="update", ylabel=title, yscale="log")
    axes[0, 0].legend()
    return figure
