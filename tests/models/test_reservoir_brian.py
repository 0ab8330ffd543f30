"""Brian's network against closed forms, against the compiled readout, and against itself in another language."""

import shutil

import numpy as np
import pytest

from gradfree.models import readout, reservoir, reservoir_brian
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Background, Connectivity, Encoding, Model, Populations, Protocol

STREAM = Stream(11, ("test",))
SMALL = Model(
    populations=Populations(n_input=20, n_excitatory=40, n_inhibitory=20),
    connectivity=Connectivity(
        input_indegree=3, excitatory_outdegrees=(8, 4), inhibitory_outdegrees=(8, 4), output_indegrees=(30, 15)
    ),
    background=Background(background_weight_pA=9.0),
    encoding=Encoding(max_rate_Hz=400),
    protocol=Protocol(cooling_ms=10, image_ms=40, lead_in_ms=10),
)
WHOLE = Model(protocol=Protocol(cooling_ms=30, image_ms=70, lead_in_ms=30))
needs_compiler = pytest.mark.skipif(not reservoir_brian.compiler_is_there(), reason="no C++ compiler here")


def simulate(model: Model, n_images: int, target: reservoir_brian.Target, first: int = 0):
    """Images of random pixels, named from `first` on, through reservoir and outputs."""
    numbers = np.arange(first, first + n_images)
    images = np.stack([STREAM.generator("image", int(n)).random(model.populations.n_input) for n in numbers])
    graph = reservoir.draw(STREAM.child("graph"), "one_strong_synapse_per_pixel", model)
    projections = readout.connect(STREAM.generator("outputs"), 3, model)
    weights = readout.initial_weights(STREAM.generator("weights"), projections, 1, 100, 50)[0]
    spikes = reservoir_brian.simulate(
        reservoir.pixel_rates(images, model), numbers, graph, STREAM, model, (projections, weights), target
    )
    return spikes, projections, weights


def equal(a: readout.Spikes, b: readout.Spikes) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("step", "neuron", "first", "image"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Two images through a network of full size in C++, and the folder of temporary files."""
    folder, patch = tmp_path_factory.mktemp("builds"), pytest.MonkeyPatch()
    with patch.context() as patched:
        patched.setattr("tempfile.tempdir", str(folder))
        return *simulate(WHOLE, 2, "cpp"), folder


@pytest.fixture(scope="module")
def small():
    return simulate(SMALL, 3, "numpy")[0]


@needs_compiler
def test_stored_spikes_and_the_readout_give_the_spikes_of_the_whole_network_simulated_together(whole):
    spikes, projections, weights, _ = whole
    found = readout.output_spikes(weights, projections, spikes["reservoir"], STREAM, WHOLE)
    assert len(found.step) > 300
    assert equal(found, spikes["output"])


@needs_compiler
def test_the_same_spikes_come_from_cpp_and_from_numpy(whole):
    """The second image is simulated from a warm-up of its own."""
    spikes, *_ = whole
    assert min(len(each.step) for each in spikes.values()) > 300
    interpreted = simulate(WHOLE, 1, "numpy", first=1)[0]
    assert all(equal(spikes[name].take([1]), interpreted[name]) for name in spikes)


@needs_compiler
def test_the_folder_of_the_build_is_removed(whole):
    assert list(whole[-1].glob("gradfree-*")) == []


def test_an_image_gives_the_same_spikes_alone_as_after_others(small):
    alone = simulate(SMALL, 1, "numpy", first=2)[0]
    assert all(equal(alone[name], small[name].take([2])) for name in small)


@pytest.mark.parametrize("dt_ms", [0.1, 0.25])
def test_stored_spikes_and_the_readout_give_the_spikes_of_a_small_network_in_steps_of_any_length(dt_ms, small):
    model = SMALL.model_copy(update={"dt_ms": dt_ms})
    spikes, projections, weights = simulate(model, 1, "numpy")
    found = readout.output_spikes(weights, projections, spikes["reservoir"], STREAM, model)
    assert len(found.step) > 20
    assert equal(found, spikes["output"])
    assert equal(spikes["reservoir"], small["reservoir"].take([0])) == (dt_ms == SMALL.dt_ms)


def test_input_neurons_hear_their_pixels(small):
    """Brighter pixels make their neurons fire more often."""
    counts = small["input"].counts(0, 20).sum(axis=0)
    pixels = np.stack([STREAM.generator("image", n).random(20) for n in range(3)]).sum(axis=0)
    assert np.corrcoef(counts, pixels)[0, 1] > 0.5


def test_a_neuron_without_noise_follows_the_closed_form_of_a_spike_train():
    """To 1e-3 mV and better: Brian integrates the alpha synapses exactly."""
    import brian2 as brian

    arrivals_ms, weights_pA, dt_ms = np.array([5.0, 7.3, 7.3, 20.1]), np.array([300.0, -200.0, 450.0, 250.0]), 0.1
    brian.set_device("runtime")
    brian.prefs.codegen.target = "numpy"
    names = {
        "capacitance": 250 * brian.pF, "membrane_time": 10 * brian.ms, "synaptic_time": 2 * brian.ms,
        "slope_per_pA": np.e / (2 * brian.ms) * brian.pA,
    }  # fmt: skip
    clock = brian.Clock(dt=dt_ms * brian.ms, name="closed_form_clock")
    neuron = brian.NeuronGroup(1, reservoir_brian.NEURON, method="exact", namespace=names, clock=clock)
    source = brian.SpikeGeneratorGroup(4, np.arange(4), (arrivals_ms - 1) * brian.ms, clock=clock)
    synapses = brian.Synapses(
        source, neuron, "weight : 1", on_pre=reservoir_brian.ARRIVAL, delay=1 * brian.ms, namespace=names, clock=clock
    )
    synapses.connect(i=np.arange(4), j=0)
    synapses.weight = weights_pA
    monitor = brian.StateMonitor(neuron, "potential", record=True, clock=clock)
    brian.Network(neuron, source, synapses, monitor).run(60 * brian.ms, namespace={})
    brian.prefs.codegen.target = "auto"
    time_ms = np.asarray(monitor.t / brian.ms)
    # A spike of step n arrives at the end of step n + delay, that is at the time stamp n + 1 plus the delay.
    since = np.maximum(time_ms[:, None] - (arrivals_ms + dt_ms), 0)
    beta = 10 * 2 / (10 - 2)
    bracket = beta * (np.exp(-since / 10) - np.exp(-since / 2)) - since * np.exp(-since / 2)
    expected = (weights_pA * np.e / 2 * beta / 250 * bracket).sum(axis=1)
    assert np.abs(np.asarray(monitor.potential[0] / brian.mV) - expected).max() < 1e-9
    assert np.abs(expected).max() > 3


def test_without_a_compiler_brian_computes_with_numpy_and_says_what_that_costs(monkeypatch, small):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    graph = reservoir.draw(STREAM.child("graph"), "published", SMALL)
    with pytest.warns(UserWarning, match="no C\\+\\+ compiler.*100 times slower"):
        reservoir_brian.simulate(np.ones((1, 20)), [0], graph, STREAM, SMALL)
