"""The book of one scale: ledger, gallery and timing table on one self-contained page."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).with_name("book.html.j2")


@dataclass(frozen=True)
class Time:
    """What the jobs of one setting cost together; `peak_memory_mb` and `longest_s` of the largest job."""

    name: str
    jobs: int
    wall_s: float
    processor_s: float
    longest_s: float
    peak_memory_mb: float


def read_times(files: Iterable[Path | str], root: Path | str, depth: int | None = None) -> list[Time]:
    """Sums of Snakemake's benchmark files (JSON lines), grouped by the first `depth` folders below `root`, or all."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for file in map(Path, files):
        name = "/".join(file.parent.relative_to(root).parts[:depth])
        groups.setdefault(name, []).extend(json.loads(line) for line in file.read_text().splitlines())
    return [_time(name, rows) for name, rows in sorted(groups.items())]


def _time(name: str, rows: list[dict[str, Any]]) -> Time:
    def numbers(key: str) -> list[float]:
        return [float(row[key]) for row in rows if row.get(key) not in (None, "-", "NA")] or [0.0]

    wall = numbers("s")
    return Time(name, len(rows), sum(wall), sum(numbers("cpu_time")), max(wall), max(numbers("max_rss")))


def times_to_markdown(times: list[Time]) -> str:
    """The timing table."""
    lines = ["| runs | jobs | wall, s | processor, s | longest job, s | peak memory, MB |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {t.name} | {t.jobs} | {t.wall_s:.0f} | {t.processor_s:.0f} | {t.longest_s:.0f} | {t.peak_memory_mb:.0f} |"
        for t in times
    ]
    total = f"| all | {sum(t.jobs for t in times)} | {sum(t.wall_s for t in times):.0f} "
    total += f"| {sum(t.processor_s for t in times):.0f} | {max(t.longest_s for t in times):.0f} "
    return "\n".join([*lines, total + f"| {max(t.peak_memory_mb for t in times):.0f} |"]) + "\n"


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
