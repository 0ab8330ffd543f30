"""Checkpoints: a run that was killed at any moment goes on where its newest whole checkpoint was."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import xarray as xr

from gradfree import store


class Checkpoints:
    """Numbered stores in a folder of one run; `key` names configuration and code: no other run takes them up."""

    def __init__(self, folder: Path | str | None, key: str = "", every_s: float = 120.0) -> None:
        self.folder = Path(folder) / key if folder is not None else None
        self.every_s, self.written = every_s, time.monotonic()

    def newest(self) -> xr.Dataset | None:
        """The newest whole checkpoint in memory, or None; unfinished or damaged ones are passed over."""
        for path in reversed(self._stores()):
            try:
                return store.load(path).load()
            except store.StoreError:
                continue
        return None

    def due(self) -> bool:
        """Whether the last checkpoint is old enough for a new one."""
        return self.folder is not None and time.monotonic() - self.written >= self.every_s

    def write(self, step: int, state: xr.Dataset) -> None:
        """Stores the state after `step` steps and then removes the older ones."""
        if self.folder is None:
            return
        older = self._stores()
        store.save(state, self.folder / f"step-{step:09d}.zarr")
        for path in older:
            store.remove(path)
        self.written = time.monotonic()

    def clear(self) -> None:
        """Removes the folder of the run, with what other configurations left there."""
        if self.folder is not None:
            shutil.rmtree(self.folder.parent, ignore_errors=True)

    def _stores(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.zarr")) if self.folder else []
