"""The divergence of histograms against its formula."""

import numpy as np
import pytest

from gradfree.analysis.distributions import kullback_leibler

RNG = np.random.default_rng


def test_a_histogram_does_not_diverge_from_itself():
    counts = RNG(0).integers(0, 1000, 50)
    assert kullback_leibler(counts, counts) == pytest.approx(0, abs=1e-15)


def test_unequal_histograms_diverge_in_either_direction_by_different_amounts():
    a, b = RNG(0).integers(0, 100, (2, 50))
    there, back = kullback_leibler(a, b), kullback_leibler(b, a)
    assert there > 0 and back > 0 and there != pytest.approx(back, rel=1e-3)


def test_many_counts_give_the_divergence_of_the_distributions():
    expected = 0.5 * np.log(0.5 / 0.25) + 0.5 * np.log(0.5 / 0.75)
    assert kullback_leibler(np.array([5e9, 5e9]), np.array([1e9, 3e9])) == pytest.approx(expected, rel=1e-6)


def test_samples_of_two_gaussians_give_the_textbook_divergence():
    """ln(s2/s1) + (s1² + (m1 - m2)²) / (2 s2²) - 1/2."""
    edges = np.linspace(-12, 12, 241)
    a, b = (np.histogram(RNG(i).normal(m, s, 2_000_000), edges)[0] for i, (m, s) in enumerate([(0, 1), (0.5, 2)]))
    expected = np.log(2) + (1 + 0.25) / 8 - 0.5
    assert kullback_leibler(a, b) == pytest.approx(expected, rel=0.01)


def test_an_empty_bin_in_the_reference_leaves_it_finite():
    assert 0 < kullback_leibler(np.array([5, 5]), np.array([10, 0])) < np.inf


def test_stacks_of_histograms_are_compared_one_by_one():
    a, b = RNG(0).integers(0, 100, (2, 3, 4, 20))
    found = kullback_leibler(a, b)
    assert found.shape == (3, 4) and found[1, 2] == kullback_leibler(a[1, 2], b[1, 2])
