"""The claims ledger: each published sentence with its number, ours, the rule that decides, and the verdict.

A claim is a function of the summaries; its docstring is the rule, written before looking at results.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import xarray as xr

from gradfree.analysis.statistics import Estimate

VerdictName = Literal["reproduced", "partly", "not reproduced", "not testable at this scale"]
NOT_TESTABLE: VerdictName = "not testable at this scale"
Summaries = Mapping[str, xr.Dataset]


@dataclass(frozen=True)
class Verdict:
    """What was measured (with interval and number of seeds), and what the rule says to it."""

    verdict: VerdictName
    ours: str
    n_seeds: int


@dataclass(frozen=True)
class Claim:
    """One row of the ledger before it is judged."""

    id: str
    source: str
    sentence: str
    published: str
    figure: str
    rule: str
    judge: Callable[[Summaries], Verdict]

    @property
    def chapter(self) -> str:
        """The chapter whose summaries it judges: that of its figure."""
        return self.figure.partition("/")[0]


CLAIMS: dict[str, Claim] = {}


def by_interval(found: Estimate, bound: float = 0.0) -> VerdictName:
    """Reproduced if the interval lies above the bound, partly if only the mean does."""
    return "reproduced" if found.low > bound else "partly" if found.mean > bound else "not reproduced"


def by_count(holds: Iterable[bool]) -> VerdictName:
    """Reproduced if all hold, partly if some do."""
    hold = [bool(each) for each in holds]
    return "reproduced" if all(hold) else "partly" if any(hold) else "not reproduced"


def claim(
    id: str, *, source: str, sentence: str, published: str, figure: str
) -> Callable[[Callable[[Summaries], Verdict]], Callable[[Summaries], Verdict]]:
    """Registers a judging function; `figure` is the path of the figure that shows it, below the folder of figures."""

    def register(judge: Callable[[Summaries], Verdict]) -> Callable[[Summaries], Verdict]:
        rule = " ".join((inspect.getdoc(judge) or "").split())
        if not rule:
            raise ValueError(f"claim {id!r} has no rule: write it into the docstring of {judge.__name__}")
        if id in CLAIMS:
            raise ValueError(f"two claims have the id {id!r}: {CLAIMS[id].judge.__name__} and {judge.__name__}")
        CLAIMS[id] = Claim(id, source, sentence, published, figure, rule, judge)
        return judge

    return register


def judge_chapter(chapter: str, summaries: Summaries, testable: bool = True) -> list[dict[str, Any]]:
    """Rows of one chapter in the order in which its claims were registered, ready for JSON.

    Where the scale is too small to carry a verdict, `testable` is False and every row says so beside its number.
    """
    rows = []
    for found in (each for each in CLAIMS.values() if each.chapter == chapter):
        row = asdict(found)
        del row["judge"]
        rows.append(row | asdict(found.judge(summaries)) | ({} if testable else {"verdict": NOT_TESTABLE}))
    return rows


def to_json(rows: list[dict[str, Any]], facts: Mapping[str, Any]) -> str:
    """The ledger with what it was made from."""
    return json.dumps({"facts": dict(facts), "claims": rows}, indent=1, ensure_ascii=False) + "\n"


def to_markdown(rows: list[dict[str, Any]], facts: Mapping[str, Any]) -> str:
    """The ledger as a table, its rules below."""
    lines = [
        f"# Claims at scale {facts['scale']}",
        "",
        f"Commit {facts['commit']}. Intervals are 95 % over seeds. Generated; do not edit.",
        "",
        "| claim | source | sentence | published | ours | verdict |",
        "|---|---|---|---|---|---|",
    ]
    columns = ("id", "source", "sentence", "published", "ours", "verdict")
    lines += ["| " + " | ".join(_cell(row[key]) for key in columns) + " |" for row in rows]
    lines += ["", "## Rules", ""]
    lines += [f"* **{row['id']}** ({row['figure']}): {row['rule']}" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
