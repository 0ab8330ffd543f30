"""What the benchmarks share: functions that take turns."""

from __future__ import annotations

import time
from collections.abc import Callable


def best_of(repeats: int, *functions: Callable[[], object]) -> list[float]:
    """Shortest wall time in s of each function; they take turns, so that a slow spell of the machine meets all."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(repeats):
        for record, function in zip(times, functions, strict=True):
            started = time.perf_counter()
            function()
            record.append(time.perf_counter() - started)
    return [min(record) for record in times]
