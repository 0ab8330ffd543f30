"""The brain of an ant against closed forms, the published tables, and recorded spikes."""

import numpy as np
import pytest
from ant_recordings import champion

from gradfree.models import ant_brain as brain

PSP_MV = [1.892, 5.319, 8.492, 10.820, 12.242, 12.896, 12.974, 12.654, 12.078, 11.355, 10.561, 9.746, 8.944]  # 4.2


def zero_genome(n_hidden: int, n_brains: int = 1) -> tuple[np.ndarray, np.ndarray]:
    shape = n_brains, brain.n_synapses(n_hidden)
    return np.zeros(shape), np.ones(shape)


def postsynaptic_potential(time_ms: np.ndarray, weight_pA: float) -> np.ndarray:
    """Closed form of the potential in mV that an alpha current of peak `weight_pA` causes from time 0 on."""
    tau_m, tau_s, capacitance = 10.0, 2.0, 250.0
    beta, t = tau_m * tau_s / (tau_m - tau_s), np.maximum(time_ms, 0.0)
    bracket = beta * (np.exp(-t / tau_m) - np.exp(-t / tau_s)) - t * np.exp(-t / tau_s)
    return weight_pA * np.e / tau_s * beta / capacitance * bracket


def live(weights: np.ndarray, delays: np.ndarray, n_hidden: int, sensors: np.ndarray) -> np.ndarray:
    """Spikes (step, neuron) of one ant that senses `sensors` (tick, input)."""
    synapses = brain.connect(weights, delays, n_hidden)
    state = brain.rest(1, 1, n_hidden)
    return np.concatenate([brain.tick(state, synapses, row[None, None])[0, 0] for row in sensors])


@pytest.mark.parametrize(
    ("found", "published"),
    [
        (brain.SYNAPTIC_DECAY, 0.60653066),
        (brain.MEMBRANE_DECAY, 0.90483742),
        (brain.POTENTIAL_FROM_SLOPE, 0.00139236236),
        (brain.POTENTIAL_FROM_CURRENT, 0.00298306758),
    ],
)
def test_the_propagators_are_the_published_ones(found, published):
    assert found == pytest.approx(published, rel=1e-8)


def test_a_spike_of_1000_pA_gives_the_published_postsynaptic_potential():
    n = len(PSP_MV)
    state, synapses = brain.rest(n, 1, 1), brain.connect(*zero_genome(1, n), 1)
    for k in range(n):  # brain k is looked at k + 1 ms after the first effect
        state.arrivals[k, 0, 18 - k, 0] = 1000 * brain.SLOPE_PER_PA
    brain.tick(state, synapses, np.zeros((n, 1, 11), bool))
    np.testing.assert_allclose(state.potential_mV[:, 0, 0], PSP_MV, atol=6e-4)


@pytest.mark.parametrize(("gene", "fires"), [(11.56, False), (11.57, True), (20.0, True), (-20.0, False)])
def test_one_spike_makes_a_resting_neuron_fire_from_a_gene_of_about_11_56_on(gene, fires):
    state, synapses = brain.rest(1, 1, 1), brain.connect(*zero_genome(1), 1)
    state.arrivals[0, 0, 0, 0] = gene * brain.WEIGHT_PA_PER_GENE * brain.SLOPE_PER_PA
    assert brain.tick(state, synapses, np.zeros((1, 1, 11), bool))[0, 0, :, 0].any() == fires
    assert 15 / (max(PSP_MV) / 10) == pytest.approx(11.56, abs=2e-3)


def test_no_neuron_fires_faster_than_500_Hz():
    weights, delays = zero_genome(2)
    spikes = live(weights + 20, delays, 2, np.ones((10, 11), bool))
    assert not (spikes[1:] & spikes[:-1]).any()
    assert (spikes[100:].reshape(-1, 20, 6).sum(axis=1) == 10).all()


@pytest.mark.parametrize("delay", [1.0, 2.0, 3.999, 6.5, 7.0])
@pytest.mark.parametrize("source", [0, 10, "heartbeat"])
def test_inputs_fire_at_3_5_to_21_ms_of_a_tick_and_the_heartbeat_in_every_odd_millisecond(source, delay):
    weights, delays = zero_genome(1)
    weights[0, 11 if source == "heartbeat" else source], delays[:] = 0.5, delay
    active = np.array([True, False, True, True, False, False])
    sensors = np.zeros((6, 11), bool)
    if source == "heartbeat":
        train_ms = np.arange(1, 120, 2)
    else:
        sensors[:, source] = active
        train_ms = (20 * np.flatnonzero(active)[:, None] + np.arange(3, 22, 2)).ravel()
    state, synapses = brain.rest(1, 1, 1), brain.connect(weights, delays, 1)
    for tick, row in enumerate(sensors):
        brain.tick(state, synapses, row[None, None])
        since_ms = 20 * (tick + 1) - (train_ms + np.floor(delay))
        expected = postsynaptic_potential(since_ms, 50.0).sum()
        assert state.potential_mV[0, 0, 0] == pytest.approx(expected, abs=1e-7)  # the kicks' grid is that coarse


