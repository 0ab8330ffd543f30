"""Correlations against NumPy's, known lags, known information, and false alarms at the promised rate."""

import numpy as np
import pytest

from gradfree.analysis import correlation

N_TICKS, N_ANTS = 400, 5


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def bursts(rng: np.random.Generator, channels: int) -> np.ndarray:
    """Binary series (tick, ant, channel) that come in runs, as behavior does."""
    noise = rng.normal(size=(N_TICKS, N_ANTS, channels))
    kernel = np.hanning(21)
    smooth = np.apply_along_axis(lambda x: np.real(np.fft.ifft(np.fft.fft(x) * np.fft.fft(kernel, N_TICKS))), 0, noise)
    return (smooth > 0).astype(float)


def test_at_lag_zero_it_is_pearsons_coefficient(rng):
    motors, sensors = rng.poisson(2, (N_TICKS, N_ANTS, 4)), rng.poisson(1, (N_TICKS, N_ANTS, 3))
    found = correlation.correlograms(motors, sensors)[..., 0]
    for ant in range(N_ANTS):
        whole = np.corrcoef(motors[:, ant].T, sensors[:, ant].T)
        np.testing.assert_allclose(found[ant], whole[:4, 4:], atol=1e-12)


@pytest.mark.parametrize("lag", [0, 7, -12])
def test_a_motor_that_repeats_a_sensor_peaks_at_its_delay(rng, lag):
    sensors = bursts(rng, 1)
    found = correlation.correlograms(np.roll(sensors, lag, axis=0), sensors)
    assert (np.argmax(found[:, 0, 0], axis=1) == lag % N_TICKS).all()
    np.testing.assert_allclose(found[:, 0, 0, lag], 1)


def test_a_constant_series_has_no_correlation_and_the_others_keep_theirs(rng):
    sensors = bursts(rng, 2)
    sensors[:, 1, 0] = 1
    found = correlation.correlograms(sensors, sensors)
    assert np.isnan(found[1, 0]).all() and np.isfinite(found[1, 1, 1]).all() and np.isfinite(found[0]).all()


def test_independent_series_pass_the_threshold_as_rarely_as_promised():
    """40 sets of independent series of 12 pairs: some false alarm in 5 % of them, at most 7 of 40 (p < 0.003)."""
    alarms = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        found = correlation.correlograms(bursts(rng, 3), bursts(rng, 4))
        shifted_by = correlation.shifts(rng, 99, N_ANTS, N_TICKS, 15)
        limits = correlation.significance(found, shifted_by, 15)
        alarms += int(np.abs(correlation.mean_over_ants(found[..., 0])).max() > limits.at_zero_lag)
        assert limits.at_any_lag > limits.at_zero_lag
    assert alarms <= 7


def test_a_real_relation_is_found_among_independent_ones(rng):
    sensors = bursts(rng, 4)
    motors = bursts(rng, 2)
    motors[:, :, 1] = np.where(rng.random((N_TICKS, N_ANTS)) < 0.5, sensors[:, :, 2], motors[:, :, 1])
    found = correlation.correlograms(motors, sensors)
    limits = correlation.significance(found, correlation.shifts(rng, 199, N_ANTS, N_TICKS, 15), 15)
    assert np.argwhere(limits.p_zero_lag < 0.05).tolist() == [[1, 2]]
    assert limits.p_zero_lag.min() == pytest.approx(1 / 200)


def test_information_of_a_copy_is_its_entropy_and_of_independent_series_nothing(rng):
    sensors = bursts(rng, 2)
    motors = np.stack([sensors[..., 0], bursts(rng, 1)[..., 0]], axis=-1)
    shifted_by = correlation.shifts(rng, 50, N_ANTS, N_TICKS, 15)
    single, words = correlation.mutual_information(motors, sensors, shifted_by)
    share = sensors[..., 0].mean()
    entropy = -share * np.log2(share) - (1 - share) * np.log2(1 - share)
    assert single[0, 0] == pytest.approx(entropy, abs=0.03) and words[0] == pytest.approx(entropy, abs=0.06)
    assert abs(single[1]).max() < 0.03


def test_an_exclusive_or_of_two_sensors_is_known_by_both_together_only(rng):
    sensors = (rng.random((N_TICKS, N_ANTS, 2)) < 0.5).astype(int)
    motors = (sensors.sum(axis=-1, keepdims=True) == 1).astype(int)
    single, words = correlation.mutual_information(motors, sensors, correlation.shifts(rng, 30, N_ANTS, N_TICKS, 15))
    assert abs(single).max() < 0.01 and words[0] == pytest.approx(1, abs=0.02)


def test_a_trend_in_white_noise_keeps_its_points_and_its_slope(rng):
    x = np.arange(100.0)
    found = correlation.trend(x, 3 + 0.02 * x + 0.1 * rng.normal(size=100))
    assert found.slope == pytest.approx(0.02, rel=0.05) and found.change == pytest.approx(1.98, rel=0.05)
    assert found.n_effective > 60 and found.p < 1e-10


def test_relatives_are_no_independent_points():
    """Random walks have trends by the naive test and seldom by the one that counts their points honestly."""
    naive, honest = [], []
    for seed in range(100):
        noise = np.random.default_rng(seed).normal(size=60)
        series = np.zeros(60)
        for k in range(1, 60):
            series[k] = 0.8 * series[k - 1] + noise[k]
        found = correlation.trend(np.arange(60.0), series)
        naive.append(found.p_naive < 0.05)
        honest.append(found.p < 0.05)
    assert np.mean(naive) > 0.3 and np.mean(honest) < 0.2


def test_holm_multiplies_by_what_is_left_and_stays_monotonic():
    np.testing.assert_allclose(
        correlation.holm(np.array([[0.01, 0.04], [np.nan, 0.03]])), [[0.03, 0.06], [np.nan, 0.06]]
    )


def test_means_over_ants_leave_out_what_is_unknown():
    values = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])
    np.testing.assert_array_equal(correlation.mean_over_ants(values), [2, 5, np.nan])
    np.testing.assert_array_equal(correlation.std_over_ants(values), [1, 0, np.nan])
