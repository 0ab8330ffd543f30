"""The same network in NEST, another simulator of neurons on a grid; import this where `nest` can be imported.

`given_noise` gets the numbers of the named noise, so that spikes have to be equal one by one. `own_noise` leaves all
Poisson trains to NEST and follows the published protocol: nothing is set back between images.
"""

import nest
import numpy as np

from gradfree.models import noise
from gradfree.models.readout import Spikes
from gradfree.models.reservoir import Graph, Synapses
from gradfree.settings.reservoir import Model

HEAD_START = 1  # step before the first: generators cannot spike at time 0
WARM_UP = -1


def given_noise(rates_Hz, number, graph, stream, model, outputs):
    """Spikes of `input`, `reservoir` and `output` in one image after a warm-up, which has to be free of spikes."""
    groups = _build(graph, model, outputs)
    black = np.full_like(rates_Hz, model.protocol.warm_up_rate_Hz)
    for start, image, rates in ((0, WARM_UP, black), (model.n_steps, number, rates_Hz)):
        for name, drive_pA in _drives(rates, image, graph, stream, model, len(groups["output"])).items():
            if name != "output" or image != WARM_UP:  # outputs are at rest when the image begins
                for neuron, weights_pA in zip(groups[name], drive_pA.T, strict=True):
                    _inject(neuron, start + np.flatnonzero(weights_pA), weights_pA[weights_pA != 0], model)
    recorders = _record(groups)
    nest.Simulate((HEAD_START + 2 * model.n_steps) * model.dt_ms)
    return {name: _spikes(recorder, groups[name], [number], model, HEAD_START) for name, recorder in recorders.items()}


def _drives(rates_Hz, image, graph, stream, model, n_outputs):
    """Summed weights in pA (step, neuron) of the Poisson spikes that reach each population in an image."""
    background, dt_s = model.background, model.dt_ms / 1000
    on, strong = (noise.table(rate_Hz * dt_s) for rate_Hz in (background.noise_rate_Hz, background.background_rate_Hz))
    noise_pA, strong_pA = background.noise_weight_pA, background.background_weight_pA
    means = np.full((model.n_steps, len(rates_Hz)), model.encoding.min_rate_Hz * dt_s)
    means[model.onset_step :] = rates_Hz * dt_s
    words = {
        name: _words(stream.integer(root), image, model.n_steps, n_neurons)
        for name, root, n_neurons in (
            ("input", "generator", len(rates_Hz)),
            ("reservoir", "background", model.populations.n_reservoir),
            ("output", "output noise", n_outputs),
        )
    }
    upper = {name: word >> np.uint64(32) for name, word in words.items()}
    lower = words["reservoir"] & np.uint64(2**32 - 1)
    return {
        "input": graph.generator_pA * np.vectorize(noise.count_of_mean)(upper["input"], means),
        "reservoir": strong_pA * _counts(upper["reservoir"], strong) + noise_pA * _counts(lower, on),
        "output": noise_pA * _counts(upper["output"], on),
    }


def _words(root, image, n_steps, n_neurons):
    key = np.uint64(noise.key_of_image(np.uint64(root), image))
    words = [noise.bits(key, step, neuron) for step in range(n_steps) for neuron in range(n_neurons)]
    return np.array(words, np.uint64).reshape(n_steps, n_neurons)


def _counts(words, table):
    return np.searchsorted(table.thresholds, words, side="right")


def own_noise(rates_Hz, graph, model, outputs, seed=1):
    """Spikes of images one after the other (image, pixel): after a warm-up, cooling and image of each in turn."""
    groups = _build(graph, model, outputs, seed)
    background, synapse = model.background, {"delay": model.delay_ms}
    sources = [
        ("reservoir", background.background_rate_Hz, background.background_weight_pA),
        ("reservoir", background.noise_rate_Hz, background.noise_weight_pA),
        ("output", background.noise_rate_Hz, background.noise_weight_pA),
    ]
    for name, rate_Hz, weight_pA in sources:
        generator = nest.Create("poisson_generator", params={"rate": rate_Hz})
        nest.Connect(generator, groups[name], "all_to_all", {**synapse, "weight": weight_pA})
    pixels = nest.Create("poisson_generator", len(graph.generator_pA))
    _connect(pixels, groups["input"], Synapses(*[np.arange(len(pixels))] * 2, graph.generator_pA), model)
    recorders = _record(groups)
    pixels.rate = model.protocol.warm_up_rate_Hz
    nest.Simulate(model.n_steps * model.dt_ms)
    for rates in rates_Hz:
        pixels.rate = model.encoding.min_rate_Hz
        nest.Simulate(model.protocol.cooling_ms)
        pixels.rate = rates.tolist()
        nest.Simulate(model.protocol.image_ms)
    images = range(len(rates_Hz))
    return {name: _spikes(recorder, groups[name], images, model, 0) for name, recorder in recorders.items()}


