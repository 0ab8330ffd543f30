"""LOD 2020, Figs. 3 and 7 and the EnKF's activation plot: do layers stay out of saturation?"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.analysis import published as lod
from gradfree.analysis import summaries as s
from gradfree.figures import names, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Upper: layer outputs, mean and standard deviation over units and images. Lower: share of saturated outputs."""
    figure, axes = panels.grid(len(settings), 2, width=2.6, height=2.3, sharey="row")
    for column, setting in enumerate(settings):
        summary = panels.of(summaries, setting)
        mean, std = (s.curve(summary, setting, f"activation_{name}").mean("seed") for name in ("mean", "std"))
        saturated = s.curve(summary, setting, "saturated_share").mean("seed")
        step = next(dim for dim in mean.dims if dim != "layer")
        for place, layer in enumerate(mean["layer"].values):
            x, color = mean[step].values + 1, style.CYCLE[place]
            center, width = mean.sel(layer=layer).values, std.sel(layer=layer).values
            axes[0, column].plot(x, center, color=color, label=names.LAYERS[str(layer)])
            axes[0, column].fill_between(x, center - width, center + width, color=color, alpha=0.15, linewidth=0)
            axes[1, column].plot(x, saturated.sel(layer=layer).values, color=color)
            if setting in ("corrected", "published"):
                axes[0, column].axhline(lod.LOD_ENKF_ACTIVATION_MEANS[place], color=color, linestyle=":", linewidth=1)
        axes[0, column].set(title=names.label(setting), ylim=(-1.5, 2.0))
        axes[1, column].set(xlabel="iteration", ylim=(-0.02, 1.02))
    axes[0, 0].set_ylabel("layer output")
    axes[1, 0].set_ylabel("share within 5 % of a bound")
    axes[0, 0].legend(title="dotted: published means", title_fontsize=7)
    return figure
