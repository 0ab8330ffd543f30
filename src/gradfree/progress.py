"""Logs for people: one line per step with progress, rate, time to go and the current result."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType


class Progress:
    """Writes lines to a log file (or nowhere); used as a context manager around a long loop."""

    def __init__(self, path: Path | str | None, total: int, unit: str = "iteration", every_s: float = 2.0) -> None:
        self.total, self.unit, self.every_s = total, unit, every_s
        self.started = time.monotonic()
        self.first: int | None = None
        self.last_line = -float("inf")
        self.file = None
        if path is not None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            self.file = open(path, "a", buffering=1)  # noqa: SIM115 - closed in __exit__

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.file:
            if error is not None:
                self.say(f"stopped by {kind.__name__ if kind else 'an error'}: {error}")
            self.file.close()

    def say(self, text: str) -> None:
        """Writes one line as it is."""
        if self.file:
            self.file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text}\n")

    def step(self, done: int, **current: float) -> None:
        """Reports that `done` of `total` steps are finished; at most one line every `every_s` seconds, and the last."""
        now = time.monotonic()
        if self.first is None:  # a resumed run starts at its checkpoint: the rate counts what this process did
            self.first = done - 1
        if now - self.last_line < self.every_s and done < self.total:
            return
        self.last_line = now
        rate = (done - self.first) / max(now - self.started, 1e-9)
        numbers = "  ".join(f"{name} {value:.4g}" for name, value in current.items())
        to_go_s = (self.total - done) / rate
        self.say(f"{self.unit} {done}/{self.total}  {rate:.3g}/s  {to_go_s:.0f} s to go  {numbers}")
