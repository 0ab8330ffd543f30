"""The network that is a right-hand side, and the explicit solver, against torch, closed forms and their order."""

import numpy as np
import pytest
import torch

from gradfree.models import neural_ode as ode
from gradfree.models import neural_ode_kernels as kernels

MLPS = [ode.Mlp((2, 7, 2), "tanh", cubed=True), ode.Mlp((3, 5, 5, 4), "gelu"), ode.Mlp((2, 6, 2), "tanh", bias=False)]


def case(mlp: ode.Mlp) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(0)
    parameters = np.stack([ode.initial(mlp, rng) for _ in range(2)])
    return torch.tensor(parameters), torch.tensor(rng.standard_normal((2, 3, mlp.sizes[0])))


@pytest.mark.parametrize("mlp", MLPS)
def test_every_member_is_the_same_network_of_torch(mlp):
    parameters, inputs = case(mlp)
    activation = torch.nn.Tanh if mlp.activation == "tanh" else torch.nn.GELU
    for member in range(2):
        modules = []
        for matrix in mlp.matrices(parameters):
            layer = torch.nn.Linear(matrix.shape[2] - mlp.bias, matrix.shape[1], mlp.bias, dtype=torch.float64)
            layer.weight.data = matrix[member, :, : layer.in_features]
            if mlp.bias:
                layer.bias.data = matrix[member, :, -1]
            modules += [layer, activation()]
        expected = torch.nn.Sequential(*modules[:-1])(inputs[member] ** (3 if mlp.cubed else 1))
        torch.testing.assert_close(mlp.members(parameters)(inputs)[member], expected)


@pytest.mark.parametrize("mlp", MLPS)
def test_the_jacobian_is_that_of_automatic_differentiation(mlp):
    parameters, inputs = case(mlp)
    found = mlp.members(parameters).jacobian(inputs)
    for member, trial in ((0, 0), (1, 2)):
        alone = mlp.members(parameters[member : member + 1])
        expected = torch.autograd.functional.jacobian(
            lambda y, net=alone: net(y[None, None])[0, 0], inputs[member, trial]
        )
        torch.testing.assert_close(found[member, trial], expected)


def test_the_error_of_the_explicit_scheme_falls_with_order_four():
    field = lambda y: -y  # noqa: E731
    start, counts = torch.ones(1, 1, 1, dtype=torch.float64), np.array([2, 4, 8])
    errors = [abs(ode.runge_kutta(field, start, 1.0, 1, n)[-1].item() - np.exp(-1)) for n in counts]
    assert -np.polyfit(np.log(counts), np.log(errors), 1)[0] == pytest.approx(4, abs=0.25)


def test_a_stiff_system_is_refused_with_time_step_eigenvalue_and_advice():
    field, jacobian = (lambda y: -1e4 * y), (lambda y: -1e4 * torch.ones(1, 1, 1, 1, dtype=torch.float64))
    start = torch.ones(1, 1, 1, dtype=torch.float64)
    with pytest.raises(ode.StiffSystemError, match=r"at t = 0 a step of 0\.1 meets \|Re lambda\| = 1e\+04.*implicit"):
        ode.explicit(field, jacobian, start, np.array([0.0, 0.1]))
    found = ode.explicit(field, jacobian, start, np.array([0.0, 1e-4, 2e-4]))
    assert found[-1].item() == pytest.approx(np.exp(-2), rel=0.05)


@pytest.mark.parametrize("bias", [True, False])
def test_compiled_trajectories_are_those_of_torch(bias):
    mlp, rng = ode.Mlp((2, 33, 2), "tanh", bias, cubed=True), np.random.default_rng(0)
    population = np.stack([ode.initial(mlp, rng) for _ in range(3)]).astype(np.float32)
    start = rng.standard_normal((5, 2)).astype(np.float32)
    members, starts = torch.from_numpy(population), torch.from_numpy(start).expand(3, -1, -1)
    expected = ode.runge_kutta(mlp.members(members), starts, 0.05, 6)
    found = kernels.trajectories(mlp, population, start, 0.05, 7)
    np.testing.assert_allclose(found, expected.transpose(0, 1), rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="one hidden layer of tanh"):
        kernels.trajectories(ode.Mlp((2, 3, 3, 2)), population, start, 0.05, 7)