def potential_mV(arrivals_ms, weights_pA, until_ms, dt_ms=0.1):
    """Times in ms and membrane potential above rest in mV of a neuron with NEST's defaults, without noise."""
    _reset(dt_ms)
    neuron, voltmeter = nest.Create("iaf_psc_alpha"), nest.Create("voltmeter", params={"interval": dt_ms})
    for arrival_ms, weight_pA in zip(arrivals_ms, weights_pA, strict=True):
        source = nest.Create("spike_generator", params={"spike_times": [arrival_ms - 1.0]})
        nest.Connect(source, neuron, syn_spec={"weight": weight_pA, "delay": 1.0})
    nest.Connect(voltmeter, neuron)
    nest.Simulate(until_ms)
    return np.array(voltmeter.events["times"]), np.array(voltmeter.events["V_m"]) + 70.0


def _reset(dt_ms, seed=1):
    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.SetKernelStatus({"resolution": dt_ms, "rng_seed": seed, "local_num_threads": 1, "print_time": False})


def _build(graph: Graph, model: Model, outputs, seed=1):
    """Neurons by population, connected."""
    _reset(model.dt_ms, seed)
    sizes, neuron, (projections, weights) = model.populations, model.neuron, outputs
    kinetics = {
        "tau_m": neuron.membrane_time_ms, "tau_syn_ex": neuron.synaptic_time_ms, "tau_syn_in": neuron.synaptic_time_ms,
        "C_m": neuron.capacitance_pF, "t_ref": neuron.refractory_period_ms, "V_th": -70.0 + neuron.threshold_mV,
    }  # fmt: skip
    numbers = {"input": sizes.n_input, "reservoir": sizes.n_reservoir, "output": projections.n_outputs}
    groups = {name: nest.Create("iaf_psc_alpha", number, params=kinetics) for name, number in numbers.items()}
    inner_pA = np.full(len(projections.inner_source), model.connectivity.inner_weight_pA)
    _connect(groups["input"], groups["reservoir"], graph.feedforward, model)
    _connect(groups["reservoir"], groups["reservoir"], graph.recurrent, model)
    _connect(groups["reservoir"], groups["output"], Synapses(projections.source, projections.target, weights), model)
    _connect(
        groups["output"],
        groups["output"],
        Synapses(projections.inner_source, projections.inner_target, inner_pA),
        model,
    )
    return groups


def _connect(source, target, synapses, model):
    ids = [np.array(group.tolist())[each] for group, each in ((source, synapses.source), (target, synapses.target))]
    delays_ms = np.full(len(synapses.source), model.delay_ms)
    nest.Connect(*ids, "one_to_one", {"weight": np.asarray(synapses.weight_pA, float), "delay": delays_ms})


def _inject(neuron, steps, weights_pA, model):
    """Spikes of any weight that change the slope of the current at the end of some steps."""
    times_ms = np.round((HEAD_START + steps) * model.dt_ms, 6)  # one step before, which is the delay
    source = nest.Create("spike_generator", params={"spike_times": times_ms, "spike_weights": weights_pA})
    nest.Connect(source, neuron, syn_spec={"weight": 1.0, "delay": model.dt_ms})


def _record(groups):
    recorders = {name: nest.Create("spike_recorder") for name in groups}
    for name, group in groups.items():
        nest.Connect(group, recorders[name])
    return recorders


def _spikes(recorder, group, numbers, model, head_start):
    """Events by image; a spike of step n has the time stamp n + 1. The warm-up comes first and is left out."""
    events, first_id = recorder.events, group[0].global_id
    step = np.rint(np.array(events["times"]) / model.dt_ms).astype(np.int64) - 1 - head_start
    neuron = np.array(events["senders"], dtype=np.int64) - first_id
    image, step_of_image = np.divmod(step - model.n_steps, model.n_steps)
    order = np.lexsort((neuron, step))
    order = order[image[order] >= 0]
    return Spikes(
        step=step_of_image[order].astype(np.int32),
        neuron=neuron[order].astype(np.int32),
        first=np.searchsorted(image[order], np.arange(len(numbers) + 1)).astype(np.int64),
        image=np.asarray(numbers, dtype=np.int64),
    )
