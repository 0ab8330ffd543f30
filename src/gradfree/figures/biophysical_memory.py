"""Working memory: accuracy against the silent delay between cue and answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import names, panels
from gradfree.figures.biophysical_integration import chance

METHODS = {"es": "ES", "bp": "BP, tuned", "readout": "readout only"}


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Left: final validation accuracy over the delay. Right: while training with the longest delay."""
    figure, axes = panels.grid(2, sharey=True)
    for place, (method, label) in enumerate(METHODS.items()):
        own = [setting for setting in settings if setting.startswith(f"{method}-")]
        color = names.color({"readout": "readout-only"}.get(method, method), place)
        delays, accuracies = [], []
        for setting in own:
            config = s.config_of(panels.of(summaries, setting), setting)
            delays.append(config["n_delay"] * config["word_ms"])
            accuracies.append(s.final(panels.of(summaries, setting), setting, "validation_accuracy_percent"))
        order = np.argsort(delays)
        shift = 4.0 * (place - 1)  # so that dots of methods do not cover each other
        for i in order:
            axes[0, 0].plot([delays[i] + shift] * len(accuracies[i]), accuracies[i], ".", color=color, markersize=4)
        axes[0, 0].plot(
            [delays[i] + shift for i in order], [np.nanmean(accuracies[i]) for i in order], color=color, label=label
        )
        longest = own[order[-1]]
        panels.history(axes[0, 1], panels.of(summaries, longest), longest, "validation_accuracy_percent", label, color)
    axes[0, 0].set(xlabel="silent delay in ms", ylabel="validation accuracy in %", title="after training")
    axes[0, 1].set(xlabel="iteration", title="while training, longest delay", ylim=(20, 102))
    for axis in axes.flat:
        chance(axis)
    axes[0, 0].legend()
    return figure
