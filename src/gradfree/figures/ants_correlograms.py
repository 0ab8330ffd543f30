"""Sensor-motor correlations by lag: what follows what (beyond the published zero-lag analysis)."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from gradfree.figures import ant_panels, panels, style


def draw(summaries: panels.Summaries, settings: Sequence[str]) -> Figure:
    """A panel per pair, first and last generation of seed 0; beyond the band lies what chance does not give in any
    pair at any lag (95 %). Right of zero the motor follows the sensor."""
    behavior = summaries["behavior"].sel(setting=settings[0]).isel(seed=0)
    lags = behavior["lag"].values
    figure, axes = panels.grid(11, 4, width=1.15, height=1.25, sharex=True, sharey=True)
    for output in range(4):
        for column in range(11):
            axis = axes[output, column]
            for shown, shade in ((0, "#AAAAAA"), (-1, style.BLUE)):
                part = behavior.isel(shown=shown)
                label = f"generation {int(part['shown_generation'])}"
                curve = part["correlogram"].isel(output=output, input=column)
                axis.plot(lags, curve.values, color=shade, linewidth=0.9, label=label)
            limit = float(behavior["threshold_any_lag"][-1])
            axis.axhspan(-limit, limit, color=style.BLUE, alpha=0.12, linewidth=0)
            axis.axvline(0, color="black", linewidth=0.4)
            axis.tick_params(labelsize=6)
            axis.set_ylim(-0.7, 0.7)
        axes[output, 0].set_ylabel(ant_panels.OUTPUT_NAMES[output])
    for column in range(11):
        axes[0, column].set_title(ant_panels.INPUT_NAMES[column], fontsize=7)
    axes[0, 0].legend(fontsize=5)
    figure.supxlabel("lag of the motor behind the sensor, ticks", fontsize=8)
    return figure
