"""The compiled output clusters against plain loops, theory and invariances."""

from functools import cache

import numpy as np
import plain_readout
import pytest

from gradfree.models import readout
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Model, Protocol

NOISE = Stream(5, ("test",))
SHORT = Model(protocol=Protocol(cooling_ms=20, image_ms=60, lead_in_ms=20))
WHOLE = Model()


def random_spikes(n_images: int, model: Model = SHORT, seed: int = 0) -> readout.Spikes:
    """Reservoir spikes without structure: 10 Hz of excitatory, 30 Hz of inhibitory neurons."""
    rng, parts, seconds = np.random.default_rng(seed), [], model.n_steps * model.dt_ms / 1000
    for image in range(n_images):
        n_e, n_i = rng.poisson(1600 * 10 * seconds), rng.poisson(400 * 30 * seconds)
        neuron = rng.permutation(np.concatenate([rng.integers(0, 1600, n_e), rng.integers(1600, 2000, n_i)]))
        step = np.sort(rng.integers(0, model.n_steps, n_e + n_i))
        parts.append(
            readout.Spikes(step.astype(np.int32), neuron.astype(np.int32), np.array([0, n_e + n_i]), np.array([image]))
        )
    return readout.concatenate(parts)


@cache
def projections(n_clusters: int = 3) -> readout.Projections:
    return readout.connect(np.random.default_rng(1), n_clusters, WHOLE)


def weights(n_members: int, n_clusters: int = 3) -> np.ndarray:
    return readout.initial_weights(np.random.default_rng(2), projections(n_clusters), n_members, 100, 50)


def test_outputs_fire_in_the_same_steps_as_in_plain_loops():
    spikes = random_spikes(2)
    for row in weights(2):
        found = readout.output_spikes(row, projections(), spikes, NOISE, SHORT)
        for image in range(2):
            expected = plain_readout.simulate(
                row, projections(), spikes.take([image]), NOISE.integer("output noise"), SHORT, first_step=0
            )
            events = slice(found.first[image], found.first[image + 1])
            pairs = np.column_stack([found.step[events], found.neuron[events]])
            np.testing.assert_array_equal(pairs, np.argwhere(expected))
        assert len(found.step) > 100


