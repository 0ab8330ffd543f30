"""The brain of `ant_brain` compiled: one tick of 16 ants at once that have the same genome.

Ants are the innermost axis, so one vector instruction does the same work for several of them, and a synapse, its weight
and its delay are read once for all 16. The sum over the synapses of a neuron stays in registers. Since kicks lie on a
grid where sums are exact (see `ant_brain`), every order of additions gives the same bits, also that of this file:

* hidden spikes are kept as 0.0 or 1.0 for the last 7 ms, and each neuron gathers them from where its delays point;
* inputs fire in even steps only, so what they send a neuron depends on the parity of the step and on nothing else while
  the sensors do not change; when they do, each synapse changes its share in the step in which it hears of it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import extending, types
from numba.core import cgutils
from numba.core.datamodel import models
from numpy.typing import NDArray

from gradfree.compiling import compiled
from gradfree.models import ant_brain as brain

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

LANES = 16  # ants per vector
N_INPUTS, N_OUTPUTS, N_DRIVES = brain.N_INPUTS, brain.N_OUTPUTS, brain.N_DRIVES
STEPS, MAX_DELAY = brain.STEPS_PER_TICK, brain.MAX_DELAY_MS
P11, P33, THRESHOLD = brain.SYNAPTIC_DECAY, brain.MEMBRANE_DECAY, brain.THRESHOLD_MV
P31, P32 = brain.POTENTIAL_FROM_SLOPE, brain.POTENTIAL_FROM_CURRENT


class Tables(NamedTuple):
    """Connections of all brains in the order in which the kernel reads them."""

    gather_kicks: Array  # (brain, target * source) of hidden sources
    gather_places: Indices  # the same; where the spike lies in the memory of spikes, in step 0
    drive_kicks: Array  # (brain, drive synapse), the synapses of inputs and heartbeat sorted by delay
    drive_sources: Indices  # (brain, drive synapse), first lane of its change of sensor
    drive_targets: Indices  # (brain, drive synapse), first lane of target and parity
    drive_starts: Indices  # (brain, 9), where the synapses of each delay begin


class Lanes(NamedTuple):
    """State of 16 brains, each flat with the ants innermost: (..., 16)."""

    slope: Array  # (neuron)
    current: Array  # (neuron)
    potential: Array  # (neuron)
    arrivals: Array  # (neuron) kicks of the present step
    spikes: Array  # (7 steps before and 20 of this tick, neuron), 0.0 or 1.0
    drive: Array  # (parity of the step, neuron) what the inputs send in it
    sensors: Array  # (input) of the last tick, and the heartbeat
    change: Array  # (input) since then, and the heartbeat's start
    counts: Array  # (output neuron) spikes of the tick


def tables(synapses: brain.Synapses) -> Tables:
    """Arranges connections for `tick`."""
    n, n_hidden = len(synapses.kicks), synapses.n_hidden
    recurrent = np.s_[:, N_DRIVES:]
    n_neurons = n_hidden + N_OUTPUTS
    places = (MAX_DELAY - synapses.delays_ms[recurrent]) * n_neurons + np.arange(n_hidden)[:, None]
    delays = synapses.delays_ms[:, :N_DRIVES, :n_hidden].reshape(n, -1)
    order = np.argsort(delays, axis=1, kind="stable")
    delays = np.take_along_axis(delays, order, axis=1)
    sources, targets = np.divmod(order, n_hidden)
    kicks = synapses.kicks[:, :N_DRIVES, :n_hidden].reshape(n, -1)
    return Tables(
        gather_kicks=np.ascontiguousarray(synapses.kicks[recurrent].transpose(0, 2, 1)).reshape(n, -1),
        gather_places=np.ascontiguousarray(places.transpose(0, 2, 1)).reshape(n, -1) * LANES,
        drive_kicks=np.take_along_axis(kicks, order, axis=1),
        drive_sources=sources * LANES,
        drive_targets=((delays % 2) * n_neurons + targets) * LANES,
        drive_starts=np.stack([np.count_nonzero(delays < d, axis=1) for d in range(MAX_DELAY + 2)], axis=1),
    )


# --- a vector of 16 float64 as a compiled type: loops alone would not keep the sums in registers ---

VECTOR = ir.VectorType(ir.DoubleType(), LANES)
intrinsic: Any = extending.intrinsic  # the declared type forgets that callers leave out the typing context


class Vector(types.Type):
    """Type of one float64 for each of 16 ants."""


vector = Vector(name="float64x16")


@extending.register_model(Vector)
class VectorModel(models.PrimitiveModel):
    """Representation of `Vector` in registers."""

    def __init__(self, manager: Any, front_end_type: Any) -> None:
        super().__init__(manager, front_end_type, VECTOR)


def _address(context: Any, builder: Any, signature: Any, args: Any, element: Any) -> Any:
    """Pointer to entry args[1] of the contiguous array args[0], read as `element`."""
    data = context.make_array(signature.args[0])(context, builder, args[0]).data
    return builder.bitcast(builder.gep(data, [args[1]], inbounds=True), element.as_pointer())


@intrinsic
def load(_: Any, array: Any, index: Any) -> Any:
    """array[index : index + 16]."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_address(context, builder, signature, args, VECTOR), align=8)

    return vector(array, types.intp), emit


