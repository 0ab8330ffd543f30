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

    def __call__(self, parameters: Tensor, inputs: Tensor) -> Tensor:
        """Outputs (member, trial, target) of inputs (member, trial, source)."""
        return self._forward(parameters, inputs)[0]

    def jacobian(self, parameters: Tensor, inputs: Tensor) -> Tensor:
        """Derivatives of outputs with respect to inputs (member, trial, target, source), by the chain rule."""
        import torch

        matrices, slopes = self.matrices(parameters), self._forward(parameters, inputs)[1]
        weights = [(matrix[..., :-1] if self.bias else matrix)[:, None] for matrix in matrices]
        found = weights[0]
        for weight, slope in zip(weights[1:], slopes, strict=True):
            found = weight @ (slope[..., None] * found)
        scale = 3 * inputs.square() if self.cubed else torch.ones_like(inputs)
        return found * scale[..., None, :]

    def _forward(self, parameters: Tensor, inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Outputs, and the slopes of the hidden layers' activations."""
        import torch

        values, slopes = inputs**3 if self.cubed else inputs, []
        matrices = self.matrices(parameters)
        for place, matrix in enumerate(matrices):
            if place:
                slopes.append(_slope(values, self.activation))
                values = torch.tanh(values) if self.activation == "tanh" else torch.nn.functional.gelu(values)
            if self.bias:
                values = torch.baddbmm(matrix[:, None, :, -1], values, matrix[..., :-1].transpose(1, 2))
            else:
                values = values @ matrix.transpose(1, 2)
        return values, slopes


class _Lazy:
    """The slope of an activation, computed only if a Jacobian asks for it."""

    def __init__(self, compute: Callable[[], Tensor]) -> None:
        self.compute = compute

    def __getitem__(self, index: Any) -> Tensor:
        return self.compute()[index]


def _slope(values: Tensor, activation: str) -> Any:
    import torch

    if activation == "tanh":
        return _Lazy(lambda: 1 - torch.tanh(values).square())
    normal = 1 / math.sqrt(2 * math.pi)
    return _Lazy(
        lambda: 0.5 * (1 + torch.erf(values / math.sqrt(2))) + values * normal * torch.exp(-0.5 * values.square())
    )


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
