"""First-order optimizers as pure functions: what a gradient, exact or estimated, does to a parameter vector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


@dataclass(frozen=True)
class GradientState:
    """A parameter vector (parameter,), its running moments of the gradient, and the step count."""

    parameters: Array
    rule: str
    learning_rate: float
    momentum: float
    first_moment: Array
    second_moment: Array
    steps: int = 0


def init(parameters: Array, rule: str, learning_rate: float, momentum: float = 0.9) -> GradientState:
    """Starts `sgd` (heavy ball with `momentum`), `adam` or `rmsprop` at `parameters`."""
    if rule not in RULES:
        raise ValueError(f"unknown gradient rule {rule!r}; rules are {', '.join(RULES)}")
    return GradientState(
        parameters, rule, learning_rate, momentum, np.zeros_like(parameters), np.zeros_like(parameters)
    )


def ask(state: GradientState) -> tuple[Array, GradientState]:
    """The population (1, parameter): the one point whose gradient is wanted."""
    return state.parameters[None], state


def tell(state: GradientState, population: Array, evaluations: Array) -> GradientState:
    """Descends along evaluations (1, parameter), the gradients of the loss at the population."""
    return RULES[state.rule](replace(state, parameters=population[0]), evaluations[0])


def sgd(state: GradientState, gradient: Array) -> GradientState:
    """Heavy-ball momentum: v <- momentum v + g, x <- x - rate v (Polyak 1964, in the form of common libraries)."""
    velocity = state.momentum * state.first_moment + gradient
    parameters = state.parameters - state.learning_rate * velocity
    return replace(state, parameters=parameters, first_moment=velocity, steps=state.steps + 1)


def adam(state: GradientState, gradient: Array) -> GradientState:
    """Adam with bias correction (Kingma & Ba 2015, algorithm 1): betas 0.9 and 0.999, epsilon 1e-8."""
    beta1, beta2, epsilon = 0.9, 0.999, 1e-8
    steps = state.steps + 1
    first = beta1 * state.first_moment + (1 - beta1) * gradient
    second = beta2 * state.second_moment + (1 - beta2) * gradient**2
    root = np.sqrt(second / (1 - beta2**steps)) + epsilon
    parameters = state.parameters - state.learning_rate * first / (1 - beta1**steps) / root
    return replace(state, parameters=parameters, first_moment=first, second_moment=second, steps=steps)


def rmsprop(state: GradientState, gradient: Array) -> GradientState:
    """RMSprop as in torch: running mean square with weight 0.99, epsilon 1e-8 (Tieleman & Hinton 2012, lecture 6.5)."""
    second = 0.99 * state.second_moment + 0.01 * gradient**2
    parameters = state.parameters - state.learning_rate * gradient / (np.sqrt(second) + 1e-8)
    return replace(state, parameters=parameters, second_moment=second, steps=state.steps + 1)


RULES: dict[str, Callable[[GradientState, Array], GradientState]] = {"sgd": sgd, "adam": adam, "rmsprop": rmsprop}
