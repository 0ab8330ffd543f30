"""Neural ODEs as problems: gradients are slopes, and solutions are those of other solvers."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from gradfree import config
from gradfree.experiments import biophysical_spiral, biophysical_stiff
from gradfree.randomness import Stream

STREAM = Stream(3, ("biophysical", "ode")).child("seed", 0)


@pytest.fixture(scope="module")
def chapter(request):
    return config.read(request.config.rootpath, "smoke").biophysical


@pytest.fixture(params=["bp-spiral", "bp-robertson", "bp-pollu"])
def problem(request, chapter):
    if request.param == "bp-spiral":
        return biophysical_spiral.SpiralProblem(chapter.training("spiral", request.param), STREAM)
    return biophysical_stiff.StiffProblem(chapter.training("stiff", request.param), STREAM)


def test_backpropagation_gives_the_slope_of_the_loss(problem):
    batch = problem.batch(STREAM, 0)
    loss, found = problem.gradient(problem.start, batch)
    assert loss == pytest.approx(problem.losses(problem.start[None], batch)[0], rel=1e-4)
    h = 1e-3 if problem.start.dtype == np.float32 else 1e-5
    for index in np.argsort(-np.abs(found))[:3]:
        step = np.zeros_like(problem.start)
        step[index] = h
        up, down = problem.losses(np.stack([problem.start + step, problem.start - step]), batch)
        assert (up - down) / (2 * h) == pytest.approx(found[index], rel=0.05)


def test_members_are_evaluated_as_if_alone(problem):
    batch = problem.batch(STREAM, 0)
    population = np.stack([problem.start, 0.5 * problem.start, 1.1 * problem.start])
    alone = [problem.losses(member[None], batch)[0] for member in population]
    np.testing.assert_allclose(problem.losses(population, batch), alone, rtol=1e-5)


def test_the_loss_of_the_true_spiral_is_zero_but_for_the_solver(chapter, monkeypatch):
    problem = biophysical_spiral.SpiralProblem(chapter.training("spiral", "es-spiral"), STREAM)
    truth = lambda mlp, population, start, step, n: _spiral(start, step, n)[None]  # noqa: E731
    monkeypatch.setattr(biophysical_spiral.kernels, "trajectories", truth)
    assert problem.losses(problem.start[None], problem.batch(STREAM, 0)) == pytest.approx([0], abs=1e-5)


def _spiral(start, step, n):
    from gradfree.tasks import kinetics

    times = step * np.arange(n)
    found = [
        solve_ivp(kinetics.spiral, times[[0, -1]], y.astype(float), "DOP853", times, rtol=1e-10, atol=1e-12).y.T
        for y in start
    ]
    return np.stack(found, axis=1)


@pytest.mark.parametrize(("setting", "tolerance"), [("es-robertson", 1e-3), ("es-pollu", 5e-3)])
def test_the_learned_equation_is_solved_as_scipy_solves_it(chapter, setting, tolerance):
    problem = biophysical_stiff.StiffProblem(chapter.training("stiff", setting), STREAM)
    parameters = torch.from_numpy(problem.start[None])
    found = problem.solve(parameters)[:, 0, 0].numpy()
    logarithmic = problem.config.time == "logarithmic"
    times = np.log(problem.times) if logarithmic else problem.times
    rate = 1.0 if logarithmic else 1 / problem.times[-1]
    network = problem.mlp.members(parameters)

    def field(_: float, state: np.ndarray) -> np.ndarray:
        return rate * network(torch.from_numpy(state)[None, None])[0, 0].numpy()

    start = problem.expected[0] if logarithmic else np.zeros(found.shape[1])
    exact = solve_ivp(field, (times[0], times[-1]), start, "Radau", times, rtol=1e-8, atol=1e-10).y.T
    np.testing.assert_allclose(found, exact[len(times) - len(found) :], atol=tolerance)


def test_states_are_scaled_changes_that_start_at_zero(chapter):
    problem = biophysical_stiff.StiffProblem(chapter.training("stiff", "es-pollu"), STREAM)
    assert problem.expected[0] == pytest.approx(np.zeros(20), abs=1e-12)
    assert (np.abs(problem.expected).max(0) <= 1 + 1e-9).all()
