"""A typed search space and the unit cube that optimizers see instead of it.

Every gene is one coordinate of the cube. Numbers are scaled, or their logarithms are; an integer or an option owns an
equal share of its edge. The published encoding scales linearly and truncates, so that the upper bound of an integer is
reached in one point only (L2L spiking-network branch, `EnKFOptimizee`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradfree.settings.search import Gene, Value

Array = NDArray[np.floating]
Genes = dict[str, Value]


@dataclass(frozen=True)
class SearchSpace:
    """Genes by name. `truncating` is the published encoding: integers truncated, coordinates not kept in the cube."""

    genes: Mapping[str, Gene]
    truncating: bool = False

    def __len__(self) -> int:
        return len(self.genes)

    def decode(self, position: Sequence[float] | Array) -> Genes:
        """The genes at a position (parameter,) of the cube; what lies outside counts as the nearest bound."""
        pairs = zip(self.genes.items(), position, strict=True)
        return {name: _decode(gene, float(z), self.truncating) for (name, gene), z in pairs}

    def encode(self, genes: Mapping[str, Value]) -> Array:
        """A position (parameter,) whose genes are these: the middle of the share of an integer or option.

        Raises ValueError for a missing, unknown or impossible gene.
        """
        if complaints := list(self.complaints(genes)):
            raise ValueError("; ".join(complaints))
        return np.array([_encode(gene, genes[name], self.truncating) for name, gene in self.genes.items()])

    def complaints(self, genes: Mapping[str, Value]) -> list[str]:
        """What is wrong with these genes."""
        unknown = [
            f"{name}: unknown gene; genes are {', '.join(self.genes)}" for name in genes if name not in self.genes
        ]
        missing = [f"{name}: this gene is missing" for name in self.genes if name not in genes]
        wrong = [
            f"{name}: expected {gene}, found {genes[name]!r}"
            for name, gene in self.genes.items()
            if name in genes and not gene.allows(genes[name])
        ]
        return unknown + missing + wrong


def _ends(gene: Gene) -> tuple[float, float]:
    """Both ends of the edge in the units in which it is divided evenly; integers reach half a step beyond."""
    if gene.kind == "categorical":
        return 0.0, float(len(gene.options))
    assert gene.low is not None and gene.high is not None, "checked when the gene was made"
    half = 0.5 if "int" in gene.kind else 0.0
    low, high = gene.low - half, gene.high + half
    return (math.log(low), math.log(high)) if gene.kind.startswith("log") else (low, high)


def _decode(gene: Gene, z: float, truncating: bool) -> Value:
    if truncating and gene.low is not None and gene.high is not None:
        value = gene.low + z * (gene.high - gene.low)
        return math.trunc(value) if "int" in gene.kind else value
    low, high = _ends(gene)
    value = low + min(max(z, 0.0), 1.0) * (high - low)
    if gene.kind == "categorical":
        return gene.options[min(int(value), len(gene.options) - 1)]
    value = math.exp(value) if gene.kind.startswith("log") else value
    value = float(np.clip(value, gene.low, gene.high))
    return round(value) if "int" in gene.kind else value


def _encode(gene: Gene, value: Value, truncating: bool) -> float:
    if truncating and gene.low is not None and gene.high is not None:
        return (float(value) - gene.low) / (gene.high - gene.low)
    low, high = _ends(gene)
    if gene.kind == "categorical":
        return (gene.options.index(value) + 0.5) / high
    return ((math.log(float(value)) if gene.kind.startswith("log") else float(value)) - low) / (high - low)
