"""Configuration of a search space: what a gene may be."""

from __future__ import annotations

import math
from typing import Literal, Self

from pydantic import model_validator

from gradfree.settings.base import Block

Value = float | int | str


class Gene(Block):
    """One value to be searched for: a number between bounds, both included, or one of several options."""

    kind: Literal["float", "log-float", "int", "log-int", "categorical"]
    """`log-` searches the logarithm; integers and options get equal shares of the range."""
    low: float | None = None
    """Lower bound."""
    high: float | None = None
    """Upper bound."""
    options: tuple[Value, ...] = ()
    """What a categorical gene may be."""

    @model_validator(mode="after")
    def _says_what_it_may_be(self) -> Self:
        if self.kind == "categorical":
            if len(self.options) < 2 or (self.low, self.high) != (None, None):
                raise ValueError("options: a categorical gene needs at least two, and no bounds")
            return self
        if self.options or self.low is None or self.high is None or not self.low < self.high:
            raise ValueError(f"low and high: a {self.kind} gene needs both, low below high, and no options")
        if "log" in self.kind and self.low <= 0:
            raise ValueError(f"low: a {self.kind} gene needs a lower bound above 0")
        if "int" in self.kind and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError(f"low and high: a {self.kind} gene needs integer bounds")
        return self

    def allows(self, value: Value) -> bool:
        """Whether the gene may have this value."""
        if self.kind == "categorical":
            return value in self.options
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        whole = "int" not in self.kind or (number and float(value).is_integer())
        return number and whole and self.low <= value <= self.high  # type: ignore[operator]

    def __str__(self) -> str:
        if self.kind == "categorical":
            return f"one of {', '.join(map(str, self.options))}"
        return f"{self.kind.removeprefix('log-')} from {self.low:g} to {self.high:g}"
