"""One training run as a node of the workflow: its named randomness, log, checkpoints, and place in the store."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from gradfree import provenance, store
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.progress import Progress
from gradfree.randomness import Stream


@dataclass(frozen=True)
class Node:
    """What every run of an experiment has, whatever it computes."""

    stream: Stream
    config: dict[str, Any]
    seed: int
    checkpoints: Checkpoints
    log: Path
    run: Path
    card: Path
    started: float

    @classmethod
    def of(cls, job: Any, *name: str) -> Node:
        """The node of a job with params root_seed, config, code, checkpoints; wildcard seed; outputs run, card;
        resource checkpoint_every_s, which is no parameter because it does not change results.

        `name` says what the run is for; with the seed it names the randomness.
        """
        provenance.commit()  # remembered now: the working tree may move on while a long run computes
        seed = int(job.wildcards.seed)
        key = json.dumps([job.params.config, job.params.root_seed, job.params.code], sort_keys=True)
        return cls(
            stream=Stream(job.params.root_seed, name).child("seed", seed),
            config=dict(job.params.config),
            seed=seed,
            checkpoints=Checkpoints(
                job.params.checkpoints, hashlib.sha256(key.encode()).hexdigest()[:16], job.resources.checkpoint_every_s
            ),
            log=Path(job.log[0]),
            run=Path(job.output.run),
            card=Path(job.output.card),
            started=time.monotonic(),
        )

    def progress(self, total: int, unit: str = "iteration") -> Progress:
        """The log of this run."""
        return Progress(self.log, total, unit)

    def save(self, dataset: xr.Dataset, **facts: Any) -> None:
        """Stores the run with its provenance and `facts` on its card, then drops its checkpoints."""
        dataset.attrs.update(provenance.attributes(self.config, self.seed))
        dataset.attrs["wall_time_s"] = round(time.monotonic() - self.started, 1)
        store.save(dataset, self.run, self.card, **facts)
        self.checkpoints.clear()
