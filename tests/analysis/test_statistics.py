"""Intervals against numbers from textbooks."""

import numpy as np
import pytest

from gradfree.analysis.statistics import Estimate, difference, estimate, share


def test_the_t_interval_of_five_values_uses_the_tabulated_quantile():
    """Student's table: t(0.975, 4) = 2.776; the values have standard deviation sqrt(2.5)."""
    found, half = estimate(np.array([1, 2, 3, 4, 5])), 2.776 * np.sqrt(2.5 / 5)
    assert (found.mean, found.n) == (3.0, 5)
    assert (found.low, found.high) == (pytest.approx(3 - half, abs=1e-3), pytest.approx(3 + half, abs=1e-3))


def test_the_interval_holds_the_mean_of_the_population_in_95_of_100_samples():
    samples = np.random.default_rng(0).normal(7.0, 2.0, (2000, 4))
    held = [found.low <= 7 <= found.high for found in map(estimate, samples)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_an_interval_is_cut_to_what_is_possible():
    found = estimate(np.array([1.0, 99.0]), 0, 100)
    assert (found.low, found.high) == (0, 100)


def test_values_that_are_not_finite_are_left_out_and_not_counted():
    assert estimate(np.array([1.0, np.nan, 3.0, np.inf])) == estimate(np.array([1.0, 3.0]))


def test_one_seed_has_no_interval_and_none_has_no_mean():
    assert estimate(np.array([4.0])) == Estimate(4.0, -np.inf, np.inf, 1)
    assert estimate(np.array([4.0]), 0, 100) == Estimate(4.0, 0, 100, 1)
    empty = estimate(np.array([np.nan]))
    assert empty.n == 0 and np.isnan([empty.mean, empty.low, empty.high]).all()


def test_equal_values_have_an_interval_without_width():
    assert estimate(np.array([90.2, 90.2, 90.2])) == Estimate(
        pytest.approx(90.2), pytest.approx(90.2), pytest.approx(90.2), 3
    )


def test_wilson_intervals_are_those_of_the_tables():
    """Newcombe 1998, Statistics in Medicine 17:857, table I: 81/263, 15/148, 0/20 and 1/29."""
    for hits, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = share(np.arange(n) < hits)
        assert (found.mean, found.n) == (pytest.approx(hits / n), n)
        assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_welchs_interval_of_unequal_variances_uses_the_published_degrees_of_freedom():
    """Worked by hand: variances 10 and 1 over 4 and 9 values give 3.27 degrees of freedom, t(0.975, 3.27) = 3.041."""
    a = 5 + np.sqrt(10) * np.array([-1, -1, 1, 1]) * np.sqrt(3 / 4)
    b = 1 + np.array([-1, -1, -1, -1, 0, 1, 1, 1, 1])
    found, error = difference(a, b), np.sqrt(10 / 4 + 1 / 9)
    freedom = error**4 / ((10 / 4) ** 2 / 3 + (1 / 9) ** 2 / 8)
    assert freedom == pytest.approx(3.27, abs=0.01)
    assert (found.mean, found.n) == (pytest.approx(4.0), 4)
    assert (found.high - found.low) / 2 == pytest.approx(3.041 * error, rel=2e-3)


def test_a_difference_changes_sign_with_its_order():
    a, b = np.array([1.0, 2.0, 4.0]), np.array([2.0, 7.0])
    there, back = difference(a, b), difference(b, a)
    assert (there.mean, there.low, there.high) == pytest.approx((-back.mean, -back.high, -back.low))


def test_a_difference_with_one_seed_has_no_interval():
    assert difference(np.array([3.0]), np.array([1.0, 2.0])) == Estimate(1.5, -np.inf, np.inf, 1)


@pytest.mark.filterwarnings("ignore:Precision loss")
def test_seeds_that_all_agree_differ_by_exactly_that_much():
    """As when every seed of two settings is stuck at chance: the interval has no width, it is not unknown."""
    found = difference(np.array([90.2, 90.2]), np.array([88.0, 88.0]))
    assert (found.mean, found.low, found.high) == (pytest.approx(2.2),) * 3


def test_an_estimate_reads_as_mean_interval_and_seeds():
    assert str(Estimate(4.1123, 3.9, 4.25, 10)) == "4.11 [3.9, 4.25] (10 seeds)"
    assert str(Estimate(4.1123, 0, 100, 1)) == "4.11 (1 seed)"
    assert f"{Estimate(4.1123, 3.9, 4.25, 10):%}" == "4.11 % [3.9, 4.25] (10 seeds)"
