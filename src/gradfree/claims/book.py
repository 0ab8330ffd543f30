"""The book of one scale: ledger, gallery and timing table on one self-contained page."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).with_name("book.html.j2")


@dataclass(frozen=True)
class Time:
    """What the jobs of one setting cost together; `peak_memory_mb` and `longest_s` of the largest job.

    `run_s` of `wall_s` was spent in the runs themselves, by their own clocks: the rest is overhead, which is to start
    a process, load libraries, read inputs and store results.
    """

    name: str
    jobs: int
    wall_s: float
    run_s: float
    processor_s: float
    longest_s: float
    peak_memory_mb: float

    @property
    def overhead_percent(self) -> float:
        """Share of the jobs' wall time that was not spent in runs."""
        return 100 * (1 - self.run_s / self.wall_s) if self.wall_s else 0.0


def read_times(files: Iterable[Path | str], root: Path | str, depth: int | None = None) -> list[Time]:
    """Sums of Snakemake's benchmark files (JSON lines) below `root`, by folders above those of seeds, at most `depth`.

    The store of a run has the same name in the folder above `root`; one without a clock, as of an individual that did
    not have to be run, is overhead as a whole.
    """
    root, groups = Path(root), defaultdict(list)
    for file in map(Path, files):
        place = file.relative_to(root)
        folders = takewhile(lambda part: not part.startswith("seed-"), place.parent.parts)
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        groups["/".join([*folders][:depth])].append((rows, _run_s(root.parent / place.with_suffix(".zarr"))))
    return [_time(name, jobs) for name, jobs in sorted(groups.items())]


def _run_s(run: Path) -> float:
    """What the clock of a run says (Zarr v3 keeps attributes in `zarr.json`)."""
    described: dict[str, Any] = json.loads((run / "zarr.json").read_text())
    return float(described["attributes"].get("wall_time_s", 0.0))


def _time(name: str, jobs: list[tuple[list[dict[str, Any]], float]]) -> Time:
    rows = [row for of_job, _ in jobs for row in of_job]

    def numbers(key: str) -> list[float]:
        return [float(row[key]) for row in rows if row.get(key) not in (None, "-", "NA")] or [0.0]

    wall, run_s = numbers("s"), sum(clock for _, clock in jobs)
    return Time(name, len(rows), sum(wall), run_s, sum(numbers("cpu_time")), max(wall), max(numbers("max_rss")))


def together(times: list[Time]) -> Time:
    """All of them as one."""
    sums = [sum(getattr(time, key) for time in times) for key in ("jobs", "wall_s", "run_s", "processor_s")]
    return Time("all", *sums, *(max(getattr(time, key) for time in times) for key in ("longest_s", "peak_memory_mb")))


def times_to_markdown(times: list[Time]) -> str:
    """The timing table."""
    columns = ["runs", "jobs", "wall, s", "overhead, %", "processor, s", "longest job, s", "peak memory, MB"]
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    lines += [
        f"| {t.name} | {t.jobs} | {t.wall_s:.0f} | {t.overhead_percent:.0f} | {t.processor_s:.0f} | {t.longest_s:.0f} "
        f"| {t.peak_memory_mb:.0f} |"
        for t in [*times, together(times)]
    ]
    return "\n".join(lines) + "\n"


def page(
    rows: list[dict[str, Any]],
    facts: Mapping[str, Any],
    captions: Mapping[str, str],
    figures: Path | str,
    times: list[Time],
) -> str:
    """One HTML page with its pictures inside; captions by figure name such as `cnn/test_error`."""
    from jinja2 import Environment

    shown = [
        {"name": name, "caption": caption, "data": _data_url(Path(figures) / f"{name}.png")}
        for name, caption in captions.items()
    ]
    template = Environment(autoescape=True).from_string(TEMPLATE.read_text())
    return template.render(facts=facts, claims=rows, figures=shown, times=times)


def _data_url(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
