"""Uncertainty over seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Estimate:
    """A mean over n seeds with its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int

    def __format__(self, unit: str) -> str:
        """`f"{found:%}"` is "4.11 % [3.9, 4.3] (3 seeds)": the unit stands behind the mean."""
        mean = f"{self.mean:.3g} {unit}".rstrip()
        if self.n < 2:
            return f"{mean} ({self.n} seed{'s' * (self.n != 1)})"
        return f"{mean} [{self.low:.3g}, {self.high:.3g}] ({self.n} seeds)"

    def __str__(self) -> str:
        return f"{self:}"


def estimate(values: Array, lower: float = -np.inf, upper: float = np.inf) -> Estimate:
    """Mean of values (seed,) and its Student-t 95 % interval, cut to [lower, upper]; NaN values are left out.

    One seed has no interval: its bounds are infinite or the given ones.
    """
    from scipy import stats

    values = np.asarray(values, dtype=np.float64)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    mean = float(values.mean())
    half = np.inf if len(values) < 2 else stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    return Estimate(mean, max(mean - half, lower), min(mean + half, upper), len(values))


def share(hits: NDArray[np.bool_]) -> Estimate:
    """Share of hits (seed,) with its Wilson 95 % interval."""
    from scipy import stats

    found = stats.binomtest(int(hits.sum()), len(hits))
    interval = found.proportion_ci(method="wilson")
    return Estimate(float(hits.mean()), float(interval.low), float(interval.high), len(hits))


def difference(a: Array, b: Array) -> Estimate:
    """Mean of a minus mean of b with Welch's 95 % interval; a, b (seed,), independent seeds."""
    from scipy import stats

    a, b = (x[np.isfinite(x)] for x in (np.asarray(a, float), np.asarray(b, float)))
    mean = float(a.mean() - b.mean())
    if min(len(a), len(b)) < 2:
        return Estimate(mean, -np.inf, np.inf, min(len(a), len(b)))
    interval = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    return Estimate(mean, float(interval.low), float(interval.high), min(len(a), len(b)))
