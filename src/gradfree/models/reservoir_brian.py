"""The reservoir in Brian: many images by one compiled program, and, if wanted, the output clusters with it.

The reservoir keeps itself active once it is, but from rest this takes it 50 to 1000 ms. So a warm-up comes first, the
same for all, and its last state (potentials and currents) is what every image starts from. Images follow one another in
one run; between them no neuron may fire for as long as spikes are on their way or neurons refractory, then that state
is set again. So the spikes of an image depend on nothing but its number.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradfree.models.brian_noise import counts_of_means, drive_of_tables
from gradfree.models.readout import Projections, Spikes
from gradfree.models.reservoir import Graph, Synapses
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Model

Target = Literal["cpp", "numpy"]

# Potentials are relative to rest. Over one step Brian integrates the equations exactly, as NEST's iaf_psc_alpha does.
NEURON = """
dpotential/dt = current / capacitance - potential / membrane_time : volt
dcurrent/dt = slope - current / synaptic_time : amp
dslope/dt = -slope / synaptic_time : amp / second
"""
SPIKES = "potential >= threshold and step_of_image < n_steps"
# What arrives in a step changes the slope at its end, after the potential was integrated and held in refractoriness.
RESERVOIR_DRIVE = """
potential *= int(not_refractory)
slope += slope_per_pA * background_pA(i, step_of_image, image_number(t))
"""
OUTPUT_DRIVE = """
potential *= int(not_refractory)
slope += slope_per_pA * output_noise_pA(i, step_of_image, image_number(t))
"""
INPUT_DRIVE = """
potential *= int(not_refractory)
rate = min_rate + (image_rate(t, i) - min_rate) * int(step_of_image >= onset_step)
slope += slope_per_pA * generator_weight * generator_spikes(i, step_of_image, image_number(t), rate * dt)
"""
AWAKE = """
awake_potential : volt
awake_current : amp
awake_slope : amp / second
"""
START = """
potential = awake_potential
current = awake_current
slope = awake_slope
"""
# Runs every n_steps; only the first time is of interest, when the warm-up has ended and its pause begins.
END_OF_WARM_UP = """
awake_potential += int(t_in_timesteps == n_steps) * potential
awake_current += int(t_in_timesteps == n_steps) * current
awake_slope += int(t_in_timesteps == n_steps) * slope
"""
WARM_UP = -1  # in place of the number of an image
STEP_OF_IMAGE = "(t_in_timesteps % period)"
ARRIVAL = "slope_post += weight * slope_per_pA"


def compiler_is_there() -> bool:
    """Whether Brian can compile: its standalone mode needs make and a C++ compiler."""
    return all(shutil.which(program) for program in ("make", os.environ.get("CXX", "g++")))


def simulate(
    rates_Hz: ArrayLike,
    numbers: ArrayLike,
    graph: Graph,
    noise: Stream,
    model: Model,
    outputs: tuple[Projections, NDArray] | None = None,
    target: Target | None = None,
) -> dict[str, Spikes]:
    """Simulates images one after the other, each from the state at the end of the same warm-up.

    Args:
        rates_Hz: (image, pixel) of the Poisson generators while an image is on.
        numbers: (image,) of the images; they name the noise.
        graph: the connections.
        noise: names the noise, together with the images.
        model: settings.
        outputs: also the output clusters: their synapses, and the weights (parameter,) of one member in pA.
        target: how Brian computes; by default C++, and NumPy with a warning where there is no compiler.

    Returns:
        Spikes of `input`, `reservoir` and, if asked for, `output`, from the start of the cooling on. Output neurons
        start from rest, as they do in the readout with a lead-in of the whole cooling.
    """
    if target is None and not compiler_is_there():
        warnings.warn(
            "no C++ compiler (g++ and make) was found: Brian computes with NumPy, about 100 times slower, which is "
            "about 10 s for one image; install g++ and make",
            stacklevel=2,
        )
    target = target or ("cpp" if compiler_is_there() else "numpy")
    numbers = np.asarray(numbers, dtype=np.int64)
    with _brian(target) as (brian, build):
        monitors = _network(brian, np.asarray(rates_Hz, float), numbers, graph, noise, model, outputs)
        network = brian.Network(*monitors.pop("objects"), *monitors.values())
        network.run((1 + len(numbers)) * _period(model) * model.dt_ms * brian.ms, namespace={})
        build()
        return {name: _spikes(monitor, numbers, model) for name, monitor in monitors.items()}


@contextmanager
def _brian(target: Target) -> Iterator[tuple[Any, Any]]:
    """Brian and a function that builds and runs the program, in a folder of its own that is removed afterwards."""
    import brian2 as brian

    brian.BrianLogger.log_level_error()
    brian.prefs.logging.file_log = brian.prefs.logging.save_script = brian.prefs.logging.std_redirection = False
    with tempfile.TemporaryDirectory(prefix="gradfree-reservoir-") as folder:
        if target == "cpp":
            brian.set_device("cpp_standalone", build_on_run=False, directory=folder)
            _prefer_fast_builds(brian)
        else:
            brian.set_device("runtime")
            brian.prefs.codegen.target = "numpy"
        try:
            yield brian, (lambda: brian.device.build(folder, with_output=False)) if target == "cpp" else (lambda: None)
        finally:
            if target == "cpp":
                brian.device.reinit()
                brian.device.activate()
            brian.set_device("runtime")
            brian.prefs.codegen.target = "auto"


def _prefer_fast_builds(brian: Any) -> None:
    """One compiler at a time, and the header that every file includes is compiled once: half the time."""
    compiler, flags = os.environ.get("CXX", "g++"), " ".join(brian.prefs.codegen.cpp.extra_compile_args_gcc)
    make = brian.prefs.devices.cpp_standalone
    make.make_cmd_unix = f"{compiler} {flags} -I. -x c++-header objects.h && make"
    make.extra_make_args_unix = ["-s", "-j1", f"'CXX={compiler} -include objects.h'"]


def _period(model: Model) -> int:
    """Steps from the start of one image to that of the next: until nothing is on its way and nobody is refractory."""
    return model.n_steps + model.delay_steps + model.steps(model.neuron.refractory_period_ms) + 2


def _network(
    brian: Any,
    rates_Hz: NDArray,
    numbers: NDArray,
    graph: Graph,
    noise: Stream,
    model: Model,
    outputs: tuple[Projections, NDArray] | None,
) -> dict[str, Any]:
    """Monitors by population, and all `objects` that they need."""
    brian.defaultclock.dt = model.dt_ms * brian.ms
    names, sizes = _namespace(brian, rates_Hz, numbers, noise, model), model.populations
    groups = {
        "input": _group(brian, "input", sizes.n_input, INPUT_DRIVE, names, model),
        "reservoir": _group(brian, "reservoir", sizes.n_reservoir, RESERVOIR_DRIVE, names, model),
    }
    groups["input"].generator_weight = graph.generator_pA
    pathways = [("input", "reservoir", graph.feedforward), ("reservoir", "reservoir", graph.recurrent)]
    if outputs is not None:
        projections, weights = outputs
        groups["output"] = _group(brian, "output", projections.n_outputs, OUTPUT_DRIVE, names, model)
        inner_pA = np.full(len(projections.inner_source), model.connectivity.inner_weight_pA)
        trained = Synapses(projections.source, projections.target, weights)
        inner = Synapses(projections.inner_source, projections.inner_target, inner_pA)
        pathways += [("reservoir", "output", trained), ("output", "output", inner)]
    synapses = [_connect(brian, groups[a], groups[b], synapses, names, model) for a, b, synapses in pathways]
    monitors = {name: brian.SpikeMonitor(group) for name, group in groups.items()}
    return {"objects": [*groups.values(), *synapses], **monitors}


def _namespace(brian: Any, rates_Hz: NDArray, numbers: NDArray, noise: Stream, model: Model) -> dict[str, Any]:
    """All names of the equations."""
    neuron, background = model.neuron, model.background
    gray_Hz = np.full((1, rates_Hz.shape[1]), model.protocol.warm_up_rate_Hz)
    shown_Hz, shown = np.concatenate([gray_Hz, rates_Hz]), np.concatenate([[WARM_UP], numbers])
    duration, dt_s = _period(model) * model.dt_ms * brian.ms, model.dt_ms / 1000
    noise_source = background.noise_rate_Hz * dt_s, background.noise_weight_pA
    background_source = background.background_rate_Hz * dt_s, background.background_weight_pA
    root = noise.integer
    return {
        "membrane_time": neuron.membrane_time_ms * brian.ms,
        "synaptic_time": neuron.synaptic_time_ms * brian.ms,
        "capacitance": neuron.capacitance_pF * brian.pF,
        "threshold": neuron.threshold_mV * brian.mV,
        "slope_per_pA": math.e / (neuron.synaptic_time_ms * brian.ms) * brian.pA,
        "min_rate": model.encoding.min_rate_Hz * brian.Hz,
        "image_rate": brian.TimedArray(shown_Hz * brian.Hz, dt=duration),
        "image_number": brian.TimedArray(shown.astype(float), dt=duration),
        "period": _period(model),
        "n_steps": model.n_steps,
        "onset_step": model.onset_step,
        "generator_spikes": counts_of_means("generator_spikes", root("generator")),
        "background_pA": drive_of_tables("background_pA", root("background"), background_source, noise_source),
        "output_noise_pA": drive_of_tables("output_noise_pA", root("output noise"), noise_source),
    }


def _group(brian: Any, name: str, n_neurons: int, drive: str, names: dict[str, Any], model: Model) -> Any:
    group = brian.NeuronGroup(
        n_neurons,
        NEURON + AWAKE + ("generator_weight : 1" if name == "input" else ""),
        threshold=SPIKES.replace("step_of_image", STEP_OF_IMAGE),
        reset="potential = 0*volt",
        # A neuron that fires in step n is free again in step n + 1 + refractory steps; Brian counts from n.
        refractory=(model.neuron.refractory_period_ms + model.dt_ms) * brian.ms,
        method="exact",
        namespace=names,
        name=name,
    )
    group.run_regularly(drive.replace("step_of_image", STEP_OF_IMAGE), when="after_groups")
    group.run_regularly(START, dt=_period(model) * model.dt_ms * brian.ms, when="start")
    if name != "output":
        group.run_regularly(END_OF_WARM_UP, dt=model.n_steps * model.dt_ms * brian.ms, when="start")
    return group


def _connect(brian: Any, source: Any, target: Any, synapses: Synapses, names: dict[str, Any], model: Model) -> Any:
    pathway = brian.Synapses(
        source, target, "weight : 1", on_pre=ARRIVAL, delay=model.delay_ms * brian.ms, namespace=names
    )
    pathway.connect(i=synapses.source, j=synapses.target)
    pathway.weight = synapses.weight_pA
    return pathway


def _spikes(monitor: Any, numbers: NDArray[np.int64], model: Model) -> Spikes:
    """The events of a monitor by image."""
    import brian2 as brian

    step = np.rint(np.asarray(monitor.t / brian.ms) / model.dt_ms).astype(np.int64)
    image, step_of_image = np.divmod(step - _period(model), _period(model))  # the warm-up gets -1
    order = np.lexsort((np.asarray(monitor.i), step))
    order = order[image[order] >= 0]
    return Spikes(
        step=step_of_image[order].astype(np.int32),
        neuron=np.asarray(monitor.i)[order].astype(np.int32),
        first=np.searchsorted(image[order], np.arange(len(numbers) + 1)).astype(np.int64),
        image=numbers,
    )
