"""The spiking brain of an ant, as readable NumPy: 11 sensors and a heartbeat drive hidden neurons, these 4 motors.

Hidden neurons excite or inhibit one another and the motor neurons (no self-connections, no shortcuts from sensors to
motors, nothing plastic). Neurons are NEST's `iaf_psc_alpha`, integrated exactly in steps of 1 ms; one tick of the
world is 20 steps, and the state lives on between ticks. Source: Jimenez-Romero et al. 2024, code.

Step n leads from n to n + 1 ms; a spike in it has the time stamp n + 1 and, with delay d, arrives in step n + d.

Synaptic kicks are rounded to multiples of 2^-32 pA/ms. Sums of them are then exact in double precision, hence the same
in any order: matrix products here and the compiled kernel agree bit by bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradfree.models import alpha_neuron

Array = NDArray[np.float64]

_NAMES = "wall food smell_left smell_middle smell_right nociceptive reward nest_left nest_middle nest_right on_nest"
INPUTS = tuple(_NAMES.split())
OUTPUTS = ("move", "left", "right", "pheromone")
N_INPUTS, N_OUTPUTS = len(INPUTS), len(OUTPUTS)
N_DRIVES = N_INPUTS + 1  # the sensors and the heartbeat
STEPS_PER_TICK = 20  # of 1 ms
MAX_DELAY_MS = 7

MEMBRANE_TIME_MS, SYNAPTIC_TIME_MS, CAPACITANCE_PF, THRESHOLD_MV = 10.0, 2.0, 250.0, 15.0  # threshold above rest
WEIGHT_PA_PER_GENE = 100.0
KICK_GRID = 2.0**-32  # pA/ms; exact sums while the genes that meet in a neuron add up to less than 15 000

# Exact propagators over 1 ms for the state (slope of the current, current, potential).
_EXACT = alpha_neuron.propagators(1.0, MEMBRANE_TIME_MS, SYNAPTIC_TIME_MS, CAPACITANCE_PF)
SYNAPTIC_DECAY = _EXACT.synaptic_decay  # P11 = P22; times 1 ms also P21
MEMBRANE_DECAY = _EXACT.membrane_decay  # P33
POTENTIAL_FROM_CURRENT = _EXACT.potential_from_current  # P32, mV per pA
POTENTIAL_FROM_SLOPE = _EXACT.potential_from_slope  # P31
SLOPE_PER_PA = alpha_neuron.slope_per_pA(SYNAPTIC_TIME_MS)  # a weight of 1 pA is the peak of the current it causes


@dataclass(frozen=True)
class Synapses:
    """Dense connections of brains: `kicks` in pA/ms and `delays_ms`, both (brain, source, target).

    Sources are 11 inputs, the heartbeat and the hidden neurons, targets the hidden and the 4 output neurons. Where
    there is no synapse the kick is 0 and the delay 1 ms.
    """

    kicks: Array
    delays_ms: NDArray[np.int64]

    @property
    def n_hidden(self) -> int:
        """Hidden neurons per brain."""
        return self.kicks.shape[2] - N_OUTPUTS

    @cached_property
    def by_delay(self) -> Array:
        """Kicks (brain, source, delay, target): each stands at its delay, 0 elsewhere."""
        delays = np.arange(1, MAX_DELAY_MS + 1)[:, None]
        return np.where(self.delays_ms[:, :, None] == delays, self.kicks[:, :, None], 0.0)


@dataclass
class State:
    """Dynamic state of brains, at rest before the first tick; arrays (brain, ant, neuron) but for `arrivals`."""

    slope_pA_per_ms: Array
    current_pA: Array
    potential_mV: Array  # above rest
    refractory: NDArray[np.bool_]  # for one step after a spike
    arrivals: Array  # (brain, ant, step, neuron) pA/ms: this tick's steps and the 7 after it
    sensors: NDArray[np.bool_]  # (brain, ant, input) of the previous tick


def n_synapses(n_hidden: int) -> int:
    """Synapses, hence weights and delays, of one brain: 700 for 20 hidden neurons, 250 for 10."""
    return (N_DRIVES + n_hidden - 1 + N_OUTPUTS) * n_hidden


def connect(weights: ArrayLike, delays: ArrayLike, n_hidden: int, n_dead_genes: int = 0) -> Synapses:
    """Brains from their genomes.

    Order of the genes: inputs to hidden, heartbeat to hidden, hidden to hidden without self-connections, hidden to
    output; each source by source with its targets in order.

    Args:
        weights: (brain, gene), to be multiplied by 100 pA.
        delays: (brain, gene) in ms from 1 to 7; fractions are cut off, as published.
        n_hidden: hidden neurons.
        n_dead_genes: genes at the end of both that nothing reads; the published genomes of 20 hidden neurons have 20.

    Raises:
        ValueError: a wrong number of genes, an entry that is not finite, a delay outside 1..7 ms.
    """
    weights, delays = np.asarray(weights, float), np.asarray(delays, float)
    n_used = n_synapses(n_hidden)
    _require_genes("weights", weights, n_used, n_dead_genes)
    _require_genes("delays", delays, n_used, n_dead_genes)
    if len(weights) != len(delays):
        raise ValueError(
            f"{len(weights)} rows of weights meet {len(delays)} rows of delays; expected one per brain each"
        )
    outside = (delays < 1) | (delays > MAX_DELAY_MS)
    if outside.any():
        brain, gene = np.argwhere(outside)[0]
        raise ValueError(
            f"delay {delays[brain, gene]:g} ms of brain {brain}, gene {gene}: expected 1 to {MAX_DELAY_MS} ms; "
            "clip genomes"
        )
    kicks = np.round(weights[:, :n_used] * (WEIGHT_PA_PER_GENE * SLOPE_PER_PA) / KICK_GRID) * KICK_GRID
    return Synapses(
        _arrange(kicks, n_hidden, 0.0), _arrange(np.floor(delays[:, :n_used]).astype(np.int64), n_hidden, 1)
    )


def rest(n_brains: int, n_ants: int, n_hidden: int) -> State:
    """Brains before the first tick: all at rest, nothing on its way."""
    shape = (n_brains, n_ants, n_hidden + N_OUTPUTS)
    return State(
        slope_pA_per_ms=np.zeros(shape),
        current_pA=np.zeros(shape),
        potential_mV=np.zeros(shape),
        refractory=np.zeros(shape, bool),
        arrivals=np.zeros((*shape[:2], STEPS_PER_TICK + MAX_DELAY_MS, shape[2])),
        sensors=np.zeros((*shape[:2], N_INPUTS), bool),
    )


def tick(state: State, synapses: Synapses, sensors: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Lives through 20 ms and changes `state`.

    An active sensor is a current that makes its input neuron fire every 2 ms: in tick k at 20k + 3, 20k + 5, ...,
    20k + 21 ms, the last of which falls into the next tick. The heartbeat fires at 1, 3, 5, ... ms.

    Args:
        state: of brains (brain, ant, ...).
        synapses: of the same brains; all ants of a colony have the same one.
        sensors: (brain, ant, input), which are active in this tick.

    Returns:
        Spikes (brain, ant, step, neuron) with time stamps 20k + step + 1; hidden neurons first, then the outputs.
    """
    drives, hidden = np.split(synapses.by_delay, [N_DRIVES], axis=1)
    first, later = (_drive(active, drives) for active in (state.sensors, sensors))
    spikes = np.empty((*state.potential_mV.shape[:2], STEPS_PER_TICK, state.potential_mV.shape[2]), bool)
    for step in range(STEPS_PER_TICK):
        spikes[:, :, step] = fired = _advance(state, state.arrivals[:, :, step])
        on_the_way = state.arrivals[:, :, step + 1 : step + 1 + MAX_DELAY_MS]
        on_the_way += _deliver(fired[..., : synapses.n_hidden], hidden)
        if step % 2 == 0:
            on_the_way += first if step == 0 else later
    state.arrivals[:, :, :MAX_DELAY_MS] = state.arrivals[:, :, STEPS_PER_TICK:]
    state.arrivals[:, :, MAX_DELAY_MS:] = 0
    state.sensors = sensors.copy()
    return spikes