@pytest.mark.parametrize("n_members", [1, 5, 33, 98])
def test_members_side_by_side_fire_as_each_does_alone(n_members):
    spikes, rows = random_spikes(3), weights(n_members)
    together = readout.firing_rates(rows, projections(), spikes, NOISE, SHORT)
    for member in {0, n_members // 2, n_members - 1}:
        alone = readout.output_spikes(rows[member], projections(), spikes, NOISE, SHORT)
        counted = (alone.step >= SHORT.onset_step) & (alone.neuron % 12 < 10)
        image = np.repeat(np.arange(3), np.diff(alone.first))
        expected = np.zeros((3, 3))
        np.add.at(expected, (image[counted], alone.neuron[counted] // 12), 1 / (0.06 * 10))
        np.testing.assert_allclose(together[member], expected)


def test_single_precision_weights_are_the_numbers_they_round_to():
    rows, spikes = weights(9).astype(np.float32), random_spikes(2)
    single = readout.firing_rates(rows, projections(), spikes, NOISE, SHORT)
    np.testing.assert_array_equal(
        single, readout.firing_rates(rows.astype(np.float64), projections(), spikes, NOISE, SHORT)
    )


def test_images_do_not_depend_on_those_before_them():
    spikes, rows = random_spikes(20), weights(4)
    order = np.array([19, 3, 3, 0, 11])
    found = readout.firing_rates(rows, projections(), spikes.take(order), NOISE, SHORT)
    np.testing.assert_array_equal(found, readout.firing_rates(rows, projections(), spikes, NOISE, SHORT)[:, order])


def test_a_weight_that_is_not_finite_fails_its_member_only():
    rows, spikes = weights(4), random_spikes(1)
    expected = readout.firing_rates(rows, projections(), spikes, NOISE, SHORT)
    rows[2, 17], rows[3, 5] = np.nan, np.inf
    found = readout.firing_rates(rows, projections(), spikes, NOISE, SHORT)
    assert np.isnan(found[2:]).all()
    np.testing.assert_array_equal(found[:2], expected[:2])


def test_without_weights_the_noise_alone_makes_no_output_fire():
    assert (readout.firing_rates(0 * weights(1), projections(), random_spikes(1), NOISE, SHORT) == 0).all()


def test_strong_weights_fire_as_often_as_the_refractory_period_allows():
    rates = readout.firing_rates(np.full((1, 28800), 5000.0), projections(), random_spikes(1), NOISE, SHORT)
    assert 350 < rates.min() <= rates.max() <= 1000 / 2.1 + 1 / 0.06


def test_outputs_forget_how_they_started():
    """A lead-in of 100 ms gives almost the rates of the whole cooling."""
    spikes, rows = random_spikes(2, WHOLE), weights(16)
    whole = WHOLE.model_copy(update={"protocol": Protocol(lead_in_ms=200)})
    short, long = (readout.firing_rates(rows, projections(), spikes, NOISE, model) for model in (WHOLE, whole))
    assert np.abs(short - long).max() < 1.0
    assert np.abs(short - long).mean() < 0.1


def test_the_number_of_synapses_is_the_published_one():
    three, ten, sizes = projections(), projections(10), [19200, 3840, 4800, 960]
    assert np.bincount(three.projection).tolist() == sizes
    assert (three.n_parameters, ten.n_parameters) == (28800, 96000)
    assert (three.excitatory, three.inhibitory) == (slice(0, 23040), slice(23040, 28800))


@pytest.mark.parametrize("n_clusters", [3, 10])
def test_every_output_neuron_has_the_published_indegrees_from_different_neurons(n_clusters):
    found = projections(n_clusters)
    for neuron in range(found.n_outputs):
        sources = found.source[found.target == neuron]
        assert len(np.unique(sources)) == len(sources) == 800
        assert np.sum(sources < 1600) == 640
        inner = found.inner_source[found.inner_target == neuron]
        assert len(np.unique(inner)) == 4
        assert set(inner // 12) == {neuron // 12}
        assert np.sum(inner % 12 < 10) == 2


def test_parameters_are_sorted_by_projection_and_target_neuron():
    found = projections()
    keys = found.projection.astype(int) * 1000 + found.target
    assert (np.diff(keys) >= 0).all()
    np.testing.assert_array_equal(found.projection >= 2, found.source >= 1600)
    np.testing.assert_array_equal(found.projection % 2 == 1, found.target % 12 >= 10)
    np.testing.assert_array_equal(found.cluster, found.target // 12)


def test_initial_weights_follow_the_sign_of_their_source():
    rows = weights(20)
    assert rows[:, projections().excitatory].mean() == pytest.approx(100, abs=1)
    assert rows[:, projections().inhibitory].mean() == pytest.approx(-100, abs=1)
    assert rows[:, projections().excitatory].std() == pytest.approx(50, abs=1)


def test_counts_are_those_of_the_events_from_a_step_on():
    spikes = random_spikes(3)
    found = spikes.counts(SHORT.onset_step, 2000)
    assert found.shape == (3, 2000)
    events = slice(spikes.first[1], spikes.first[2])
    late = spikes.step[events] >= SHORT.onset_step
    np.testing.assert_array_equal(found[1], np.bincount(spikes.neuron[events][late], minlength=2000))


@pytest.mark.parametrize("shape", [(28800,), (2, 28799), (2, 3, 28800)])
def test_weights_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="expected \\(member, 28800\\)"):
        readout.firing_rates(np.zeros(shape), projections(), random_spikes(1), NOISE, SHORT)
