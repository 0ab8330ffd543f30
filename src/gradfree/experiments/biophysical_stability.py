"""How derivatives through recurrent Morris-Lecar networks grow: with duration, stiffness, and steepness of outputs.

Each cause is varied by itself. Measured at initial weights, before anything is trained: the gradient's norm and its
not finite entries, how far it is from the slope of the smoothed loss, and how the adjoint grows backwards in time.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments.biophysical_network import NetworkProblem, cross_entropy, network_of, surplus
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.slopes import along_random_directions
from gradfree.models import morris_lecar as ml
from gradfree.models import morris_lecar_adjoint as adjoint
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.biophysical_networks import Stability

Array = NDArray[np.floating]
N_TIMES = 50  # points at which growth over time is kept
ORBIT_MS, ORBIT_STEPS_PER_MS = 200, 20  # a few periods


def run(
    config: Stability, stream: Stream, checkpoints: Checkpoints | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """Measures over the values of one cause (`value`), repeated for `draw` initial networks."""
    progress = progress or Progress(None, config.iterations)
    shape = (len(config.values), config.n_draws)
    names = ("recurrent_gradient_norm", "input_gradient_norm", "failed_share", "cosine", "smooth_slope_ratio")
    found = {name: np.full(shape, np.nan) for name in names}
    growth = np.full((*shape, N_TIMES), np.nan)
    for place, value in enumerate(config.values):
        for draw in range(config.n_draws):
            problem = NetworkProblem(config.changed(value), stream.child("draw", draw))
            measures, norms = _measure(config, problem, stream.child("draw", draw))
            for name, number in measures.items():
                found[name][place, draw] = number
            growth[place, draw] = norms[np.linspace(0, len(norms) - 1, N_TIMES).astype(int)]
            progress.step(place * config.n_draws + draw + 1, norm=measures["recurrent_gradient_norm"])
    labels = {
        "recurrent_gradient_norm": "norm of the gradient by the recurrent weights",
        "input_gradient_norm": "norm of the gradient by the input weights",
        "failed_share": "share of gradient entries that are not finite",
        "cosine": "cosine between the gradient and the slope of the smoothed loss, in a random subspace",
        "smooth_slope_ratio": "length of the smoothed loss's slope in a random subspace, relative to the gradient's",
    }
    variables: dict[str, tuple] = {
        name: (("value", "draw"), found[name], {"units": "1", "long_name": text}) for name, text in labels.items()
    }
    text = "norm of the derivative by the potentials, from the start to the end of a trial"
    variables["adjoint_norm"] = (("value", "draw", "time_share"), growth, {"units": "1/mV", "long_name": text})
    return xr.Dataset(
        {**variables, **_spectra(config)},
        {"value": list(config.values), "draw": np.arange(config.n_draws), "time_share": np.linspace(0, 1, N_TIMES)},
    )


def _measure(config: Stability, problem: NetworkProblem, stream: Stream) -> tuple[dict[str, float], Array]:
    batch = problem.batch(stream, 0)
    found = adjoint.backpropagate(
        problem.network, problem.start, problem.vocabulary, batch.words, batch.start_v,
        lambda logits: (cross_entropy(logits, batch.labels), surplus(logits, batch.labels) / len(batch.labels)),
    )  # fmt: skip
    place = problem.network.slices
    finite = np.isfinite(found.gradient)
    exact, smooth = along_random_directions(
        lambda population: problem.losses(population, batch), problem.start, found.gradient, place["recurrent"],
        config.sigma, config.n_directions, stream.generator("directions"),
    )  # fmt: skip
    lengths = float(np.linalg.norm(exact)), float(np.linalg.norm(smooth))
    return {
        "recurrent_gradient_norm": float(np.linalg.norm(found.gradient[place["recurrent"]])),
        "input_gradient_norm": float(np.linalg.norm(found.gradient[place["input"]])),
        "failed_share": float(1 - finite.mean()),
        "cosine": float(exact @ smooth / max(lengths[0] * lengths[1], 1e-30)),
        "smooth_slope_ratio": lengths[1] / max(lengths[0], 1e-30),
    }, found.adjoint_norms


def _spectra(config: Stability) -> dict[str, tuple]:
    """Real parts of a driven neuron's Jacobian along its orbit, in 1/ms: how fast errors grow and shrink."""
    parts = [orbit_growth(network_of(config.changed(value)).kind, config.orbit_current) for value in config.values]
    text = "largest real part of the Jacobian's eigenvalues along the orbit, sorted"
    return {"largest_real_part": (("value", "phase"), np.stack(parts), {"units": "1/ms", "long_name": text})}


@cache
def orbit_growth(kind: ml.Neuron, current: float) -> Array:
    """Largest real parts of the Jacobian's eigenvalues once per ms along an orbit, sorted (phase,), in 1/ms."""
    v, w, path = np.array([ml.REST_V_MV]), np.array([ml.REST_W]), []
    for step in range(ORBIT_MS * ORBIT_STEPS_PER_MS):
        v, w = ml.runge_kutta(v, w, current, 1 / ORBIT_STEPS_PER_MS, kind)
        if step % ORBIT_STEPS_PER_MS == 0:
            path.append((v[0], w[0]))
    states = np.array(path)
    return np.sort(np.linalg.eigvals(ml.jacobian(states[:, 0], states[:, 1], kind)).real.max(1))