def _advance(state: State, arrivals: Array) -> NDArray[np.bool_]:
    """One exact step of 1 ms; who spikes. Rotter & Diesmann 1999, in the order of evaluation of NEST."""
    slope, current = state.slope_pA_per_ms, state.current_pA
    potential = POTENTIAL_FROM_SLOPE * slope + POTENTIAL_FROM_CURRENT * current + MEMBRANE_DECAY * state.potential_mV
    potential[state.refractory] = 0.0
    state.current_pA = SYNAPTIC_DECAY * slope + SYNAPTIC_DECAY * current
    state.slope_pA_per_ms = SYNAPTIC_DECAY * slope + arrivals
    state.refractory = potential >= THRESHOLD_MV
    state.potential_mV = np.where(state.refractory, 0.0, potential)
    return state.refractory


def _drive(sensors: NDArray[np.bool_], drives: Array) -> Array:
    """What one volley of active inputs and the heartbeat sends out (brain, ant, delay, target)."""
    heartbeat = np.ones((*sensors.shape[:2], 1), bool)
    return _deliver(np.concatenate([sensors, heartbeat], axis=2), drives)


def _deliver(fired: NDArray[np.bool_], by_delay: Array) -> Array:
    """Kicks (brain, ant, delay, target) of the sources that fired (brain, ant, source)."""
    n_brains, n_sources, n_delays, n_targets = by_delay.shape
    sums = fired.astype(float) @ by_delay.reshape(n_brains, n_sources, n_delays * n_targets)
    return sums.reshape(*fired.shape[:2], n_delays, n_targets)


def _arrange(genes: NDArray, n_hidden: int, absent: float) -> NDArray:
    """Genes (brain, gene) as a matrix (brain, source, target)."""
    n_brains, ends = len(genes), np.cumsum([N_DRIVES * n_hidden, n_hidden * (n_hidden - 1)])
    drives, recurrent, outputs = np.split(genes, ends, axis=1)
    matrix = np.full((n_brains, N_DRIVES + n_hidden, n_hidden + N_OUTPUTS), absent, genes.dtype)
    matrix[:, :N_DRIVES, :n_hidden] = drives.reshape(n_brains, N_DRIVES, n_hidden)
    sources, targets = np.nonzero(~np.eye(n_hidden, dtype=bool))  # source by source, skipping itself
    matrix[:, N_DRIVES + sources, targets] = recurrent
    matrix[:, N_DRIVES:, n_hidden:] = outputs.reshape(n_brains, n_hidden, N_OUTPUTS)
    return matrix


def _require_genes(what: str, genes: Array, n_used: int, n_dead: int) -> None:
    if genes.ndim != 2 or genes.shape[1] != n_used + n_dead:
        raise ValueError(
            f"{what} of shape {genes.shape}: expected (brain, {n_used + n_dead}), {n_used} synapses and {n_dead} dead "
            "genes; check n_hidden and n_dead_genes, and pass a single genome as one row"
        )
    if not np.isfinite(genes).all():
        brain, gene = np.argwhere(~np.isfinite(genes))[0]
        raise ValueError(
            f"{what} of brain {brain} hold {genes[brain, gene]} at gene {gene}: expected finite numbers; "
            "discard the genome"
        )
