"""The two loops, drawn."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from gradfree.analysis.searches import genes_of, search_of
from gradfree.figures import panels, searches, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Outer loop: an optimizer proposes genes. Inner loop: one training for each of them. Files stand between."""
    summary = summaries[settings[0]]
    search, genes = search_of(summary), [searches.gene_label(gene) for gene in genes_of(summary)]
    figure, axes = panels.grid(1, width=7.0, height=3.3)
    axis = axes[0, 0]
    axis.set_axis_off()
    axis.set(xlim=(0, 10), ylim=(0, 5))
    optimizer = searches.OPTIMIZERS[search["optimizer"]][0]
    _box(axis, 0.2, 1.6, 2.6, 1.8, f"outer loop\n{optimizer}", style.BLUE)
    for shift in (0.3, 0.15, 0.0):
        _box(axis, 5.9 + shift, 1.0 + shift, 3.6, 2.7, "", style.GREEN)
    n_individuals = search["population_size"]
    _text(axis, 7.7, 3.3, f"inner loop, {n_individuals} in parallel\n{searches.title(search['optimizee'])}")
    _box(axis, 6.2, 2.1, 1.3, 0.7, "ensemble", style.SKY)
    _box(axis, 7.95, 2.1, 1.3, 0.7, "network", style.SKY)
    _arrow(axis, (7.5, 2.55), (7.95, 2.55))
    _arrow(axis, (8.6, 2.1), (6.85, 2.1), bend=-0.35)
    _text(axis, 7.7, 1.4, "EnKF update")
    _arrow(axis, (2.8, 2.9), (5.9, 2.9))
    _text(axis, 4.35, 3.3, "\n".join(genes) if len(genes) < 4 else f"{len(genes)} genes", bottom=True)
    _text(axis, 4.35, 2.95, "population-g.json", small=True, bottom=True)
    _arrow(axis, (5.9, 1.9), (2.8, 1.9))
    _text(axis, 4.35, 1.2, "fitness on held-out images")
    _text(axis, 4.35, 1.6, "individual-i.zarr and its card", small=True)
    _arrow(axis, (1.0, 1.6), (2.0, 1.6), bend=0.9)
    again = f"the best {search['n_finalists']} run again" if search["n_finalists"] > 1 else ""
    _text(axis, 1.5, 0.55, f"{search['generations']} generations\n{again}".rstrip())
    return figure


def _box(axis: Axes, x: float, y: float, width: float, height: float, text: str, color: str) -> None:
    shape = FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0.02,rounding_size=0.12")
    shape.set(facecolor=style_tint(color), edgecolor=color, linewidth=1.2)
    axis.add_patch(shape)
    _text(axis, x + width / 2, y + height / 2, text)


def style_tint(color: str) -> tuple[float, float, float]:
    """A light version of a color, opaque so that stacked boxes hide one another."""
    from matplotlib.colors import to_rgb

    red, green, blue = (0.85 + 0.15 * part for part in to_rgb(color))
    return red, green, blue


def _text(axis: Axes, x: float, y: float, text: str, small: bool = False, bottom: bool = False) -> None:
    look = {"fontsize": 7, "family": "monospace", "color": "#555555"} if small else {"fontsize": 9}
    axis.text(x, y, text, ha="center", va="bottom" if bottom else "center", **look)


def _arrow(axis: Axes, start: tuple[float, float], end: tuple[float, float], bend: float = 0.0) -> None:
    arrow = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, connectionstyle=f"arc3,rad={bend}")
    arrow.set(color="black", linewidth=1.1)
    axis.add_patch(arrow)
