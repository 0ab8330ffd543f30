"""Thesis part 2: fitness of the members while the readout is trained; accuracy of the mean weights on new images."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.analysis.readout_histories import by_generation
from gradfree.figures import panels, style
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: fitness, band over members. Middle: accuracy of the mean weights. Right: spread of the outputs."""
    figure, axes = panels.grid(3, width=3.3)
    summary = summaries["readout"]
    for place, setting in enumerate(settings):
        label, color = names.label(setting), names.color(setting, place)
        fitness, std = (by_generation(summary, setting, name).mean("seed") for name in ("mean_fitness", "std_fitness"))
        generation = fitness.generation.values
        axes[0, 0].plot(generation, fitness, color=color, label=label)
        axes[0, 0].fill_between(generation, fitness - std, fitness + std, color=color, alpha=0.2, linewidth=0)
        test = 100 * s.curve(summary, setting, "test_accuracy")
        panels.band(axes[0, 1], test.evaluation.values, test.values, label, color, marker="o", markersize=3)
        validation = 100 * s.curve(summary, setting, "validation_accuracy").mean("seed")
        axes[0, 1].plot(validation.evaluation, validation, color=color, linestyle="--", linewidth=0.8)
        names.history(axes[0, 2], summary, setting, "prediction_spread", (label, color))
    n_classes = s.config_of(summary, settings[0])["n_classes"]
    axes[0, 0].axhline(1 - 2 * (n_classes - 1) / n_classes**2, color=style.PUBLISHED, linestyle=":", linewidth=1)
    names.chance_line(axes[0, 1], 100 / n_classes)
    axes[0, 0].set(xlabel="generation", ylabel="fitness on training images", title="members (band: ± 1 std)")
    axes[0, 1].set(xlabel="generation", ylabel="accuracy in %", title="mean weights: test, validation (dashed)")
    axes[0, 2].set(xlabel="generation", ylabel="spread of the members' outputs", yscale="log", title="collapse")
    axes[0, 0].legend()
    return figure
