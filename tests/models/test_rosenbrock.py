"""The Rosenbrock solver against Radau, closed forms and the order of its scheme."""

import numpy as np
import pytest
import torch

from gradfree.models import rosenbrock
from gradfree.tasks import kinetics


def robertson(y: torch.Tensor) -> torch.Tensor:
    slow, back, fast = 0.04 * y[..., 0], 1e4 * y[..., 1] * y[..., 2], 3e7 * y[..., 1] ** 2
    return torch.stack([back - slow, slow - back - fast, fast], -1)


def robertson_jacobian(y: torch.Tensor) -> torch.Tensor:
    zero, one = torch.zeros_like(y[..., 0]), torch.ones_like(y[..., 0])
    rows = [
        -0.04 * one, 1e4 * y[..., 2], 1e4 * y[..., 1],
        0.04 * one, -1e4 * y[..., 2] - 6e7 * y[..., 1], -1e4 * y[..., 1],
        zero, 6e7 * y[..., 1], zero,
    ]  # fmt: skip
    return torch.stack(rows, -1).reshape(*y.shape[:-1], 3, 3)


@pytest.mark.parametrize(("place", "order"), [(0, 4), (1, 3)])
def test_the_solution_has_order_four_and_the_estimate_compares_it_with_one_of_order_three(place, order):
    """y' = -y², y(0) = 1 has the solution 1 / (1 + t); errors of one step shrink with an order more."""
    lengths, errors = np.array([0.05, 0.025, 0.0125]), []
    for h in lengths:
        start = torch.ones(1, 1, dtype=torch.float64)
        new, error = rosenbrock.step(lambda y: -(y**2), lambda y: -2 * y[..., None], start, torch.tensor([h]))
        errors.append(abs((new - place * error).item() - 1 / (1 + h)))
    assert np.polyfit(np.log(lengths), np.log(errors), 1)[0] == pytest.approx(order + 1, abs=0.3)


def test_infinitely_fast_modes_vanish_in_one_step():
    """L-stability: the amplification of y' = -λ y goes to zero as h λ grows."""
    start, rate = torch.ones(1, 1, dtype=torch.float64), torch.full((1, 1, 1), -1e10, dtype=torch.float64)
    new, _ = rosenbrock.step(lambda y: -1e10 * y, lambda _: rate, start, torch.ones(1, dtype=torch.float64))
    assert abs(new.item()) < 1e-6


def test_robertson_is_that_of_radau():
    expected = kinetics.reference("robertson")
    times = np.concatenate([[0.0], expected.times[::7]])
    start = torch.tensor([[1.0, 0.0, 0.0]], dtype=torch.float64)
    found = rosenbrock.adaptive(robertson, robertson_jacobian, start, times, 1e-7, 1e-12)
    np.testing.assert_allclose(found[1:, 0].numpy(), expected.states[::7], rtol=1e-5, atol=1e-10)


def test_trials_of_a_batch_do_not_depend_on_each_other():
    start = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.0, 0.5], [0.9, 1e-5, 0.0]], dtype=torch.float64)
    times = np.array([0.0, 1.0, 100.0])
    together = rosenbrock.adaptive(robertson, robertson_jacobian, start, times)
    for place in range(3):
        alone = rosenbrock.adaptive(robertson, robertson_jacobian, start[place : place + 1], times)
        np.testing.assert_allclose(together[:, place], alone[:, 0], rtol=1e-5, atol=1e-9)


def test_an_adaptive_run_that_cannot_arrive_says_where_it_stopped():
    start = torch.tensor([[1.0]], dtype=torch.float64)
    with pytest.raises(ArithmeticError, match=r"reached t = (1|0\.9.*) of 2 in 200 steps"):
        rosenbrock.adaptive(lambda y: y**2, lambda y: 2 * y[..., None], start, np.array([0.0, 2.0]), most_steps=200)
