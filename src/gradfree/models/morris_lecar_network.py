"""A recurrent network of Morris-Lecar neurons with linear readout (Hazelden et al. 2023; code of May 2023).

Words of a vocabulary are shown one after the other; the mean output of the neurons in the last milliseconds is read
out; with slow synapses both other neurons and the readout see outputs that follow with a time constant, as those of
NMDA receptors do. A parameter vector holds the matrices of the input, of the recurrent synapses, of the readout, and
its bias. `forward` simulates populations quickly and without derivatives, `differentiable` one network in torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradfree.models import morris_lecar as ml

Array = NDArray[np.floating]
LAYERS = ("input", "recurrent", "readout")


@dataclass(frozen=True)
class Network:
    """Sizes, time and couplings. Raises ValueError where they do not fit together."""

    n_inputs: int = 50
    n_neurons: int = 128
    n_outputs: int = 3
    dt_ms: float = 0.1
    word_ms: float = 4.0
    readout_ms: float = 10.0
    kind: ml.Neuron = field(default_factory=lambda: ml.NETWORK)
    current_gain: float = 36.75  # µA/cm² of a unit of input
    current_offset: float = 39.9  # just below the rheobase of the set
    bias: float = 0.1  # constant input
    release_threshold_mV: float = -3.0
    release_width_mV: float = 8.0
    start_std_mV: float = 5.0
    synapse_ms: float | None = None  # time constant of synapses and readout; None, as published: outputs act at once

    def __post_init__(self) -> None:
        for name in ("word_ms", "readout_ms"):
            steps = getattr(self, name) / self.dt_ms
            if steps < 1 or abs(steps - round(steps)) > 1e-6:
                raise ValueError(
                    f"{name} {getattr(self, name):g} must be a whole number, at least one, of time steps of "
                    f"{self.dt_ms:g} ms; choose another dt_ms or {name}"
                )

    @property
    def steps_per_word(self) -> int:
        """Time steps that a word is shown."""
        return round(self.word_ms / self.dt_ms)

    @property
    def n_readout_steps(self) -> int:
        """Time steps over which outputs are averaged."""
        return round(self.readout_ms / self.dt_ms)

    @property
    def synapse_step(self) -> float:
        """The share of their way to the outputs that synapses go in a time step."""
        return 1.0 if self.synapse_ms is None else float(-np.expm1(-self.dt_ms / self.synapse_ms))

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """The matrices (target, source) of a parameter vector; the readout's last column is its bias."""
        return {
            "input": (self.n_neurons, self.n_inputs),
            "recurrent": (self.n_neurons, self.n_neurons),
            "readout": (self.n_outputs, self.n_neurons + 1),
        }

    @property
    def slices(self) -> dict[str, slice]:
        """Where the matrices are."""
        ends = np.cumsum([rows * columns for rows, columns in self.shapes.values()]).tolist()
        return {name: slice(start, end) for name, start, end in zip(LAYERS, [0, *ends], ends, strict=False)}

    @property
    def n_parameters(self) -> int:
        """Length of a parameter vector."""
        return self.slices["readout"].stop

    def matrices(self, parameters: Any) -> dict[str, Any]:
        """Views (…, target, source) of parameters (…, parameter)."""
        shapes = self.shapes
        return {
            name: parameters[..., place].reshape(*parameters.shape[:-1], *shapes[name])
            for name, place in self.slices.items()
        }


def initial(network: Network, rng: np.random.Generator) -> Array:
    """Published initial parameters, float32: uniform around 0.1 and 0.001; 20 % of the recurrent ones are 0.001."""
    half, found = network.n_neurons**-0.5, {}
    for name, shape in network.shapes.items():
        middle = 0.001 if name == "recurrent" else 0.1
        found[name] = rng.uniform(middle - half, middle + half, shape)
    found["recurrent"][rng.random(found["recurrent"].shape) < 0.2] = 0.001
    return np.concatenate([matrix.ravel() for matrix in found.values()]).astype(np.float32)


def start_potentials(network: Network, n_trials: int, rng: np.random.Generator) -> Array:
    """Potentials (trial, neuron) in mV at which trials start, drawn anew for every trial."""
    draws = rng.standard_normal((n_trials, network.n_neurons), dtype=np.float32)
    return np.float32(ml.REST_V_MV) + np.float32(network.start_std_mV) * draws


@dataclass(frozen=True)
class Responses:
    """What a population did: logits (member, trial, class); of the readout window mean output and spikes."""

    logits: Array
    mean_release: Array  # (member, trial, neuron), behind the synapses
    spike_counts: Array  # (member, trial, neuron)


