"""Chapter biophysical: populations of Morris-Lecar networks, their derivatives, evolution strategies, a stiff solver.

    python benchmarks/biophysical.py --threads 1

Prints times and ratios; every reference runs in the same process, in turn with ours.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
import tracemalloc
from typing import Any

from _timing import best_of


def plain_forward(network: Any, population: Any, vocabulary: Any, words: Any, start_v: Any) -> Any:
    """Logits of all members by batched torch operations, the equations written down one by one."""
    import torch

    from gradfree.models import morris_lecar as ml

    matrices = network.matrices(torch.from_numpy(population))
    weights = matrices["recurrent"].transpose(1, 2).contiguous()
    shown = torch.from_numpy(vocabulary.astype("float32")) @ matrices["input"].transpose(1, 2)
    v = torch.from_numpy(start_v).expand(len(population), -1, -1)
    w, released, total = torch.full_like(v, ml.REST_W), torch.zeros_like(v), 0
    n_steps = words.shape[1] * network.steps_per_word
    with torch.no_grad():
        for step in range(n_steps):
            outside = shown[:, words[:, step // network.steps_per_word]] + network.bias
            current = network.current_gain * (outside + torch.bmm(released, weights)) + network.current_offset
            v, w = ml.semi_implicit(v, w, current, network.dt_ms, network.kind)
            released = ml.release(v, network.release_threshold_mV, network.release_width_mV)
            if step >= n_steps - network.n_readout_steps:
                total = total + released
        readout = matrices["readout"]
        mean = total / network.n_readout_steps
        return mean @ readout[:, :, :-1].transpose(1, 2) + readout[:, None, :, -1]


def networks(repeats: int) -> None:
    """Published sizes: 100 members, 50 trials, 128 neurons; a trial of 10 ms."""
    import numpy as np
    import torch

    from gradfree.models import morris_lecar_adjoint as adjoint
    from gradfree.models import morris_lecar_network as net
    from gradfree.optimizers import evolution_strategies as es

    network, rng = net.Network(readout_ms=4.0, word_ms=4.0), np.random.default_rng(0)
    vocabulary, words = rng.random((6, 50)), rng.integers(0, 6, (50, 3))
    start = net.initial(network, rng)
    state = es.init(start, 0.05, es.Estimator(100))
    population, _ = es.ask(state, rng)
    start_v = net.start_potentials(network, 50, rng)
    data = (vocabulary, words, start_v)
    ours, plain = net.forward(network, population, *data).logits, plain_forward(network, population, *data).numpy()
    difference = np.abs(ours - plain).max()
    ours_s, plain_s = best_of(
        repeats,
        lambda: net.forward(network, population, *data),
        lambda: plain_forward(network, population, *data),
    )
    n_steps = 3 * network.steps_per_word
    print(
        f"population step S x B x N = 100 x 50 x 128: torch {1e3 * plain_s / n_steps:.2f} ms, ours "
        f"{1e3 * ours_s / n_steps:.2f} ms, {plain_s / ours_s:.1f} times as fast, largest difference {difference:.0e}"
    )

    fitness = rng.standard_normal(100)
    (overhead_s,) = best_of(repeats, lambda: es.tell(state, es.ask(state, rng)[0], fitness))
    whole_s = ours_s * 2000 / n_steps  # the published trial has 2000 steps
    print(
        f"evolution strategy, {len(start)} parameters, 100 members: ask + tell {1e3 * overhead_s:.0f} ms, evaluation "
        f"of 200 ms trials {whole_s:.1f} s: {overhead_s / whole_s:.1%}"
    )

    labels = rng.integers(0, 3, 50)

    def loss(logits: Any) -> tuple[float, Any]:
        shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        return -float(np.log(shares[np.arange(50), labels]).mean()), (shares - np.eye(3)[labels]) / 50

    def automatic() -> Any:
        leaf = torch.tensor(start, requires_grad=True)
        logits, _ = net.differentiable(network, leaf, *data)
        return torch.autograd.grad(torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels)), leaf)[0]

    compiled = adjoint.backpropagate(network, start, *data, loss).gradient
    difference = np.linalg.norm(compiled - automatic().numpy()) / np.linalg.norm(compiled)
    ours_s, plain_s = best_of(repeats, lambda: adjoint.backpropagate(network, start, *data, loss), automatic)
    print(
        f"backpropagation, 50 trials of {n_steps} steps: torch {plain_s:.2f} s, compiled adjoint {ours_s:.2f} s, "
        f"{plain_s / ours_s:.1f} times as fast, relative difference {difference:.0e}"
    )


def long_trials() -> None:
    """Backpropagation through trials of 2000 ms in steps of 0.1 ms, with all states in memory and with checkpoints."""
    import numpy as np

    from gradfree.models import morris_lecar_adjoint as adjoint
    from gradfree.models import morris_lecar_network as net

    network, rng = net.Network(word_ms=40.0), np.random.default_rng(0)
    vocabulary, words, start = rng.random((6, 50)), rng.integers(0, 6, (50, 50)), net.initial(network, rng)
    data = (network, start, vocabulary, words, net.start_potentials(network, 50, rng))
    n_steps = words.shape[1] * network.steps_per_word
    least, found = round(n_steps**0.5), {}
    adjoint.backpropagate(*data[:3], words[:, :1], data[4], lambda x: (0.0, x))  # compiles
    for checkpoint in (least, None):
        tracemalloc.start()
        started = time.perf_counter()
        gradient = adjoint.backpropagate(*data, lambda x: (0.0, np.ones_like(x)), None, checkpoint).gradient
        found[checkpoint] = time.perf_counter() - started, tracemalloc.get_traced_memory()[1] / 2**20, gradient
        tracemalloc.stop()
    (less_s, less_MB, ours), (all_s, all_MB, plain) = found.values()
    print(
        f"backpropagation through {n_steps} steps, 50 trials, 128 neurons: {all_MB:.0f} MB in {all_s:.1f} s; with "
        f"checkpoints every {least} steps {less_MB:.0f} MB in {less_s:.1f} s, "
        f"{'equal' if np.array_equal(ours, plain) else 'DIFFERENT'} bits"
    )


def asking(repeats: int) -> None:
    """Ask and tell at 20 000 parameters and 256 members, the usual size of comparisons with other libraries."""
    import numpy as np

    from gradfree.optimizers import evolution_strategies as es

    rng, fitness = np.random.default_rng(0), np.random.default_rng(1).standard_normal(256)
    mean = np.zeros(20_000, np.float32)
    fixed = es.init(mean, 0.05, es.Estimator(256))
    learned = es.init(mean, 0.05, es.Estimator(256, adapt="pgpe"))
    fixed_s, learned_s, draws_s = best_of(
        repeats,
        lambda: es.tell(fixed, es.ask(fixed, rng)[0], fitness),
        lambda: es.tell(learned, es.ask(learned, rng)[0], fitness),
        lambda: rng.standard_normal((128, 20_000), dtype=np.float32),
    )
    print(
        f"ask + tell, 20 000 x 256: {1e3 * fixed_s:.0f} ms, with learned deviations (PGPE) {1e3 * learned_s:.0f} ms, "
        f"of which drawing numbers {1e3 * draws_s:.0f} ms"
    )
    try:
        import evotorch
        from evotorch.algorithms import PGPE
    except ImportError:
        print("no comparison with evotorch, which the project does not need: pip install evotorch, run this again")
        return
    logging.getLogger("evotorch").setLevel(logging.WARNING)
    problem = evotorch.Problem("max", lambda x: x[:, 0], solution_length=20_000, vectorized=True, initial_bounds=(0, 0))
    search = PGPE(problem, popsize=256, center_learning_rate=0.01, stdev_learning_rate=0.1, stdev_init=0.05)
    search.step()
    (theirs_s,) = best_of(repeats, search.step)
    print(
        f"PGPE of evotorch {evotorch.__version__} with a fitness that costs nothing: {1e3 * theirs_s:.0f} ms, "
        f"{theirs_s / learned_s:.1f} times ours"
    )


def stiff(repeats: int) -> None:
    """Robertson's reactions up to t = 1e5 at a relative tolerance of 1e-6, one and 256 trajectories.

    Both are given the Jacobian. Errors are those of the end, against Radau at 1e-11.
    """
    import numpy as np
    import torch
    from scipy.integrate import solve_ivp

    from gradfree.models import rosenbrock
    from gradfree.tasks import kinetics

    def field(y: Any) -> Any:
        a, b, c = y.unbind(-1)
        slow, back, fast = kinetics.K1 * a, kinetics.K3 * b * c, kinetics.K2 * b * b
        return torch.stack([back - slow, slow - back - fast, fast], -1)

    def jacobian(y: Any) -> Any:
        _, b, c = y.unbind(-1)
        k1, zero = torch.full_like(b, kinetics.K1), torch.zeros_like(b)
        back_b, back_c, fast_b = kinetics.K3 * c, kinetics.K3 * b, 2 * kinetics.K2 * b
        rows = [-k1, back_b, back_c, k1, -back_b - fast_b, -back_c, zero, fast_b, zero]
        return torch.stack(rows, -1).reshape(*y.shape, 3)

    def numpy_jacobian(_: float, y: Any) -> Any:
        a, b, c = kinetics.K1, kinetics.K3 * y[2], kinetics.K3 * y[1]
        return np.array([[-a, b, c], [a, -b - 2 * kinetics.K2 * y[1], -c], [0.0, 2 * kinetics.K2 * y[1], 0.0]])

    times, start = np.array([0.0, 1e5]), kinetics.initial_state("robertson")
    starts = torch.from_numpy(np.tile(start, (256, 1)))
    starts[:, 0] *= torch.linspace(0.5, 1.0, 256, dtype=torch.float64)
    tolerance = {"relative": 1e-6, "absolute": 1e-10}

    def radau(relative: float = 1e-6, absolute: float = 1e-10) -> Any:
        solver = {"method": "Radau", "rtol": relative, "atol": absolute, "jac": numpy_jacobian}
        return solve_ivp(kinetics.robertson, times, start, **solver).y[:, -1]

    def alone() -> Any:
        return rosenbrock.adaptive(field, jacobian, starts[-1:], times, **tolerance)[-1, 0].numpy()

    radau_s, one_s = best_of(repeats, radau, alone)
    (many_s,) = best_of(1, lambda: rosenbrock.adaptive(field, jacobian, starts, times, **tolerance))
    exact = radau(1e-11, 1e-16)
    errors = [np.abs(found / exact - 1).max() for found in (radau(), alone())]
    print(
        f"stiff solver, Robertson to 1e5: Radau {radau_s:.3f} s; ours alone {one_s:.3f} s ({one_s / radau_s:.1f} times "
        f"Radau); of 256 {1e3 * many_s / 256:.2f} ms each ({radau_s * 256 / many_s:.0f} times as fast as Radau); "
        f"relative errors {errors[0]:.0e} and {errors[1]:.0e}"
    )


def main() -> None:
    """Parses the options; libraries read the number of threads when they are loaded, hence the late imports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"threads": os.cpu_count() or 1, "repeats": 3}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = str(options.threads)
    print(f"{options.threads} threads")
    networks(options.repeats)
    long_trials()
    asking(options.repeats)
    stiff(options.repeats)


if __name__ == "__main__":
    main()
