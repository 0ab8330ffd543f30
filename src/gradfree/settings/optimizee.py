"""What can be tuned: the protocol of an optimizee, and how one is found by the import path in the configuration."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from gradfree import provenance
from gradfree.settings.search import Value

if TYPE_CHECKING:
    import xarray as xr

    from gradfree.randomness import Stream


class Optimizee(Protocol):
    """The inner loop: anything that can be run with some genes and says how good it was.

    It is made anew for every run, from its block of the configuration; making it must be quick and read no file.
    """

    tasks: ClassVar[tuple[str, ...]]
    """What it can be scored on. A search uses the first unless it names another, the comparison at the end the rest."""

    def __init__(self, inputs: Mapping[str, Path], **settings: Any) -> None:
        """`inputs`: the files that the configuration names; raises ValueError for settings that cannot be."""

    def run(self, genes: Mapping[str, Value], stream: Stream, task: str, start: xr.Dataset | None = None) -> xr.Dataset:
        """One run. Returns a dataset to be stored, with a variable `fitness` (), higher is better, of this task.

        All randomness comes from `stream`. `start` is what the same slot of the generation before returned, if the
        search carries results over (`carry_over`). Whatever it raises counts as a failure of this individual. An
        attribute `wall_time_s` says how long the inner loop itself took; what else a job took counts as overhead.
        """


class NoOptimizee(ValueError):
    """The import path leads to nothing that can be tuned."""


def find(path: str) -> type[Optimizee]:
    """The class behind `package.module:Class`; modules in the working folder are found too. Raises NoOptimizee."""
    module_name, _, class_name = path.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ImportError:
        module = _from_the_working_folder(path, module_name)
    found: Any = getattr(module, class_name, None)
    if not isinstance(found, type):
        raise NoOptimizee(f"{path!r}: module {module_name} has no class {class_name or '(give one behind a colon)'}")
    if complaints := _complaints(found):
        raise NoOptimizee(f"{path!r} is no optimizee: {'; '.join(complaints)}; the protocol is in docs/chapters/l2l.md")
    tunable: type[Optimizee] = found
    return tunable


def _from_the_working_folder(path: str, module_name: str) -> Any:
    sys.path.insert(0, os.getcwd())
    try:
        importlib.invalidate_caches()
        return importlib.import_module(module_name)
    except Exception as error:  # a module of the user's: whatever is wrong with it, the configuration names it
        raise NoOptimizee(f"{path!r} cannot be imported: {type(error).__name__}: {error}") from error
    finally:
        sys.path.pop(0)


def _complaints(found: Any) -> list[str]:
    tasks, run = getattr(found, "tasks", None), getattr(found, "run", None)
    wrong = []
    if not isinstance(tasks, tuple) or not tasks or not all(isinstance(task, str) for task in tasks):
        wrong.append(f"`tasks` must be a tuple of at least one name, found {tasks!r}")
    if not callable(run):
        return [*wrong, "it has no method `run`"]
    try:
        inspect.signature(run).bind(None, genes={}, stream=None, task="", start=None)
    except TypeError as error:
        wrong.append(f"`run` must take (genes, stream, task, start): {error}")
    return wrong


def code_of(path: str) -> str:
    """Hash of what the class at an import path computes: outside this package, of its own file only.

    Raises NoOptimizee.
    """
    module_name = find(path).__module__
    if module_name.startswith(f"{provenance.PACKAGE_FOLDER.name}."):
        return provenance.code_hash(module_name)
    return provenance.file_hash(Path(inspect.getfile(sys.modules[module_name])))