def forward(
    network: Network, population: Array, vocabulary: Array, words: NDArray[np.int64], start_v: Array
) -> Responses:
    """Simulates every member (member, parameter) on every trial.

    vocabulary (word, input), words (trial, time) as numbers of words, start_v (trial, neuron) in mV.
    """
    from gradfree.models import morris_lecar_kernels as kernels

    matrices = network.matrices(np.asarray(population, np.float32))
    currents = input_currents(network, population, vocabulary)
    shape = (len(population), network.n_neurons, len(words))
    mean, counts = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    kernels.simulate(
        currents, np.ascontiguousarray(matrices["recurrent"]), np.ascontiguousarray(words),
        np.ascontiguousarray(start_v.T, dtype=np.float32), ml.REST_W, network.steps_per_word, network.n_readout_steps,
        kernel_constants(network), mean, counts,
    )  # fmt: skip
    mean, counts = mean.transpose(0, 2, 1), counts.transpose(0, 2, 1)
    readout = matrices["readout"]
    logits = mean @ readout[:, :, :-1].transpose(0, 2, 1) + readout[:, None, :, -1]
    return Responses(logits, mean, counts)


def input_currents(network: Network, population: Array, vocabulary: Array) -> Array:
    """Currents in µA/cm² (member, word, neuron) while a word is shown, without those of other neurons."""
    weights = network.matrices(np.asarray(population, np.float32))["input"]
    inputs = np.einsum("wi,mni->mwn", vocabulary.astype(np.float32), weights, optimize=True)
    currents = np.float32(network.current_gain) * (inputs + np.float32(network.bias))
    return np.ascontiguousarray(currents + np.float32(network.current_offset))


def differentiable(
    network: Network,
    parameters: Any,
    vocabulary: Array,
    words: NDArray[np.int64],
    start_v: Array,
    truncate_steps: int | None = None,
) -> tuple[Any, Any]:
    """Logits (trial, class) and outputs behind the synapses at every step of the readout window (time, trial, neuron).

    All are torch tensors. parameters (parameter,) is a tensor of the wanted precision. With `truncate_steps`
    derivatives do not reach back beyond so many steps.
    """
    import torch

    matrices = network.matrices(parameters)
    shown = torch.as_tensor(vocabulary, dtype=parameters.dtype) @ matrices["input"].T
    v = torch.as_tensor(start_v, dtype=parameters.dtype)
    w, synapses, window = torch.full_like(v, ml.REST_W), torch.zeros_like(v), []
    n_steps = words.shape[1] * network.steps_per_word
    for step in range(n_steps):
        if truncate_steps is not None and (n_steps - step) % truncate_steps == 0:
            v, w, synapses = v.detach(), w.detach(), synapses.detach()
        outside = shown[torch.as_tensor(words[:, step // network.steps_per_word])] + network.bias
        current = network.current_gain * (outside + synapses @ matrices["recurrent"].T) + network.current_offset
        v, w = ml.semi_implicit(v, w, current, network.dt_ms, network.kind)
        released = ml.release(v, network.release_threshold_mV, network.release_width_mV)
        synapses = released if network.synapse_ms is None else torch.lerp(synapses, released, network.synapse_step)
        if step >= n_steps - network.n_readout_steps:
            window.append(synapses)
    outputs = torch.stack(window)
    readout = matrices["readout"]
    return outputs.mean(0) @ readout[:, :-1].T + readout[:, -1], outputs


def kernel_constants(network: Network) -> Array:
    """What `morris_lecar_kernels.advance` reads, in its order, and last the step of synapses."""
    kind = network.kind
    calcium, potassium, leak = kind.calcium_mS_per_cm2, kind.potassium_mS_per_cm2, kind.leak_mS_per_cm2
    values: Sequence[float] = (
        network.dt_ms * kind.phi_per_ms / 4, kind.v1_mV, 2 / kind.v2_mV, kind.v3_mV, 0.5 / kind.v4_mV,
        calcium, potassium, leak,
        calcium * kind.calcium_reversal_mV, potassium * kind.potassium_reversal_mV, leak * kind.leak_reversal_mV,
        network.dt_ms / kind.capacitance_uF_per_cm2 / 2, network.current_gain,
        network.release_threshold_mV, 1 / network.release_width_mV, network.synapse_step,
    )  # fmt: skip
    return np.array(values, np.float32)
