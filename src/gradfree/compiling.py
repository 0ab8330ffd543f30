"""How numerical kernels are compiled, and when the machine code on disk is out of date."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import numba
from numba.core.caching import FunctionCache

from gradfree.provenance import code_hash

Function = TypeVar("Function", bound=Callable[..., Any])


class ClosureCache(FunctionCache):
    """Numba's cache of machine code, which also notices edits in the files that the function's module imports.

    Numba itself looks at the function's own file only, although functions and constants of others are compiled in.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._code = code_hash(function.__module__)

    def _index_key(self, signature: Any, code_generation: Any) -> tuple[Any, ...]:
        return (*super()._index_key(signature, code_generation), self._code)


def threads() -> int:
    """How many threads compiled code may use: OMP_NUM_THREADS, which Snakemake sets for every job, or all cores."""
    return int(os.environ.get("OMP_NUM_THREADS", "").split(",")[0] or os.cpu_count() or 1)


def compiled(function: Function, contract: bool = False) -> Function:
    """Machine code of a function that lets other threads run meanwhile, kept on disk if any cache folder is writable.

    Arithmetic is that of NumPy to the last bit: nothing is reordered, and no product and sum become one instruction
    unless `contract` allows it.
    """
    fastmath = {"contract"} if contract else False
    dispatcher: Any = numba.njit(nogil=True, error_model="numpy", fastmath=fastmath)(function)
    with suppress(RuntimeError):  # no cache folder can be written: compile in every process
        dispatcher._cache = ClosureCache(function)
    compiled_function: Function = dispatcher
    return compiled_function
