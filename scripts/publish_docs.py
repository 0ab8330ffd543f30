"""Copies ledger, times and thumbnails of a scale's book to docs/, for the README: `publish_docs.py laptop`."""

import shutil
import sys
from pathlib import Path

from PIL import Image

scale = sys.argv[1]
source, target = Path("results") / scale, Path("docs") / scale
target.mkdir(parents=True, exist_ok=True)
for name in ("claims.md", "claims.json", "times.md"):
    shutil.copy(source / "book" / name, target / name)
for picture in sorted((source / "figures").glob("*/*.png")):
    with Image.open(picture) as image:
        text = {key: image.info[key] for key in ("Description",) if key in image.info}
        image.thumbnail((640, 640))
        thumbnail = target / f"{picture.parent.name}_{picture.name}"
        image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(thumbnail, optimize=True)
    print(thumbnail, *text.values())
