"""One individual of a search: its run in a process of its own, so that whatever happens to it, the search goes on."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from gradfree import provenance, store
from gradfree.experiments.outer_loop import Individual, Outcome
from gradfree.randomness import Stream
from gradfree.settings.optimizee import Optimizee, find
from gradfree.settings.search import Value

FITNESS = {"units": "1", "long_name": "fitness; higher is better"}
PATIENCE = 10  # times the time limit may pass by the clock: for a run that waits, not for a busy machine or one asleep


@dataclass(frozen=True)
class Files:
    """Where an individual's run, its card and its log go; `start` is the run that it continues, if it does."""

    run: Path
    card: Path
    log: Path
    start: Path | None = None


def make(optimizee: str, inputs: Mapping[str, str], settings: Mapping[str, Any]) -> Optimizee:
    """The optimizee of an import path, made from its block of the configuration."""
    return find(optimizee)({name: Path(file) for name, file in inputs.items()}, **settings)


def evaluate(
    individual: Individual,
    optimizee: Callable[[], Optimizee],
    stream: Stream,
    files: Files,
    time_limit_s: int,
    task: str | None = None,
    n_runs: int = 1,
) -> None:
    """Runs an individual and stores its run; or that it failed; or a note if another run counts for it.

    It is scored on `task`, by default the optimizee's first. Of several runs the mean is its fitness, and ensembles are
    not kept.
    """
    facts: dict[str, Any] = {"genes": individual.genes, "failure": "", "same_as": individual.same_as}
    if individual.same_as is not None:
        _save_note(files, {"same_as": list(individual.same_as)}, fitness=individual.fitness, **facts)
        return

    def work() -> None:
        tuned = optimizee()
        start = None if files.start is None else store.load(files.start)
        run = runs(tuned, individual.genes, stream, task or tuned.tasks[0], n_runs, start)
        run.attrs |= provenance.attributes({"genes": individual.genes})
        fitness = float(run["fitness"].mean(skipna=False))
        if not np.isfinite(fitness):
            raise ArithmeticError(f"fitness is {fitness}; expected a finite number")
        scores = np.atleast_1d(run["fitness"].values).tolist()
        kept = run if n_runs == 1 else without_ensembles(run)
        store.save(kept, files.run, files.card, fitness=fitness, scores=scores, **facts)

    files.log.parent.mkdir(parents=True, exist_ok=True)
    if failure := isolated(work, time_limit_s * n_runs, files.log):
        with open(files.log, "a") as log:
            log.write(f"failed: {failure}\n")
        give_up(files, **{**facts, "failure": failure})


def give_up(files: Files, failure: str, **facts: Any) -> None:
    """Stores that there is no run, and why."""
    _save_note(files, {"failure": failure}, fitness=None, scores=[], failure=failure, **facts)


def _save_note(files: Files, why: dict[str, Any], fitness: float | None, **facts: Any) -> None:
    """Stores a fitness, or that there is none, in the place of a run; `why` there is no run are its attributes."""
    note = xr.Dataset({"fitness": ((), np.nan if fitness is None else fitness, FITNESS)}, attrs=why)
    store.save(note, files.run, files.card, fitness=fitness, **facts)


def without_ensembles(run: xr.Dataset) -> xr.Dataset:
    """What is kept of runs that only compare: neither members nor their parameters."""
    return run.drop_vars([name for name, variable in run.items() if {"member", "parameter"} & set(variable.dims)])


def runs(
    optimizee: Optimizee,
    genes: Mapping[str, Value],
    stream: Stream,
    task: str,
    n_runs: int = 1,
    start: xr.Dataset | None = None,
) -> xr.Dataset:
    """Runs over dim `seed`, each with a named stream of its own. Raises TypeError if one returns no fitness.

    The attribute `wall_time_s` sums up what they took: what an optimizee says of itself, or all of its method `run`.
    """
    found, wall_time_s = [], 0.0
    for seed in range(n_runs):
        began = time.monotonic()
        run = optimizee.run(genes, stream.child("run", seed), task, start)
        if not isinstance(run, xr.Dataset) or "fitness" not in run or run["fitness"].ndim:
            raise TypeError(
                f"{type(optimizee).__name__}.run returned {_what(run)}; expected an xarray.Dataset with a variable "
                "`fitness` without dimensions"
            )
        run["fitness"].attrs = FITNESS | run["fitness"].attrs
        wall_time_s += run.attrs.get("wall_time_s", time.monotonic() - began)
        found.append(run)
    together = xr.concat(found, dim="seed", join="outer", combine_attrs="override") if n_runs > 1 else found[0]
    return together.assign_attrs(task=task, wall_time_s=round(wall_time_s, 2))


def _what(run: object) -> str:
    if not isinstance(run, xr.Dataset):
        return f"a {type(run).__name__}"
    return f"a dataset with {', '.join(map(str, run.data_vars)) or 'nothing'}"


def isolated(work: Callable[[], None], time_limit_s: int, log: Path) -> str:
    """Does `work` in a child process; returns why it failed, or nothing.

    An exception, the end of the time limit, or a signal (a crash, no memory) ends the child only. The limit is one of
    processor time, so that what else the machine does changes no result. The system's own timer ends the child, even
    inside compiled code, and it ends with its parent, so that no process is left over.
    """
    gc.freeze()  # the child neither collects nor copies what was imported before: an eighth of what starting it costs
    child = multiprocessing.get_context("fork").Process(target=_guarded, args=(work, time_limit_s, log, os.getpid()))
    child.start()
    gc.unfreeze()
    child.join()
    if child.exitcode == 0:
        return ""
    if child.exitcode == -signal.SIGPROF:
        why = f"it exceeded its time limit of {time_limit_s} s of processor time"
    elif child.exitcode == -signal.SIGALRM:
        why = f"it went on for {PATIENCE} times its time limit of {time_limit_s} s, mostly waiting"
    elif child.exitcode is not None and child.exitcode < 0:
        why = f"it was ended by {signal.Signals(-child.exitcode).name}"
    else:
        why = (log.read_text().strip().splitlines() or ["it ended without a message"])[-1]
    return f"{why}; see {log}"


def _guarded(work: Callable[[], None], time_limit_s: int, log: Path, parent: int) -> None:
    _end_with_parent(parent)
    for timer in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(timer, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, time_limit_s)
    signal.alarm(PATIENCE * time_limit_s)
    try:
        work()
    except Exception:
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "a") as file:
            traceback.print_exc(file=file)
        os._exit(1)
    os._exit(0)


def _end_with_parent(parent: int) -> None:
    """Linux ends this process when its parent ends; elsewhere the time limit has to."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def outcome_of(card: Mapping[str, object]) -> Outcome:
    """The outcome on the card of an individual."""
    fitness = card["fitness"]
    return Outcome(np.nan if fitness is None else float(str(fitness)), str(card.get("failure", "")))
