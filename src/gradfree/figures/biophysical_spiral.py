"""A neural ODE on the cubic spiral: trajectories and errors (Hazelden et al. 2023, general neural ODE)."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.figures import names, panels, style, ticks

PUBLISHED_ES, PUBLISHED_BP = 1.7e-3, 4.2e-3  # mean absolute errors after 1900 iterations, code of May 2023


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Learned trajectories of the first seed, errors over iterations, and over time."""
    figure, axes = panels.grid(3)
    for place, setting in enumerate(settings):
        summary, look = panels.of(summaries, setting), (names.label(setting), names.color(setting, place))
        path = summary["trajectory"].sel(setting=setting).isel(seed=0)
        axes[0, 0].plot(path[:, 0], path[:, 1], color=look[1], linewidth=0.8, label=look[0])
        panels.history(axes[0, 1], summary, setting, "validation_loss", *look)
        panels.history(axes[0, 2], summary, setting, "validation_loss", *look, over="wall_s")
    truth = panels.of(summaries, settings[0])["true_trajectory"].sel(setting=settings[0]).isel(seed=0)
    axes[0, 0].plot(truth[:, 0], truth[:, 1], color="black", linewidth=1, linestyle="--", label="true")
    axes[0, 0].set(xlabel="first variable", ylabel="second variable", title="trajectories", xlim=(-3, 3), ylim=(-3, 3))
    for value, name in ((PUBLISHED_ES, "ES, 2023"), (PUBLISHED_BP, "BP, 2023")):
        axes[0, 1].axhline(value, color=style.PUBLISHED, linestyle=":", linewidth=1)
        axes[0, 1].annotate(name, (0, value), fontsize=6, color=style.PUBLISHED, va="bottom")
    axes[0, 1].set(xlabel="iteration", ylabel="mean absolute error", yscale="log", title="while training")
    axes[0, 2].set(xlabel="time on one core in s", ylabel="mean absolute error", yscale="log")
    ticks.logarithmic(axes[0, 2])
    axes[0, 2].set_title("at equal time")
    axes[0, 1].set_ylim(top=0.7)  # room for the legend
    axes[0, 1].legend(fontsize=6.5, ncols=2, loc="upper right")
    return figure
