"""First-order optimizers against torch's."""

import numpy as np
import pytest
import torch

from gradfree.optimizers import gradient


@pytest.mark.parametrize(
    ("rule", "build"),
    [
        ("sgd", lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
        ("adam", lambda p: torch.optim.Adam(p, lr=0.05)),
    ],
)
def test_fifty_steps_on_a_quadratic_equal_those_of_torch(rule, build):
    rng = np.random.default_rng(0)
    matrix, start = rng.normal(size=(5, 5)), rng.normal(size=5)
    state = gradient.init(start, rule, 0.05)
    theirs = torch.tensor(start, requires_grad=True)
    optimizer = build([theirs])
    for _ in range(50):
        population, state = gradient.ask(state)
        state = gradient.tell(state, population, population @ matrix.T @ matrix)
        optimizer.zero_grad()
        (0.5 * (torch.tensor(matrix) @ theirs).square().sum()).backward()
        optimizer.step()
    np.testing.assert_allclose(state.parameters, theirs.detach().numpy(), rtol=1e-9)


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="sgd, adam"):
        gradient.init(np.zeros(2), "sdg", 0.1)
