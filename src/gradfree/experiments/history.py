"""What a run records: columns that grow with its steps, as a labelled dataset, and back again for a resumed run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr


@dataclass(frozen=True)
class Quantity:
    """A recorded variable: what it is, its unit, and the dims it has besides the growing one."""

    long_name: str
    units: str = "1"
    dims: tuple[str, ...] = ()


@dataclass
class History:
    """Rows of quantities along one dimension `dim`, whose coordinate tells at which step they were recorded."""

    dim: str
    quantities: Mapping[str, Quantity]
    steps: list[int] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def record(self, step: int, **values: Any) -> None:
        """Adds one row. Raises KeyError unless exactly the declared quantities are given."""
        if values.keys() != self.quantities.keys():
            raise KeyError(f"expected {sorted(self.quantities)}, found {sorted(values)}")
        self.steps.append(step)
        self.rows.append(values)

    def last(self, name: str) -> Any:
        """The newest value of a quantity."""
        return self.rows[-1][name]

    def column(self, name: str) -> np.ndarray:
        """All values of one quantity (step, ...)."""
        return np.asarray([row[name] for row in self.rows])

    def dataset(self) -> xr.Dataset:
        """The rows as variables over `dim`."""
        variables = {
            name: (
                (self.dim, *quantity.dims),
                self.column(name),
                {"units": quantity.units, "long_name": quantity.long_name},
            )
            for name, quantity in self.quantities.items()
        }
        return xr.Dataset(variables, coords={self.dim: (self.dim, np.asarray(self.steps, dtype=np.int64))})

    def restore(self, dataset: xr.Dataset) -> None:
        """Takes over the rows of a dataset that `dataset` made."""
        self.steps = dataset[self.dim].values.tolist()
        columns = {name: dataset[name].values for name in self.quantities}
        self.rows = [{name: column[row] for name, column in columns.items()} for row in range(len(self.steps))]
