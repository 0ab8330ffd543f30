"""What the figures of ants share: names, colors, maps of the arena, and access to the summaries."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm

from gradfree.figures import style

NAMES = {
    "full": "with pheromone",
    "impaired": "without pheromone",
    "published-ga": "own worlds (published)",
    "averaged": "mean of 4 trials",
    "polished": "with pheromone, polished",
    "rules": "rule-based",
}
CONDITIONS = {
    "untrained": "best random brain",
    "intact": "evolved",
    "no_smell": "smell removed",
    "no_deposition": "deposition removed",
}
CONDITION_COLORS = dict(zip(CONDITIONS, ["#BBBBBB", style.BLUE, style.ORANGE, style.PINK], strict=True))
COLORS = {
    "full": style.BLUE,
    "impaired": style.GREEN,
    "published-ga": style.SKY,
    "averaged": style.RED,
    "polished": style.ORANGE,
    "rules": "#7F7F7F",
}
INPUT_NAMES = (
    "wall", "food", "smell left", "smell ahead", "smell right", "touch", "reward", "nest left", "nest ahead",
    "nest right", "on nest",
)  # fmt: skip
OUTPUT_NAMES = ("move", "left", "right", "pheromone")


LOOKS = style.Looks(NAMES, COLORS)
name, color = LOOKS.label, LOOKS.color


def spread(axes: Axes, x: np.ndarray, values: np.ndarray, label: str, color: str) -> None:
    """Mean over seeds of values (seed, x) as a line, every seed as a thin one."""
    for seed in values:
        axes.plot(x, seed, color=color, linewidth=0.6, alpha=0.45)
    axes.plot(x, np.nanmean(values, axis=0), color=color, linewidth=1.8, label=f"{label} ({len(values)})")


def arena_map(axes: Axes, behavior: xr.Dataset, shown: int, snapshot: int) -> None:
    """Pheromone, nest, food and ants of one moment (a dataset of one setting and seed)."""
    moment = behavior.isel(shown=shown, snapshot=snapshot)
    rows, columns = np.nonzero(behavior["map_wall"].values)
    box = columns.min() - 0.5, columns.max() + 0.5, rows.min() - 0.5, rows.max() + 0.5
    field = moment["map_pheromone"].values
    axes.set_facecolor("#03051A")
    image = np.where(field > 0.1, field, np.nan)
    axes.imshow(image, origin="lower", cmap="cividis", norm=LogNorm(0.1, 1000), interpolation="nearest")
    y, x = np.nonzero(behavior["map_nest"].values)
    axes.scatter(x.mean(), y.mean(), s=260, marker="h", color=style.BROWN, edgecolor="white", linewidth=0.6, zorder=2)
    food = moment["map_food"].values
    y, x = np.nonzero(food > 0)
    axes.scatter(x, y, s=3 + 3 * food[y, x], color="#38C172", zorder=3, linewidth=0)
    axes.scatter(moment["ant_x"], moment["ant_y"], s=16, color="#FF4136", edgecolor="white", linewidth=0.4, zorder=4)
    axes.set(xlim=box[:2], ylim=box[2:], xticks=[], yticks=[], aspect="equal")
    axes.grid(False)
    for side in axes.spines.values():
        side.set(visible=True, color="#B22222", linewidth=1.5)


def heat(axes: Axes, values: np.ndarray, limit: float, certain: np.ndarray | None = None) -> None:
    """Values (output, input) as colors and numbers; numbers that are not `certain` are pale."""
    axes.imshow(values, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        sure = certain is None or bool(certain[row, column])
        if np.isfinite(value):
            shade = "white" if abs(value) > 0.65 * limit else "black"
            axes.text(
                column, row, f"{value:.2f}", ha="center", va="center", fontsize=6.5, color=shade if sure else "#AAAAAA",
                fontweight="bold" if sure and certain is not None else "normal",
            )  # fmt: skip
    axes.set_xticks(range(values.shape[1]), INPUT_NAMES, rotation=40, ha="right", fontsize=7)
    axes.set_yticks(range(values.shape[0]), OUTPUT_NAMES, fontsize=7)
    axes.grid(False)
