"""Neural ordinary differential equations: the right-hand side is a small network, for whole populations at once.

Tensors of torch have dims (member, trial, variable); every member has its own parameters. Chen et al. 2018
(arXiv:1806.07366); stiff ones as in Kim et al., Chaos 31 (2021).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Tensor = Any  # torch is imported where it is used
Array = NDArray[np.floating]
Field = Callable[[Tensor], Tensor]


class StiffSystemError(ArithmeticError):
    """An explicit solver met a system that is too stiff for its step."""


@dataclass(frozen=True)
class Mlp:
    """A fully connected network: sizes of its layers, activation of the hidden ones, cubed inputs or not."""

    sizes: tuple[int, ...]
    activation: Literal["tanh", "gelu"] = "tanh"
    bias: bool = True
    cubed: bool = False

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Matrices (target, source) of a parameter vector; with biases their last column."""
        pairs = zip(self.sizes[1:], self.sizes[:-1], strict=True)
        return {f"layer{i}": (target, source + self.bias) for i, (target, source) in enumerate(pairs)}

    @property
    def n_parameters(self) -> int:
        """Length of a parameter vector."""
        return sum(rows * columns for rows, columns in self.shapes.values())

    def matrices(self, parameters: Tensor) -> list[Tensor]:
        """Views (member, target, source) of parameters (member, parameter)."""
        found, start = [], 0
        for rows, columns in self.shapes.values():
            found.append(parameters[:, start : start + rows * columns].reshape(-1, rows, columns))
            start += rows * columns
        return found

    def members(self, parameters: Tensor) -> Members:
        """The networks of parameters (member, parameter); derivatives by these pass through."""
        matrices = [matrix.transpose(1, 2) for matrix in self.matrices(parameters)]
        if not self.bias:
            return Members(self, matrices, [0.0] * len(matrices))
        return Members(self, [x[:, :-1].contiguous() for x in matrices], [x[:, -1:] for x in matrices])


@dataclass(frozen=True)
class Members:
    """Networks of one architecture: weights (member, source, target) and biases (member, 1, target) of each layer."""

    mlp: Mlp
    weights: list[Tensor]
    biases: list[Any]

    def __call__(self, inputs: Tensor) -> Tensor:
        """Outputs (member, trial, target) of inputs (member, trial, source)."""
        return self._sums(inputs)[-1]

    def jacobian(self, inputs: Tensor) -> Tensor:
        """Derivatives of outputs with respect to inputs (member, trial, target, source), by the chain rule."""
        found = self.weights[0][:, None]
        for weight, hidden in zip(self.weights[1:], self._sums(inputs)[:-1], strict=True):
            found = (found * _slope(hidden, self.mlp.activation)[..., None, :]) @ weight[:, None]
        if self.mlp.cubed:
            found = found * (3 * inputs.square())[..., None]
        return found.transpose(-1, -2)

    def _sums(self, inputs: Tensor) -> list[Tensor]:
        """What every layer sums up, before its activation."""
        import torch

        activate = torch.tanh if self.mlp.activation == "tanh" else torch.nn.functional.gelu
        values, sums = inputs**3 if self.mlp.cubed else inputs, []
        for place, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            values = activate(values) if place else values
            values = torch.baddbmm(bias, values, weight) if self.mlp.bias else values @ weight
            sums.append(values)
        return sums


def _slope(values: Tensor, activation: str) -> Tensor:
    import torch

    if activation == "tanh":
        return 1 - torch.tanh(values).square()
    normal = 1 / math.sqrt(2 * math.pi)
    return 0.5 * (1 + torch.erf(values / math.sqrt(2))) + values * normal * torch.exp(-0.5 * values.square())


def initial(mlp: Mlp, rng: np.random.Generator, kind: Literal["uniform", "normal"] = "uniform") -> Array:
    """Initial parameters: `uniform` as the layers of torch start, `normal` with deviation 0.1 and biases 0."""
    found = []
    for rows, columns in mlp.shapes.values():
        bound = (columns - mlp.bias) ** -0.5
        matrix = rng.uniform(-bound, bound, (rows, columns))
        if kind == "normal":
            matrix = 0.1 * rng.standard_normal((rows, columns))
            if mlp.bias:
                matrix[:, -1] = 0
        found.append(matrix.ravel())
    return np.concatenate(found)


def runge_kutta(field: Field, start: Tensor, step: Any, n_steps: int, substeps: int = 1) -> Tensor:
    """States (time, member, trial, variable) after 0 … n_steps intervals of length `step`; classical, order 4."""
    import torch

    found, y, h = [start], start, step / substeps
    for _ in range(n_steps):
        for _ in range(substeps):
            k1 = field(y)
            k2 = field(y + 0.5 * h * k1)
            k3 = field(y + 0.5 * h * k2)
            k4 = field(y + h * k3)
            y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        found.append(y)
    return torch.stack(found)


def explicit(field: Field, jacobian: Field, start: Tensor, times: Array, substeps: int = 1) -> Tensor:
    """States (time, member, trial, variable) at `times`, the first of which is that of `start`.

    Raises StiffSystemError as soon as a step lies outside the scheme's region of stability.
    """
    import torch

    found = [start]
    for before, after in pairwise(times):
        h = (after - before) / substeps
        fastest = torch.linalg.eigvals(jacobian(found[-1])).real.abs().max().item()
        if h * fastest > 2.785:  # where the region of the classical scheme cuts the real axis
            raise StiffSystemError(
                f"the system is too stiff for an explicit solver: at t = {before:.4g} a step of {h:.3g} meets "
                f"|Re lambda| = {fastest:.3g}, and their product must stay below 2.785; use the implicit solver "
                f"(gradfree.models.implicit), or at least {math.ceil((after - before) * fastest / 2.785)} substeps"
            )
        found.append(runge_kutta(field, found[-1], after - before, 1, substeps)[-1])
    return torch.stack(found)