@intrinsic
def store(_: Any, array: Any, index: Any, value: Any) -> Any:
    """array[index : index + 16] = value."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _address(context, builder, signature, args, VECTOR), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), emit


@intrinsic
def add_product(_: Any, sums: Any, array: Any, index: Any, factors: Any, place: Any) -> Any:
    """sums + array[index] * factors[place : place + 16]; exact here, hence the same with one rounding as with two."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        sums, array, index, factors, place = args
        kind = signature.args
        scalar = builder.load(_address(context, builder, kind[0](kind[1], kind[2]), [array, index], ir.DoubleType()))
        at = _address(context, builder, kind[0](kind[3], kind[4]), [factors, place], VECTOR)
        undefined, first = ir.Constant(VECTOR, ir.Undefined), ir.Constant(ir.IntType(32), 0)
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), None)
        everywhere = builder.shuffle_vector(builder.insert_element(undefined, scalar, first), undefined, zeros)
        function = ir.FunctionType(VECTOR, [VECTOR] * 3)
        fused = cgutils.get_or_insert_function(builder.module, function, f"llvm.fmuladd.v{LANES}f64")
        return builder.call(fused, [everywhere, builder.load(at, align=8), sums])

    return vector(vector, array, types.intp, factors, types.intp), emit


@intrinsic
def entry(_: Any, array: Any, index: Any) -> Any:
    """array[index] of an index that is not negative, which numba would look into."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_address(context, builder, signature, args, ir.IntType(64)))

    return types.int64(array, types.intp), emit


# --- the tick ---


@compiled
def rest(n_hidden: int) -> Lanes:
    """Sixteen brains before the first tick."""
    neurons, drives = (n_hidden + N_OUTPUTS) * LANES, N_DRIVES * LANES
    return Lanes(
        np.zeros(neurons),
        np.zeros(neurons),
        np.zeros(neurons),
        np.zeros(neurons),
        np.zeros((MAX_DELAY + STEPS) * neurons),
        np.zeros(2 * neurons),
        np.zeros(drives),
        np.zeros(drives),
        np.zeros(N_OUTPUTS * LANES),
    )


@compiled
def gather(kicks: Array, places: Indices, lanes: Lanes, step: int) -> None:
    """Kicks that arrive at each neuron in a step, two neurons at a time: enough sums to keep the processor busy."""
    drive, spikes, size = lanes.drive, lanes.spikes, lanes.arrivals.size
    now, parity = step * size, (step % 2) * size
    n_targets = size // LANES
    n_sources = n_targets - N_OUTPUTS
    for target in range(0, n_targets, 2):
        other = min(target + 1, n_targets - 1)  # the last of an odd number is computed twice
        a = load(drive, parity + target * LANES)
        b = load(drive, parity + other * LANES)
        for source in range(n_sources):
            i, j = target * n_sources + source, other * n_sources + source
            a = add_product(a, kicks, i, spikes, now + entry(places, i))
            b = add_product(b, kicks, j, spikes, now + entry(places, j))
        store(lanes.arrivals, target * LANES, a)
        store(lanes.arrivals, other * LANES, b)


@compiled
def advance(lanes: Lanes, step: int) -> None:
    """One exact step of 1 ms; the same operations as in `ant_brain`, which explains them."""
    slope, current, potential, arrivals = lanes.slope, lanes.current, lanes.potential, lanes.arrivals
    now = (MAX_DELAY + step) * arrivals.size
    refractory, fired = lanes.spikes[now - arrivals.size : now], lanes.spikes[now : now + arrivals.size]
    for i in range(arrivals.size):
        moved = P31 * slope[i] + P32 * current[i] + P33 * potential[i]
        moved = 0.0 if refractory[i] > 0.0 else moved
        current[i] = P11 * slope[i] + P11 * current[i]
        slope[i] = P11 * slope[i] + arrivals[i]
        potential[i] = 0.0 if moved >= THRESHOLD else moved
        fired[i] = 1.0 if moved >= THRESHOLD else 0.0


@compiled
def notice(lanes: Lanes, tables: Tables, brain: int, delay: int, heartbeat: bool) -> None:
    """Synapses of one delay hear of the change of the sensors (of the heartbeat's start) and send accordingly."""
    starts, sources, targets = tables.drive_starts[brain], tables.drive_sources[brain], tables.drive_targets[brain]
    for i in range(starts[delay], starts[delay + 1]):
        if (sources[i] == N_INPUTS * LANES) == heartbeat:
            share = add_product(load(lanes.drive, targets[i]), tables.drive_kicks[brain], i, lanes.change, sources[i])
            store(lanes.drive, targets[i], share)


@compiled
def record(lanes: Lanes, raster: NDArray[np.uint64]) -> None:
    """Spikes of a tick as bits (step, ant), the lowest bit for the first neuron."""
    n_neurons = lanes.arrivals.size // LANES
    for step in range(STEPS):
        for ant in range(raster.shape[1]):
            word = np.uint64(0)
            for neuron in range(n_neurons):
                if lanes.spikes[((MAX_DELAY + step) * n_neurons + neuron) * LANES + ant] > 0.0:
                    word |= np.uint64(1) << np.uint64(neuron)
            raster[step, ant] = word


@compiled
def tick(lanes: Lanes, tables: Tables, brain: int, sensors: Array, number: int, raster: NDArray[np.uint64]) -> None:
    """20 ms of 16 ants of one brain; their output spikes are then in `lanes.counts`.

    `sensors` (input * 16) are 0.0 or 1.0, `number` is that of the tick. `raster` (step, ant) gets the spikes as bits,
    and has no rows if nobody wants them.
    """
    kicks, places, size = tables.gather_kicks[brain], tables.gather_places[brain], lanes.arrivals.size
    for i in range(sensors.size):
        lanes.change[i] = sensors[i] - lanes.sensors[i]
        lanes.sensors[i] = sensors[i]
    lanes.change[sensors.size :] = 1.0
    lanes.counts[:] = 0.0
    for step in range(STEPS):
        if number == 0 and 1 <= step <= MAX_DELAY:  # the heartbeat's first spike falls into step 0 of a life,
            notice(lanes, tables, brain, step, True)
        if 3 <= step <= MAX_DELAY + 2:  # the first of the inputs into step 2 of a tick
            notice(lanes, tables, brain, step - 2, False)
        gather(kicks, places, lanes, step)
        advance(lanes, step)
        outputs = (MAX_DELAY + step + 1) * size - lanes.counts.size
        for i in range(lanes.counts.size):
            lanes.counts[i] += lanes.spikes[outputs + i]
    if raster.shape[0] > 0:
        record(lanes, raster)
    for i in range(0, MAX_DELAY * size, LANES):  # as a slice, numba would go through a copy
        store(lanes.spikes, i, load(lanes.spikes, STEPS * size + i))