def test_a_direct_current_makes_an_input_neuron_fire_as_assumed():
    """The input neuron itself, with the published DC propagator; what its generator sends reaches V two steps later."""
    potential, fired, times = 0.0, False, []
    for n in range(45):
        current = 20_000.0 if 0 <= n - 2 < 20 or n - 2 >= 40 else 0.0
        potential = 0.0 if fired else 0.90483742 * potential + 0.00380650328 * current
        fired = potential >= 15
        if fired:
            times.append(n + 1)
            potential = 0.0
    assert times == [*range(3, 22, 2), 43, 45]


@pytest.mark.parametrize(("n_hidden", "published"), [(20, 700), (10, 250)])
def test_genes_lie_source_by_source_from_inputs_to_outputs(n_hidden, published):
    hidden, outputs = range(n_hidden), range(n_hidden, n_hidden + 4)
    order = [(source, target) for source in range(12) for target in hidden]
    order += [(12 + source, target) for source in hidden for target in hidden if source != target]
    order += [(12 + source, target) for source in hidden for target in outputs]
    assert len(order) == published == brain.n_synapses(n_hidden)
    genes = np.random.default_rng(0).uniform(1, 7, (2, published))
    synapses = brain.connect(genes, genes, n_hidden)
    for row in range(2):
        kicks = [synapses.kicks[row, source, target] for source, target in order]
        np.testing.assert_allclose(kicks, genes[row] * 100 * np.e / 2, rtol=1e-12)
        assert [synapses.delays_ms[row, s, t] for s, t in order] == np.floor(genes[row]).tolist()
    assert np.count_nonzero(synapses.kicks) == 2 * published


def test_dead_genes_change_nothing():
    weights, delays = zero_genome(3)
    dead = np.full((1, 5), 3.0)
    short = brain.connect(weights, delays, 3)
    long = brain.connect(np.hstack([weights, dead]), np.hstack([delays, dead]), 3, n_dead_genes=5)
    np.testing.assert_array_equal(short.kicks, long.kicks)


def test_a_brain_depends_neither_on_its_neighbors_nor_on_how_many_there_are():
    rng = np.random.default_rng(1)
    weights, delays = rng.uniform(-20, 20, (3, 250)), rng.uniform(1, 7, (3, 250))
    sensors = rng.random((30, 3, 4, 11)) < 0.3
    synapses, state = brain.connect(weights, delays, 10), brain.rest(3, 4, 10)
    together = np.concatenate([brain.tick(state, synapses, row) for row in sensors], axis=2)
    assert together.sum() > 1000
    for b, ant in [(0, 0), (2, 3)]:
        alone = live(weights[b : b + 1], delays[b : b + 1], 10, sensors[:, b, ant])
        np.testing.assert_array_equal(together[b, ant], alone)


def test_every_recorded_spike_of_an_evolved_ant_is_reproduced():
    """183 307 spikes of 20 hidden and 4 output neurons over 38 s, from the recorded input spikes."""
    recorded = champion()
    n_ticks = 1901
    sensors = np.zeros((n_ticks, 11), bool)
    sensors[(recorded["input_time_ms"] - 3) // 20, recorded["input_neuron"]] = True
    tick, neuron = np.nonzero(sensors)
    train = {(n, t) for k, n in zip(tick, neuron, strict=True) for t in range(20 * k + 3, 20 * k + 22, 2)}
    until = recorded["input_time_ms"].max()
    assert {event for event in train if event[1] <= until} == events(recorded, "input")

    synapses = brain.connect(recorded["weights"][None], recorded["delays"][None], 20, n_dead_genes=20)
    state = brain.rest(1, 1, 20)
    spikes = np.concatenate([brain.tick(state, synapses, row[None, None])[0, 0] for row in sensors])
    step, neuron = np.nonzero(spikes)
    found = set(zip(neuron.tolist(), (step + 1).tolist(), strict=True))
    expected = events(recorded, "middle") | {(20 + n, t) for n, t in events(recorded, "output")}
    assert len(expected) == 183_307
    assert found == expected


def events(recorded: dict[str, np.ndarray], layer: str) -> set[tuple[int, int]]:
    return set(zip(recorded[f"{layer}_neuron"].tolist(), recorded[f"{layer}_time_ms"].tolist(), strict=True))


def broken(name: str, gene: int, value: float) -> tuple[np.ndarray, np.ndarray]:
    genes = dict(zip(("weights", "delays"), zero_genome(2), strict=True))
    genes[name][0, gene] = value
    return genes["weights"], genes["delays"]


@pytest.mark.parametrize(
    ("genome", "message"),
    [
        (zero_genome(3), r"weights of shape \(1, 54\): expected \(brain, 34\)"),
        ((np.zeros(34), np.ones((1, 34))), r"shape \(34,\).*a single genome as one row"),
        ((np.zeros((2, 34)), np.ones((1, 34))), "2 rows of weights meet 1 rows of delays"),
        (broken("weights", 5, np.nan), "weights of brain 0 hold nan at gene 5"),
        (broken("delays", 33, np.inf), "delays of brain 0 hold inf at gene 33"),
        (broken("delays", 7, 0.99), "delay 0.99 ms of brain 0, gene 7: expected 1 to 7 ms"),
        (broken("delays", 7, 7.01), "delay 7.01 ms"),
    ],
)
def test_an_impossible_genome_is_refused(genome, message):
    with pytest.raises(ValueError, match=message):
        brain.connect(*genome, 2)
