"""LOD 2020, Figs. 4 and 6: gradients that reach each layer under backpropagation; the vanishing of gradients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gradfree.analysis import summaries as s
from gradfree.figures import names, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Upper: distribution of |gradient| early (dashed) and late. Lower: its standard deviation while training."""
    figure, axes = panels.grid(len(settings), 2, width=2.5, height=2.2, sharey="row")
    for column, setting in enumerate(settings):
        summary = panels.of(summaries, setting)
        counts = s.curve(summary, setting, "gradient_magnitude_histogram").sum("seed")
        spread = s.curve(summary, setting, "gradient_std")
        step = next(dim for dim in counts.dims if dim not in ("layer", "bin"))
        for place, layer in enumerate(counts["layer"].values):
            color, of_layer = style.CYCLE[place], counts.sel(layer=layer)
            for row, line in ((0, "--"), (-1, "-")):
                density = of_layer.isel({step: row})
                axes[0, column].plot(counts["bin"], density / density.sum(), line, color=color, linewidth=1)
            deviation = spread.sel(layer=layer)
            axes[1, column].plot(
                deviation[step] + 1,
                np.exp(np.log(deviation.values + 1e-30).mean(axis=0)),
                color=color,
                label=names.LAYERS[str(layer)],
            )
        axes[0, column].set(title=names.label(setting), xlabel="log₁₀ |gradient|")
        axes[1, column].set(xlabel="mini-batch", yscale="log")
    axes[0, 0].set_ylabel("share of weights\n(dashed: start, solid: end)")
    axes[1, 0].set_ylabel("gradient, std over weights")
    axes[1, 0].legend()
    return figure
