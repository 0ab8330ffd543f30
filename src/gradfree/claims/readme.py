"""The parts of the README that are generated: ledger, gallery and times between markers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any


def fill(text: str, parts: Mapping[str, str]) -> str:
    """`text` with what stands between `<!-- name -->` and `<!-- /name -->` replaced. Raises KeyError if they lack."""
    for name, content in parts.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if start not in text or end not in text:
            raise KeyError(f"no markers {start.strip()} and {end} in the text")
        before, _, rest = text.partition(start)
        text = f"{before}{start}{content}\n{end}{rest.partition(end)[2]}"
    return text


def ledger(document: Mapping[str, Any], scale: str) -> str:
    """Claims with their verdicts as a Markdown table."""
    lines = ["| claim | published | ours | verdict |", "|---|---|---|---|"]
    lines += [
        f"| **{row['id']}** {row['sentence']} | {row['published']} | {row['ours']} | {row['verdict']} |"
        for row in document["claims"]
    ]
    return "\n".join([*lines, "", f"Scale {scale}, commit {document['facts']['commit'][:10]}."])


def gallery(names: Sequence[str], captions: Mapping[str, str], folder: str) -> str:
    """Thumbnails `folder`/name.png, two in a row, each with the first sentence of its caption."""
    cells = [f'<img src="{folder}/{name}.png" width="400"><br>{_first_sentence(captions[name])}' for name in names]
    pairs = [cells[i : i + 2] for i in range(0, len(cells), 2)]
    rows = ["| " + " | ".join([*pair, ""][:2]) + " |" for pair in pairs]
    return "\n".join(["| | |", "|---|---|", *rows])


def _first_sentence(text: str) -> str:
    # "Fig. 8b" ends no sentence: the next one starts with a capital letter
    return re.split(r"(?<=\.)\s+(?=[A-Z])", text.strip())[0]
