"""Copies ledger, times and thumbnails of a scale to docs/ and into the README: `publish_docs.py laptop`."""

import json
import shutil
import sys
from pathlib import Path

from PIL import Image

from gradfree import store
from gradfree.claims import readme

scale = sys.argv[1]
source, target = Path("results") / scale, Path("docs") / scale
target.mkdir(parents=True, exist_ok=True)
for name in ("claims.md", "claims.json", "times.md"):
    shutil.copy(source / "book" / name, target / name)
captions = {path.stem: path.read_text() for path in sorted(Path("workflow/report").glob("*.rst"))}
for name in captions:
    with Image.open(source / "figures" / f"{name.replace('_', '/', 1)}.png") as image:
        image.thumbnail((800, 800))
        image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(target / f"{name}.png", optimize=True)
ledger = readme.ledger(json.loads((target / "claims.json").read_text()), scale)
parts = {"ledger": ledger, "gallery": readme.gallery(list(captions), captions, f"docs/{scale}")}
parts["times"] = (target / "times.md").read_text().rstrip()
store.write_whole("README.md", readme.fill(Path("README.md").read_text(), parts))
