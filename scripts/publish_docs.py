"""Copies ledger, times and thumbnails of a scale to docs/ and into the README: `publish_docs.py laptop`."""

import json
import shutil
import sys
from pathlib import Path

from PIL import Image

from gradfree import config, store
from gradfree.claims import book, readme

SHOWN = 4  # figures of each chapter in the README; the rest are a page away

scale = sys.argv[1]
source, target = Path("results") / scale, Path("docs") / scale
target.mkdir(parents=True, exist_ok=True)
for name in ("claims.md", "claims.json", "times.md"):
    shutil.copy(source / "book" / name, target / name)
figures = {name: list(chapter.figures.model_dump()) for name, chapter in config.read(".", scale).chapters().items()}
names = [f"{chapter}_{figure}" for chapter, shown in figures.items() for figure in shown]
captions = {name: Path(f"workflow/report/{name}.rst").read_text() for name in names}
for name in names:
    with Image.open(source / "figures" / f"{name.replace('_', '/', 1)}.png") as image:
        image.thumbnail((800, 800))
        image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(target / f"{name}.png", optimize=True)
store.write_whole(target / "gallery.md", f"# Figures at scale {scale}\n\n{readme.gallery(names, captions, '.')}\n")
first = [f"{chapter}_{figure}" for chapter, shown in figures.items() for figure in shown[:SHOWN]]
benchmarks = source / "benchmarks"
runs = [  # what an earlier configuration ran may lie there too
    file
    for file in sorted(benchmarks.glob("**/*.jsonl"))
    if (source / file.relative_to(benchmarks)).with_suffix(".zarr").exists()
]
times = book.read_times(runs, benchmarks, depth=2)
parts = {
    "ledger": readme.ledger(json.loads((target / "claims.json").read_text()), scale),
    "gallery": readme.gallery(first, captions, f"docs/{scale}"),
    "times": book.times_to_markdown(times).rstrip(),
}
store.write_whole("README.md", readme.fill(Path("README.md").read_text(), parts))
