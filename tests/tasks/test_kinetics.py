"""Reference solutions against published digits and conservation laws."""

import numpy as np
import pytest

from gradfree.tasks import kinetics


def test_robertson_has_the_known_solution_and_conserves_mass():
    found = kinetics.reference("robertson")
    np.testing.assert_allclose(found.states.sum(1), 1, rtol=1e-9)
    np.testing.assert_allclose(found.states[-1], [0.01786592, 7.27475e-8, 0.9821340], rtol=1e-4)
    np.testing.assert_allclose(found.scale, [1, 3.6487e-5, 0.982134], rtol=1e-4)


def test_pollu_ends_at_the_reference_solution_of_the_test_set():
    found = kinetics.reference("pollu")
    expected = [5.646255480e-2, 1.342484130e-1, 4.139734331e-9, 5.523140207e-3]
    np.testing.assert_allclose(found.states[-1, :4], expected, rtol=1e-6)
    assert found.states.shape == (20, 20) and (found.scale > 0).all()


def test_the_spiral_passes_through_known_points():
    found = kinetics.reference("spiral")
    assert found.states[10] == pytest.approx([0.02416, 1.84133], abs=1e-5)
    assert found.states[-1] == pytest.approx([-0.44362, 0.27944], abs=1e-5)
