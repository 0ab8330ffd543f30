"""Stiff neural ODEs: Robertson's reactions and POLLU, errors over iterations and time, and what is learned."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import names, panels, ticks

TITLES = {"robertson": "Robertson", "pollu": "POLLU"}
N_SHOWN = 3  # species


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A row for each system: errors over iterations, over time, and trajectories of the first seed."""
    systems = {system: [x for x in settings if system in x] for system in TITLES}
    shown = {system: members for system, members in systems.items() if members}
    figure, axes = panels.grid(3, len(shown))
    for row, (system, members) in zip(axes, shown.items(), strict=True):
        for place, setting in enumerate(members):
            summary, look = panels.of(summaries, setting), (names.label(setting), names.color(setting, place))
            panels.history(row[0], summary, setting, "scaled_error", *look)
            panels.history(row[1], summary, setting, "scaled_error", *look, over="wall_s")
            found = summary.sel(setting=setting).isel(seed=0).dropna("time", how="all")
            row[2].plot(found["time"], found["trajectory"][:, :N_SHOWN], color=look[1], linewidth=1)
        row[2].plot(found["time"], found["true_trajectory"][:, :N_SHOWN], ".", color="black", markersize=2)
        row[0].set(xlabel="iteration", ylabel="scaled mean absolute error", yscale="log", title=TITLES[system])
        row[1].set(xlabel="time on one core in s", ylabel="scaled mean absolute error", yscale="log")
        ticks.logarithmic(row[1])
        row[2].set(xlabel="time", ylabel="scaled change of species", title=f"first {N_SHOWN} species (dots: true)")
        if s.config_of(summary, members[0])["time"] == "logarithmic":
            row[2].set_xscale("log")
        row[0].legend()
    return figure
