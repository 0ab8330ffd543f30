"""What the trainings of the readout are called in figures, their colors, and how their accuracy is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from gradfree.analysis import summaries as s
from gradfree.analysis.readout_histories import by_generation
from gradfree.figures import panels, style

LABELS = {
    "corrected": "corrected EnKF",
    "corrected-published-input": "corrected EnKF, published input",
    "published": "published EnKF",
    "repair-outputs": "1 outputs in order",
    "repair-resampling": "2 copies in place",
    "repair-donors": "3 one donor for E and I",
    "repair-twice": "4 resampled once",
    "repair-images": "5 fresh images",
    "repaired": "all five repaired",
    "tempered": "+ temperature",
    "strong-input": "+ every pixel heard",
    "no-resampling": "no resampling",
    "inflated": "inflation",
    "redrawn": "redrawn each time",
    "localized": "localized, rates",
    "presynaptic": "presynaptic, softmax",
    "joint": "corrected, joint update",
    "ten": "corrected EnKF",
}
WIRINGS = {"published": "published input", "one_strong_synapse_per_pixel": "every pixel heard"}
COLORS = {
    "corrected": style.BLUE,
    "corrected-published-input": style.SKY,
    "published": style.RED,
    "tempered": style.ORANGE,
    "repaired": style.GREEN,
    "repair-outputs": style.BLUE,
    "repair-resampling": style.BLACK,
    "repair-donors": style.ORANGE,
    "repair-twice": style.PINK,
    "repair-images": style.SKY,
    "strong-input": style.BLACK,
    "no-resampling": "#7F7F7F",
    "inflated": style.PINK,
    "redrawn": style.SKY,
    "localized": "#8C564B",
    "presynaptic": "#9467BD",
    "joint": "#B8A900",
    "random-search": "#7F7F7F",
    "cross-entropy": style.GREEN,
    "evolution-strategy": style.PINK,
    "ten": style.BLUE,
}


LOOKS = style.Looks(LABELS, COLORS)
label, color = LOOKS.label, LOOKS.color


def accuracies(summary: xr.Dataset, setting: str, quantity: str = "test_accuracy") -> np.ndarray:
    """Final accuracy in % of each seed (seed,)."""
    return 100 * s.final(summary, setting, quantity)


def chance_percent(summary: xr.Dataset, setting: str) -> float:
    """Accuracy of guessing."""
    return 100 / s.config_of(summary, setting)["n_classes"]


def chance_line(axes: Axes, percent: float) -> None:
    """A dotted line at chance."""
    axes.axhline(percent, color=style.PUBLISHED, linestyle=":", linewidth=1, label="chance")


def accuracy_bars(axes: Axes, summary: xr.Dataset, settings: Sequence[str]) -> None:
    """Final test accuracies with 95 % intervals over seeds, every seed as a dot, and chance."""
    values = [accuracies(summary, setting) for setting in settings]
    colors = [color(setting, place) for place, setting in enumerate(settings)]
    panels.bars(axes, [label(setting) for setting in settings], values, colors)
    chance_line(axes, chance_percent(summary, settings[0]))
    axes.set(ylabel="test accuracy in %", ylim=(0, 100))


def history(axes: Axes, summary: xr.Dataset, setting: str, quantity: str, look: tuple[str, str]) -> None:
    """A quantity over generations, mean and standard deviation over seeds; `look` is label and color."""
    found = by_generation(summary, setting, quantity).transpose("seed", "generation")
    panels.band(axes, found.generation.values, found.values, *look)
