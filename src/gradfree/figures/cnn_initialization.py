"""LOD 2020, Fig. 5: whether training succeeds depends on optimizer and initial weights."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import names, panels


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: error against images seen in training, in epochs. Right: error at the end, each seed a dot."""
    figure, axes = panels.grid(2)
    labels = [names.label(setting) for setting in settings]
    colors = [names.color(setting, place) for place, setting in enumerate(settings)]
    for setting, label, color in zip(settings, labels, colors, strict=True):
        summary = panels.of(summaries, setting)
        curve, config = s.curve(summary, setting, "test_error_percent"), s.config_of(summary, setting)
        repetitions = config.get("repetitions", 1)
        epochs = (curve[curve.dims[-1]].values + 1) * config["batch_size"] / repetitions / 60000
        panels.band(axes[0, 0], epochs, curve.values, f"{label} ({curve.sizes['seed']})", color)
    ends = [s.final(panels.of(summaries, setting), setting, "test_error_percent") for setting in settings]
    panels.bars(axes[0, 1], labels, ends, colors)
    axes[0, 0].set(
        xlabel="epochs (passes through the 60 000 images)", ylabel="test error in %", xscale="log", ylim=(0, 100)
    )
    axes[0, 1].set(ylabel="test error in %", title="at the end, 95 % interval", ylim=(0, 100))
    figure.legend(loc="outside lower center", ncols=3)
    return figure
