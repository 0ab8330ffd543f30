"""A moving picture of a colony early and late in evolution, drawn from a recorded trial."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import matplotlib
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SCALE = 6  # pixels per patch
FRAME_MS = 80
GROUND, NEST, FOOD, ANT, TEXT = (3, 5, 26), (139, 86, 60), (56, 193, 114), (255, 80, 60), (230, 230, 230)


def frames(film: xr.Dataset) -> list[Image.Image]:
    """One picture per recorded pheromone map: the first generation on the left, the last on the right."""
    return [_frame(film, snapshot) for snapshot in range(film.sizes["snapshot"])]


def _frame(film: xr.Dataset, snapshot: int) -> Image.Image:
    sides = [_side(film.isel(generation=place), snapshot) for place in (0, -1)]
    width, height = sides[0].size
    whole = Image.new("RGB", (2 * width + SCALE, height), TEXT)
    for place, side in enumerate(sides):
        whole.paste(side, (place * (width + SCALE), 0))
    return whole


def _side(part: xr.Dataset, snapshot: int) -> Image.Image:
    rows, columns = np.nonzero(part["wall"].values)
    top, left = rows.max(), columns.min()
    box = slice(rows.min(), top + 1), slice(left, columns.max() + 1)
    tick = int(part["snapshot"][snapshot])
    colors = _colors(part["pheromone"][snapshot].values[box])
    colors[part["nest"].values[box] > 0] = NEST
    colors[food_at(part, tick)[box] > 0] = FOOD
    size = colors.shape[1] * SCALE, colors.shape[0] * SCALE
    picture = Image.fromarray(colors[::-1]).resize(size, Image.Resampling.NEAREST)
    pen = ImageDraw.Draw(picture)
    for x, y in zip(part["x"][tick].values, part["y"][tick].values, strict=True):
        if np.isfinite(x):
            column, row = (x - left + 0.5) * SCALE, (top - y + 0.5) * SCALE
            pen.ellipse([column - 3, row - 3, column + 3, row + 3], fill=ANT, outline=TEXT)
    home = int(_returned(part)[: tick + 1].sum())
    pen.text((4, 3), f"generation {int(part['generation'])}   tick {tick}   home {home}", fill=TEXT)
    return picture


def _colors(field: NDArray) -> NDArray[np.uint8]:
    """Pheromone as colors, logarithmic from 0.1 to 1000 units (y, x, 3)."""
    share = np.clip((np.log10(np.maximum(np.nan_to_num(field), 1e-9)) + 1) / 4, 0, 1)
    colors = (255 * matplotlib.colormaps["cividis"](share)[..., :3]).astype(np.uint8)
    colors[share == 0] = GROUND
    return colors


def _returned(part: xr.Dataset) -> NDArray[np.int64]:
    """Units brought home in each tick (tick,)."""
    bit = [str(name) for name in part["action"].values].index("returned")
    return ((part["actions"].values >> bit) & 1).sum(axis=1)


def food_at(part: xr.Dataset, tick: int) -> NDArray[np.int64]:
    """Food on the ground at the end of a tick (y, x)."""
    left = part["food"].values.astype(np.int64).copy()
    bit = [str(name) for name in part["action"].values].index("picked_up")
    for when, ant in np.argwhere((part["actions"].values[: tick + 1] >> bit) & 1):
        place = max(when - 1, 0)  # food changes hands before ants move
        left[int(np.floor(part["y"].values[place, ant] + 0.5)), int(np.floor(part["x"].values[place, ant] + 0.5))] -= 1
    return left


def save_gif(pictures: list[Image.Image], path: Path | str) -> None:
    """An endless GIF."""
    first, *rest = [picture.quantize(64, dither=Image.Dither.NONE) for picture in pictures]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    first.save(path, save_all=True, append_images=rest, duration=FRAME_MS, loop=0, optimize=False)


def save_mp4(pictures: list[Image.Image], path: Path | str) -> bool:
    """An MP4, if ffmpeg is installed; returns whether."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        for number, picture in enumerate(pictures):
            picture.save(f"{folder}/{number:05d}.png")
        rate = str(1000 / FRAME_MS)
        even = "pad=ceil(iw/2)*2:ceil(ih/2)*2"
        command = [ffmpeg, "-y", "-loglevel", "error", "-framerate", rate, "-i", f"{folder}/%05d.png", "-vf", even]
        subprocess.run([*command, "-pix_fmt", "yuv420p", str(path)], check=True)
    return True
