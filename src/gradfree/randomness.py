"""One root seed, and generators derived from it by the *name* of what they are for.

A name is a path such as ``("cnn", "enkf", "corrected", "seed", 3, "iteration", 17)``. Because nothing depends on the
order of execution, on time or on the process, a run that was killed and resumed, or computed on other cores, draws the
same numbers, and no generator state has to be stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

Name = str | int


@dataclass(frozen=True)
class Stream:
    """A named source of generators below one root seed."""

    root: int
    name: tuple[Name, ...] = ()

    def child(self, *name: Name) -> Stream:
        """The stream one or more names further down."""
        return Stream(self.root, self.name + name)

    def generator(self, *name: Name) -> np.random.Generator:
        """The NumPy generator of this name; the same name always gives the same numbers."""
        return np.random.default_rng(np.random.SeedSequence(self._entropy(*name)))

    def integer(self, *name: Name) -> int:
        """A 63-bit seed for libraries that want an integer (torch, Brian)."""
        return int.from_bytes(self._digest(*name)[:8], "big") >> 1

    def _digest(self, *name: Name) -> bytes:
        # repr tells 1 from "1" and ("a/b",) from ("a", "b").
        return hashlib.sha256(repr((self.root, self.name + name)).encode()).digest()

    def _entropy(self, *name: Name) -> list[int]:
        return np.frombuffer(self._digest(*name), dtype=np.uint32).tolist()


@contextmanager
def torch_seeded(stream: Stream, *name: Name) -> Iterator[None]:
    """Seeds torch's global generator inside the block and restores it afterwards."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream.integer(*name))
        yield


@contextmanager
def python_seeded(rng: np.random.Generator) -> Iterator[None]:
    """Seeds the generator of the standard library, from which DEAP draws, and restores it afterwards."""
    import random

    before = random.getstate()
    random.seed(int(rng.integers(2**63)))
    try:
        yield
    finally:
        random.setstate(before)
