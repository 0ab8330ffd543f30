"""One look for all figures: a color means a setting everywhere; safe for color-blind readers (Okabe & Ito)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

matplotlib.use("Agg")

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PINK, BROWN = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#8C564B",
)  # fmt: skip
CYCLE = [BLUE, RED, GREEN, ORANGE, PINK, SKY, BLACK, "#7F7F7F", BROWN]
PUBLISHED = "#777777"


@dataclass(frozen=True)
class Looks:
    """What the settings of a chapter are called in figures, and their colors."""

    labels: Mapping[str, str]
    colors: Mapping[str, str]

    def label(self, setting: str) -> str:
        """The name of a setting in a legend."""
        return self.labels.get(setting, setting.replace("-", " "))

    def color(self, setting: str, place: int = 0) -> str:
        """The color of a setting; settings without their own take the cycle's color of their place."""
        return self.colors.get(setting, CYCLE[place % len(CYCLE)])


SHEET = Path(__file__).with_name("gradfree.mplstyle")


def apply() -> None:
    """Makes this the style of all figures drawn from now on."""
    from matplotlib import pyplot

    pyplot.style.use(SHEET)


def save(figure: Figure, paths: Mapping[str, str | Path], metadata: Mapping[str, Any]) -> None:
    """Writes a figure to paths by kind (`pdf`, `png`) with its provenance in the files' metadata."""
    text = "; ".join(f"{key}: {value}" for key, value in metadata.items())
    for kind, path in paths.items():
        keys = {"pdf": {"Subject": text, "CreationDate": None}, "png": {"Description": text}}[kind]
        figure.savefig(path, metadata=keys)
