"""Spikes of the output clusters while digits are shown, before and after the training (thesis part 2)."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradfree.analysis import reservoir_examples as examples
from gradfree.figures import panels, style
from gradfree.figures import readout_names as names


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """Two rows for each setting, before and after; a column for each digit; the cluster of the digit is shaded."""
    summary = summaries["examples"]
    rows = [(setting, moment) for setting in settings for moment in summary.moment.values.tolist()]
    n_columns = max(examples.n_classes(summary, setting) for setting in settings)
    figure, axes = panels.grid(n_columns, len(rows), width=3.0, height=2.2, sharex=True, sharey="row")
    for row, (setting, moment) in zip(axes, rows, strict=True):
        for digit, axis in enumerate(row):
            axis.set_visible(digit < examples.n_classes(summary, setting))
            _raster(axis, summary, setting, moment, digit)
        row[0].set_ylabel(f"{names.label(setting)},\n{moment}: cluster")
    for digit, axis in enumerate(axes[0]):
        axis.set_title(f"digit {digit}", loc="left")
    for axis in axes[-1]:
        axis.set_xlabel("time from image onset in ms")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2, markerscale=4)
    return figure


def _raster(axes: Axes, summary: xr.Dataset, setting: str, moment: str, digit: int) -> None:
    time_ms, neuron = examples.output_spikes(summary, setting, moment, digit)
    size, n_clusters = summary.attrs["n_output"], examples.n_classes(summary, setting)
    excitatory = neuron % size < summary.attrs["n_output_excitatory"]
    for name, which, color in (("excitatory", excitatory, style.BLUE), ("inhibitory", ~excitatory, style.RED)):
        axes.plot(time_ms[which], neuron[which], "|", color=color, markersize=1.6, label=name, rasterized=True)
    axes.axhspan(digit * size - 0.5, (digit + 1) * size - 0.5, color=style.YELLOW, alpha=0.3, linewidth=0)
    axes.axvline(0, color=style.PUBLISHED, linewidth=0.8)
    axes.set(yticks=[(place + 0.5) * size - 0.5 for place in range(n_clusters)], yticklabels=range(n_clusters))
    axes.set_ylim(-0.5, n_clusters * size - 0.5)
    axes.grid(visible=False)
