"""Implicit solvers against closed forms, finite differences and the order of their schemes."""

import numpy as np
import pytest
import torch

from gradfree.models import implicit, neural_ode

MLP = neural_ode.Mlp((3, 5, 5, 3), "gelu")


@pytest.mark.parametrize(("scheme", "order"), [("implicit_euler", 1), ("sdirk2", 2), ("sdirk4", 4)])
def test_the_error_falls_with_the_order_of_the_scheme(scheme, order):
    """y' = -y², y(0) = 1 has the solution 1 / (1 + t)."""
    counts = np.array([4, 8, 16])
    errors = []
    for n in counts:
        start = torch.ones(1, 1, dtype=torch.float64)
        times = np.array([0.0, 1.0])
        end = implicit.on_grid(lambda y: -(y**2), lambda y: -2 * y[..., None], start, times, scheme, n)[-1]
        errors.append(abs(end.item() - 0.5))
    assert -np.polyfit(np.log(counts), np.log(errors), 1)[0] == pytest.approx(order, abs=0.3)


@pytest.mark.parametrize("scheme", implicit.SCHEMES)
def test_infinitely_fast_modes_vanish_in_one_step(scheme):
    """L-stability: the amplification of y' = -λ y goes to zero as h λ grows."""
    speed = 1e10
    jacobian = lambda y: -speed * torch.ones(1, 1, 1, dtype=torch.float64)  # noqa: E731
    start = torch.ones(1, 1, dtype=torch.float64)
    end = implicit.on_grid(lambda y: -speed * y, jacobian, start, np.array([0.0, 1.0]), scheme)[-1]
    assert abs(end.item()) < 1e-6


def loss_of(parameters: torch.Tensor) -> torch.Tensor:
    start = torch.tensor([[[1.0, 0.2, 0.0]]], dtype=torch.float64)
    members = MLP.members(parameters)
    times = np.array([0.0, 0.5, 2.0])
    found = implicit.on_grid(lambda y: 3 * members(y), lambda y: 3 * members.jacobian(y), start, times, "sdirk2")
    return found.square().mean()


def test_gradients_by_the_implicit_function_theorem_are_those_of_finite_differences():
    parameters = torch.tensor(neural_ode.initial(MLP, np.random.default_rng(0))[None], requires_grad=True)
    (gradient,) = torch.autograd.grad(loss_of(parameters), parameters)
    for index in (0, 11, 25, 60):
        near = parameters.detach().repeat(2, 1)
        near[0, index] += 1e-5
        near[1, index] -= 1e-5
        slope = (loss_of(near[:1]) - loss_of(near[1:])).item() / 2e-5
        assert gradient[0, index].item() == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_a_trial_without_solution_is_not_a_number_and_leaves_the_others_alone():
    """y' = y² ends at t = 1/y(0); a step beyond has no root."""
    start = torch.tensor([[5.0], [0.1]], dtype=torch.float64)
    found = implicit.on_grid(lambda y: y**2, lambda y: 2 * y[..., None], start, np.array([0.0, 1.0]), "sdirk2")
    assert torch.isnan(found[-1, 0]).all() and found[-1, 1].item() == pytest.approx(1 / 9, rel=1e-2)
