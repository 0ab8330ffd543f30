"""The coordinates that a readout is searched in."""

import numpy as np
import pytest
import toy_reservoir as toy

from gradfree.experiments import reservoir_space as space
from gradfree.models import readout
from gradfree.optimizers import enkf

PROJECTIONS = readout.connect(np.random.default_rng(1), 3, toy.MODEL)
COUNTS = toy.part(8, 0).spikes.counts(0, toy.N_RESERVOIR)


def start(n_members=30, basis=None, bound=1e9, seed=2):
    return space.start(np.random.default_rng(seed), PROJECTIONS, n_members, 100, 20, bound, basis)


def test_without_components_coordinates_are_the_weights_of_the_published_distribution():
    found, points = start(400)
    weights = found.weights_pA(points)
    np.testing.assert_array_equal(weights, points)
    for part, mean in ((PROJECTIONS.excitatory, 100), (PROJECTIONS.inhibitory, -100)):
        assert weights[:, part].mean() == pytest.approx(mean, abs=0.5)
        assert weights[:, part].std() == pytest.approx(20, rel=0.01)


def test_components_are_orthogonal_and_span_the_strongest_directions_of_the_counts():
    patterns = space.principal_patterns(COUNTS, 5).astype(float)
    gram = patterns @ patterns.T
    np.testing.assert_allclose(gram, np.diag(np.diag(gram)), atol=1e-4 * gram.max())
    _, strengths, _ = np.linalg.svd(COUNTS.astype(float), full_matrices=False)
    found = np.linalg.norm(COUNTS @ patterns.T, axis=0) / np.linalg.norm(patterns, axis=1)
    np.testing.assert_allclose(found, strengths[:5], rtol=1e-4)


@pytest.mark.parametrize("power", [0.0, 0.5])
def test_weights_vary_by_the_stated_amount_on_average_over_neurons(power):
    basis = space.principal_patterns(COUNTS, 10, power)
    found, points = start(400, basis)
    variance = (found.weights_pA(points) - found.origin_pA).var(axis=0)
    by_neuron = [variance[PROJECTIONS.source == neuron].mean() for neuron in range(toy.N_RESERVOIR)]
    assert np.sqrt(np.mean(by_neuron)) == pytest.approx(20, rel=0.1)


def test_a_synapse_changes_by_the_pattern_of_its_source_times_the_coefficients_of_its_cluster():
    basis = space.principal_patterns(COUNTS, 4)
    found, points = start(3, basis)
    weights = found.weights_pA(points)
    for parameter in range(0, PROJECTIONS.n_parameters, 97):
        cluster, source = PROJECTIONS.target[parameter] // 12, PROJECTIONS.source[parameter]
        coefficients = points[:, 4 * cluster : 4 * cluster + 4]
        expected = found.origin_pA[parameter] + coefficients @ basis[:, source]
        np.testing.assert_allclose(weights[:, parameter], expected, rtol=1e-4)
        assert (found.cluster[4 * cluster : 4 * cluster + 4] == cluster).all()


def test_an_update_in_coordinates_is_the_same_update_of_the_weights():
    found, points = start(30, space.principal_patterns(COUNTS, 6))
    rng = np.random.default_rng(5)
    outputs, observations = rng.random((30, 4, 3)), rng.random((4, 3))
    moved = enkf.update(points, outputs, observations, 0.5 * np.eye(3))
    weights = enkf.update(found.weights_pA(points).astype(float), outputs, observations, 0.5 * np.eye(3))
    np.testing.assert_allclose(found.weights_pA(moved), weights, atol=1e-2)


def test_weights_along_components_are_cut_to_the_bound():
    found, points = start(30, space.principal_patterns(COUNTS, 6), bound=110)
    assert np.abs(found.weights_pA(points)).max() == 110


def test_an_exact_sample_has_mean_zero_and_the_identity_as_covariance():
    points = space.exact_sample(np.random.default_rng(0), 20, 12)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(points.T @ points / 20, np.eye(12), atol=1e-5)


def test_with_too_few_members_for_that_points_are_standard_normal():
    points = space.exact_sample(np.random.default_rng(0), 20, 5000)
    assert points.std() == pytest.approx(1, rel=0.01)
