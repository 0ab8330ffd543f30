"""Correlations between what agents sense and what they do, with their distribution under independence.

Series are binned: (tick, ant, channel). Everything is circular in time, so that a shifted series is a surrogate that
keeps each series' own structure and breaks only its relation to the other: all lags, and all surrogates, are entries of
one cross-correlogram computed by FFT. Zero lag is the published analysis (Jimenez-Romero et al. 2024, Figs. 15, 16).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def correlograms(motors: Array, sensors: Array) -> Array:
    """Pearson's r (ant, motor, sensor, lag) of motors at tick t + lag and sensors at tick t, circular in time.

    Args:
        motors: (tick, ant, motor).
        sensors: (tick, ant, sensor).

    Returns:
        Lag l >= 0 at index l, lag -l at index -l. NaN where a series is constant.
    """
    n_ticks = len(motors)
    moved, sensed = (np.fft.rfft(_standardized(series), axis=0) for series in (motors, sensors))
    product = np.einsum("fam,fas->amsf", moved, sensed.conj())
    return np.fft.irfft(product, n_ticks, axis=-1)


def _standardized(series: Array) -> Array:
    """Zero mean and unit length over ticks; NaN for constant series."""
    centered = series - np.mean(series, axis=0)
    length = np.sqrt((centered**2).sum(axis=0))
    return np.divide(centered, length, out=np.full(centered.shape, np.nan), where=length > 1e-9)


@dataclass(frozen=True)
class Significance:
    """Family-wise 95 % thresholds of |mean over ants|, and adjusted p values of all pairs at lag zero."""

    at_zero_lag: float
    at_any_lag: float
    p_zero_lag: Array  # (motor, sensor)


def shifts(rng: np.random.Generator, n_surrogates: int, n_ants: int, n_ticks: int, max_lag: int) -> NDArray[np.int64]:
    """Circular shifts (surrogate, ant), each ant its own, beyond all lags of interest."""
    return rng.integers(2 * max_lag, n_ticks - 2 * max_lag, size=(n_surrogates, n_ants))


def significance(found: Array, shifted_by: NDArray[np.int64], max_lag: int) -> Significance:
    """Compares the mean over ants with surrogates by the maximum over pairs, and over pairs and lags.

    The maximum of all |r| of a surrogate is what chance gives the best of many tests; its 95 % quantile keeps the
    probability of any false positive at 5 % (Westfall & Young 1993), whatever the dependence among tests.

    Args:
        found: from `correlograms`.
        shifted_by: from `shifts`.
        max_lag: largest lag looked at, in ticks.
    """
    lags, ants = np.arange(-max_lag, max_lag + 1), np.arange(len(found))
    n_ticks = found.shape[-1]
    maxima = []
    for shift in shifted_by:
        places = (shift[:, None] + lags) % n_ticks
        surrogate = np.abs(mean_over_ants(np.stack([found[ant][..., places[ant]] for ant in ants])))
        maxima.append((np.nanmax(surrogate[..., max_lag]), np.nanmax(surrogate)))
    zero, any_lag = np.array(maxima).T
    measured = np.abs(mean_over_ants(found[..., 0]))
    p = (1 + (zero[:, None, None] >= measured).sum(axis=0)) / (1 + len(zero))
    return Significance(
        float(np.quantile(zero, 0.95)), float(np.quantile(any_lag, 0.95)), np.where(np.isnan(measured), np.nan, p)
    )


def mean_over_ants(values: Array) -> Array:
    """Mean over the first axis without NaN; NaN where nothing else is, without a warning."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def std_over_ants(values: Array) -> Array:
    """Standard deviation over the first axis without NaN."""
    return np.sqrt(mean_over_ants((values - mean_over_ants(values)) ** 2))


def mutual_information(motors: NDArray, sensors: NDArray, shifted_by: NDArray[np.int64]) -> tuple[Array, Array]:
    """Bits that a motor's action shares with a sensor, and with the pattern of all sensors at once.

    Pooled over ants; the mean of the surrogates, which is the bias of finite data, is taken away.

    Args:
        motors: binary (tick, ant, motor).
        sensors: binary (tick, ant, sensor).
        shifted_by: (surrogate, ant).

    Returns:
        (motor, sensor) and (motor,).
    """
    motors, sensors = np.asarray(motors, np.int64), np.asarray(sensors, np.int64)
    words = np.unique(sensors @ (1 << np.arange(sensors.shape[-1])), return_inverse=True)[1].reshape(sensors.shape[:2])
    channels = [*np.moveaxis(sensors, -1, 0), words]
    found = _information(motors, channels)
    bias = np.mean([_information(_rolled(motors, shift), channels) for shift in shifted_by], axis=0)
    return (found - bias)[:, :-1], (found - bias)[:, -1]


def _rolled(series: NDArray, shift: NDArray[np.int64]) -> NDArray:
    return np.stack([np.roll(series[:, ant], shift[ant], axis=0) for ant in range(series.shape[1])], axis=1)


def _information(motors: NDArray[np.int64], channels: list[NDArray[np.int64]]) -> Array:
    """Plain estimate in bits (motor, channel)."""
    return np.array(
        [[_bits(motors[..., m].ravel(), channel.ravel()) for channel in channels] for m in range(motors.shape[-1])]
    )


def _bits(a: NDArray[np.int64], b: NDArray[np.int64]) -> float:
    width = int(b.max()) + 1
    joint = np.bincount(a * width + b, minlength=2 * width).reshape(-1, width) / len(a)
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0)
    used = joint > 0
    return float(np.sum(joint[used] * np.log2(joint[used] / independent[used])))


@dataclass(frozen=True)
class Trend:
    """A straight line through a series: change over the whole range, explained variance, p without and with regard to
    the autocorrelation of what is left, and the number of independent points that this amounts to."""

    change: float
    r_squared: float
    p_naive: float
    p: float
    n_effective: float
    intercept: float
    slope: float


def trend(x: Array, y: Array) -> Trend:
    """Least squares through y (point,) over x (point,); NaN left out.

    Successive champions are relatives: residuals with lag-1 correlation ρ > 0 count as n (1 - ρ) / (1 + ρ) points
    (Santer et al. 2000).
    """
    from scipy import stats

    known = np.isfinite(y)
    x, y, n = x[known], y[known], int(known.sum())
    if n < 4 or np.ptp(y) == 0:
        return Trend(*[float("nan")] * 7)
    line = stats.linregress(x, y)
    left = y - line.intercept - line.slope * x
    rho = max(0.0, float(np.corrcoef(left[:-1], left[1:])[0, 1])) if np.ptp(left) > 0 else 0.0
    n_effective = max(n * (1 - rho) / (1 + rho), 2.1)
    error = line.stderr * np.sqrt((n - 2) / (n_effective - 2))
    p = 2 * stats.t.sf(abs(line.slope / error), n_effective - 2) if error > 0 else 0.0
    change = float(line.slope * np.ptp(x))
    return Trend(change, line.rvalue**2, line.pvalue, float(p), n_effective, line.intercept, line.slope)


def holm(p: Array) -> Array:
    """Adjusted p values of a family of tests (Holm 1979), same shape; NaN stay NaN and do not count as tests."""
    flat = np.asarray(p, float).ravel()
    tested = np.flatnonzero(np.isfinite(flat))
    order = tested[np.argsort(flat[tested])]
    scaled = flat[order] * np.arange(len(order), 0, -1)
    adjusted = np.full(flat.shape, np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted.reshape(np.shape(p))
