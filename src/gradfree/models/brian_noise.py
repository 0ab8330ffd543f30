"""The named noise of `noise` as functions that Brian's equations can call, in C++ and in NumPy.

Brian's own random numbers depend on the order of execution and on the code generation target; these do not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradfree.compiling import compiled
from gradfree.models import noise

HASH = f"""
static inline uint64_t mix(uint64_t word) {{
    word = (word ^ (word >> 30)) * {noise.MIX_1:#x}ULL;
    word = (word ^ (word >> 27)) * {noise.MIX_2:#x}ULL;
    return word ^ (word >> 31);
}}
static inline uint64_t bits(uint64_t root, uint64_t image, uint64_t step, uint64_t neuron) {{
    const uint64_t key = mix(root + {noise.GAMMA:#x}ULL * (image + 1));
    return mix(key + {noise.GAMMA:#x}ULL * (step * {noise.NEURONS_PER_STEP}ULL + neuron + 1));
}}
"""
COUNT_OF_MEAN = f"""
static inline int count_of_mean(uint32_t uniform, double mean) {{
    const double target = uniform * {2.0**-32!r};
    if (target < 1 - mean) return 0;  // most often, and without an exponential
    double probability = exp(-mean), cumulative = probability;
    int found = 0;
    while (target >= cumulative && probability > 0) {{
        found++;
        probability *= mean / found;
        cumulative += probability;
    }}
    return found;
}}
"""


def drive_of_tables(name: str, root: int, upper: tuple[float, float], lower: tuple[float, float] | None = None) -> Any:
    """A Brian function name(neuron, step, image): summed weights in pA of the spikes of one or two Poisson sources.

    `upper` and `lower` are the mean count per step and the weight in pA of a source that uses that half of the bits.
    """
    sources = [source for source in (upper, lower) if source is not None]
    tables = [noise.table(mean) for mean, _ in sources]
    terms = [
        f"{weight_pA!r} * {name}_count_{k}(uint32_t(word >> {32 * (1 - k)}))"
        for k, (_, weight_pA) in enumerate(sources)
    ]
    counts = "".join(_count_in_cpp(f"{name}_count_{k}", table) for k, table in enumerate(tables))
    code = f"""{HASH}{counts}
    static inline double {name}(int neuron, int64_t step, double image) {{
        const uint64_t word = bits({root}ULL, uint64_t(int64_t(image)), uint64_t(step), uint64_t(neuron));
        return {" + ".join(terms)};
    }}
    """
    first, second = tables[0], tables[-1]
    weights_pA = upper[1], 0.0 if lower is None else lower[1]

    def in_numpy(neuron: NDArray, step: Any, image: Any) -> NDArray[np.float64]:
        return _drive(np.uint64(root), np.atleast_1d(neuron), int(step), int(image), first, second, *weights_pA)

    return _function(in_numpy, name, code, n_arguments=3)


def counts_of_means(name: str, root: int) -> Any:
    """A Brian function name(neuron, step, image, mean): Poisson counts per step of sources with any mean."""
    code = f"""{HASH}{COUNT_OF_MEAN}
    static inline double {name}(int neuron, int64_t step, double image, double mean) {{
        return count_of_mean(bits({root}ULL, uint64_t(int64_t(image)), uint64_t(step), uint64_t(neuron)) >> 32, mean);
    }}
    """

    def in_numpy(neuron: NDArray, step: Any, image: Any, mean: NDArray) -> NDArray[np.float64]:
        means = np.broadcast_to(np.asarray(mean, float), np.shape(neuron))
        return _counts(np.uint64(root), np.atleast_1d(neuron), int(step), int(image), means)

    return _function(in_numpy, name, code, n_arguments=4)


def _function(in_numpy: Callable[..., Any], name: str, code: str, n_arguments: int) -> Any:
    from brian2.core.functions import Function

    function = Function(in_numpy, arg_units=[1] * n_arguments, return_unit=1)
    function.implementations.add_implementation("cpp", code, name=name, compiler_kwds={"headers": ["<cstdint>"]})
    function.implementations.add_numpy_implementation(in_numpy)
    return function


def _count_in_cpp(name: str, table: noise.Table) -> str:
    """`noise.count` with its table, in C++."""
    thresholds = ", ".join(f"{threshold}ULL" for threshold in table.thresholds)
    guide = ", ".join(str(found) for found in table.guide)
    return f"""
    static const uint64_t {name}_thresholds[] = {{{thresholds}}};
    static const uint8_t {name}_guide[] = {{{guide}}};
    static inline int {name}(uint32_t uniform) {{
        int found = {name}_guide[uniform >> {32 - noise.GUIDE_BITS}];
        while (uniform >= {name}_thresholds[found]) found++;
        return found;
    }}
    """


@compiled
def _drive(
    root: np.uint64,
    neurons: NDArray,
    step: int,
    image: int,
    upper: noise.Table,
    lower: noise.Table,
    upper_pA: float,
    lower_pA: float,
) -> NDArray[np.float64]:
    key, found = noise.key_of_image(root, image), np.zeros(neurons.size)
    for index in range(neurons.size):
        word = noise.bits(key, step, neurons[index])
        found[index] = upper_pA * noise.count(word >> np.uint64(32), upper)
        found[index] += lower_pA * noise.count(word & np.uint64(0xFFFFFFFF), lower)
    return found


@compiled
def _counts(
    root: np.uint64, neurons: NDArray, step: int, image: int, means: NDArray[np.float64]
) -> NDArray[np.float64]:
    key, found = noise.key_of_image(root, image), np.zeros(neurons.size)
    for index in range(neurons.size):
        found[index] = noise.count_of_mean(noise.bits(key, step, neurons[index]) >> np.uint64(32), means[index])
    return found
