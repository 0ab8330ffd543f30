"""The compiled brain against the readable one, bit by bit."""

import numpy as np
import pytest

from gradfree.models import ant_brain as brain
from gradfree.models import ant_brain_kernels as kernels


@pytest.mark.parametrize("n_hidden", [1, 10, 20, 37])
def test_spikes_and_potentials_are_those_of_the_readable_brain(n_hidden):
    rng = np.random.default_rng(n_hidden)
    shape = 2, brain.n_synapses(n_hidden)
    synapses = brain.connect(rng.uniform(-20, 20, shape), rng.uniform(1, 7, shape), n_hidden)
    tables = kernels.tables(synapses)
    state, lanes = brain.rest(2, 16, n_hidden), [kernels.rest(n_hidden) for _ in range(2)]
    n_spikes = 0
    for tick in range(40):
        sensors = rng.random((2, 16, 11)) < rng.choice([0.0, 0.2, 1.0])
        expected = brain.tick(state, synapses, sensors)
        n_spikes += expected.sum()
        for b in range(2):
            raster = np.zeros((20, 16), np.uint64)
            kernels.tick(lanes[b], tables, b, sensors[b].T.astype(float).ravel(), tick, raster)
            found = raster[..., None] >> np.arange(n_hidden + 4, dtype=np.uint64) & np.uint64(1)
            np.testing.assert_array_equal(found.swapaxes(0, 1) > 0, expected[b])
            np.testing.assert_array_equal(lanes[b].potential.reshape(-1, 16).T, state.potential_mV[b])
            np.testing.assert_array_equal(lanes[b].counts.reshape(4, 16).T, expected[b, :, :, n_hidden:].sum(axis=1))
    assert n_spikes > 500
