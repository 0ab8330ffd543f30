"""Spread and rank of ensembles against cases whose answer is known without them."""

import numpy as np
import pytest

from gradfree.experiments import ensembles

RNG = np.random.default_rng


def test_the_spread_is_the_standard_deviation_that_members_were_drawn_with():
    members = RNG(0).normal(3.0, 0.25, (500, 200)).astype(np.float32)
    assert ensembles.spread(members) == pytest.approx(0.25, rel=0.01)


def test_the_spread_of_a_collapsed_ensemble_is_not_rounded_away():
    """Members differ by 1e-5 around weights of size one, as late in a training."""
    members = (RNG(0).normal(size=400) + RNG(1).normal(0, 1e-5, (50, 400))).astype(np.float32)
    oracle = np.sqrt(members.astype(np.float64).var(axis=0).mean())
    assert ensembles.spread(members) == pytest.approx(oracle, rel=1e-3)


def test_many_samples_of_unit_covariance_have_the_rank_of_the_space():
    assert ensembles.effective_rank(RNG(0).normal(size=(2000, 10))) == pytest.approx(10, rel=0.02)


def test_samples_on_a_line_have_rank_one_wherever_the_line_lies():
    line = RNG(0).normal(size=(50, 1)) * RNG(1).normal(size=(1, 300)) + 7.0
    assert ensembles.effective_rank(line) == pytest.approx(1, rel=1e-6)


def test_the_rank_of_few_members_is_at_most_their_number_less_one():
    found = ensembles.effective_rank(RNG(0).normal(size=(6, 5000)))
    assert 4.5 < found <= 5


def test_the_rank_is_the_ratio_of_eigenvalue_sums():
    rows = RNG(0).normal(size=(40, 5)) * [3, 1, 1, 0.5, 0.1]
    eigenvalues = np.linalg.eigvalsh(np.cov(rows.T))
    assert ensembles.effective_rank(rows) == pytest.approx(eigenvalues.sum() ** 2 / (eigenvalues**2).sum())


@pytest.mark.parametrize("size", [1e-2, 1e-3, 1e-4])
def test_the_rank_of_a_collapsed_ensemble_is_not_a_matter_of_rounding(size):
    """float32 members of size one that differ by little, against the same numbers in float64."""
    mean, small = RNG(0).normal(size=2000), size * RNG(1).normal(size=(40, 2000))
    rows = (mean + small).astype(np.float32)
    exact = rows.astype(np.float64)
    eigenvalues = np.linalg.eigvalsh((exact - exact.mean(axis=0)) @ (exact - exact.mean(axis=0)).T)
    oracle = eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
    assert ensembles.effective_rank(rows) == pytest.approx(oracle, rel=0.01)


@pytest.mark.parametrize("rows", [np.empty((0, 5)), np.ones((1, 5)), np.ones((4, 5))])
def test_without_variance_there_is_no_rank(rows):
    assert ensembles.effective_rank(rows) == 0.0
