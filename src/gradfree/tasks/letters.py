"""Letters A to J of many fonts, 28 x 28 pixels: the user's copy of notMNIST, or a set like it drawn from open fonts.

notMNIST (Bulatov 2011) may not be passed on, so the set that everybody can make is drawn here, in the same number and
format. Its test letters come from font families that no training letter comes from.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradfree.store import write_whole
from gradfree.tasks import downloads, idx
from gradfree.tasks.images import FILES, SIZE, ImageSet, from_idx, from_pixels, to_idx

LETTERS = "ABCDEFGHIJ"
RECORD = "letters.json"
WEIGHTS = (300, 400, 600, 800)  # of variable fonts, as far as a font has them
FONT_PX = 128  # size at which a font is drawn before its letters are scaled to one size
SCALE_UP = 2  # masks are kept and warped at twice the resolution, then averaged: smooth edges
LETTER_PX = 22  # longer side of an upright letter, in pixels of the final image

# Ranges of the uniform variation of every image.
SCALE = (0.82, 1.12)
ROTATION_RAD = 0.17  # about 10 degrees to either side
SHEAR = 0.15
OFFSET_PX = 1.5


@dataclass(frozen=True)
class Face:
    """One style and weight of a family; `masks` (10, 56, 56) uint8 show A to J, centered, bright on dark."""

    family: str
    masks: np.ndarray


class Unusable(ValueError):
    """A font file that letters cannot be drawn with."""


def render(fonts: Path, seed: int, n_train: int = 60_000, n_test: int = 10_000, test_share: float = 0.2) -> ImageSet:
    """Draws balanced sets from the fonts in `fonts`: the wheels of downloads.fetch_fonts, or any .ttf and .otf files.

    `test_share` of the families is set aside for the test set. Same fonts, seed and numbers give the same pixels.
    Raises ValueError with fewer than two usable families, and what downloads.checked_fonts raises.
    """
    rng = np.random.default_rng(seed)
    faces, excluded = read_faces(fonts)
    train_families, test_families = split_families(sorted({face.family for face in faces}), test_share, rng)
    train = draw([face for face in faces if face.family in train_families], n_train, rng)
    test = draw([face for face in faces if face.family in test_families], n_test, rng)
    details = {
        "source": "drawn from openly licensed fonts",
        "seed": seed,
        "families": {"train": train_families, "test": test_families},
        "faces": len(faces),
        "excluded_fonts": excluded,
        "packages": _packages(fonts),
    }
    return _image_set(train, test, "rendered letters", details)


def read_faces(fonts: Path) -> tuple[list[Face], dict[str, str]]:
    """All usable faces in `fonts`, and the reason for each font file that is none, by file name."""
    faces: list[Face] = []
    excluded = {}
    for name, content in _font_files(fonts):
        try:
            faces.extend(list(_faces(content)))  # all faces of a file or none
        except (Unusable, OSError) as error:  # OSError: FreeType cannot read it
            excluded[name] = str(error)
    return faces, excluded


def _font_files(fonts: Path) -> Iterator[tuple[str, bytes]]:
    wheels = downloads.checked_fonts(fonts) if any(fonts.glob("*.whl")) else []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith((".ttf", ".otf")):
                    yield name, archive.read(name)
    for path in sorted(fonts.iterdir()):
        if path.suffix in (".ttf", ".otf"):
            yield path.name, path.read_bytes()


def _faces(content: bytes) -> Iterator[Face]:
    """The faces of one font file: one, or for a variable font one per weight."""
    from fontTools.ttLib import TTFont, TTLibError
    from PIL import ImageFont

    try:
        tables = TTFont(io.BytesIO(content), lazy=True)
        characters = tables.getBestCmap() or {}
        family = tables["name"].getBestFamilyName()
        axes = tables["fvar"].axes if "fvar" in tables else []
    except (TTLibError, KeyError) as error:
        raise Unusable(f"not a readable font: {error}") from error
    lacking = [letter for letter in LETTERS if ord(letter) not in characters]
    if lacking or not family:
        raise Unusable(f"no {', '.join(lacking)}" if lacking else "no family name")
    for setting in _weight_settings(axes):
        font = ImageFont.truetype(io.BytesIO(content), FONT_PX, layout_engine=ImageFont.Layout.BASIC)
        if setting:
            font.set_variation_by_axes(setting)
        yield Face(family, _distinct(np.stack([_mask(font, letter) for letter in LETTERS])))


def _weight_settings(axes: Sequence[Any]) -> list[list[float]]:
    """Axis values per face; a single empty list for a font without a weight axis."""
    ranges = [(axis.minValue, axis.maxValue) for axis in axes if axis.axisTag == "wght"]
    if not ranges:
        return [[]]
    weights = sorted({min(max(weight, ranges[0][0]), ranges[0][1]) for weight in WEIGHTS})
    return [[weight if axis.axisTag == "wght" else axis.defaultValue for axis in axes] for weight in weights]


def _mask(font: Any, letter: str) -> np.ndarray:
    """The letter, its longer side LETTER_PX, in the middle of an image of twice the final resolution."""
    from PIL import Image, ImageDraw

    canvas = Image.new("L", (4 * FONT_PX, 4 * FONT_PX))  # ample room for swashes
    ImageDraw.Draw(canvas).text((2 * FONT_PX, 2 * FONT_PX), letter, fill=255, font=font, anchor="ms")
    ink = canvas.getbbox()
    if ink is None:
        raise Unusable(f"nothing to see for {letter}")
    glyph = canvas.crop(ink)
    scale = SCALE_UP * LETTER_PX / max(glyph.size)
    width, height = (max(1, round(side * scale)) for side in glyph.size)
    mask = Image.new("L", (SCALE_UP * SIZE, SCALE_UP * SIZE))
    mask.paste(
        glyph.resize((width, height), Image.Resampling.BOX),
        ((mask.width - width) // 2, (mask.height - height) // 2),
    )
    return np.asarray(mask)


def _distinct(masks: np.ndarray) -> np.ndarray:
    # Symbol fonts map every letter to the same box.
    if (
        len({mask.tobytes() for mask in masks}) < len(LETTERS)
        or (masks.reshape(len(masks), -1).max(axis=1) < 128).any()
    ):
        raise Unusable("its letters are empty or look alike")
    return masks


def split_families(families: Sequence[str], test_share: float, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """A random split into training and test families, both sorted, at least one each. Raises ValueError for < 2."""
    if len(families) < 2:
        raise ValueError(
            "letters need at least two usable font families, one of them for the test set, "
            f"but found {list(families)}: check the fonts folder"
        )
    n_test = min(max(1, round(test_share * len(families))), len(families) - 1)
    order = rng.permutation(len(families))
    return sorted(families[i] for i in order[n_test:]), sorted(families[i] for i in order[:n_test])


def draw(faces: Sequence[Face], n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 28, 28) and labels (n,), uint8, in random order; each letter equally often (to one), each family
    equally likely, then each of its faces."""
    from PIL import Image

    families: dict[str, list[Face]] = {}
    for face in faces:
        families.setdefault(face.family, []).append(face)
    groups = [families[name] for name in sorted(families)]
    labels = rng.permutation(np.arange(n) % len(LETTERS)).astype(np.uint8)
    group = rng.integers(len(groups), size=n)
    member = rng.random(n)
    pixels = np.empty((n, SIZE, SIZE), dtype=np.uint8)
    for i, warp in enumerate(_warps(n, rng)):
        candidates = groups[group[i]]
        mask = Image.fromarray(candidates[int(member[i] * len(candidates))].masks[labels[i]])
        warped = mask.transform(mask.size, Image.Transform.AFFINE, warp, Image.Resampling.BILINEAR)
        pixels[i] = np.asarray(warped.reduce(SCALE_UP))
    return pixels, labels


def _warps(n: int, rng: np.random.Generator) -> list[list[float]]:
    """For each image the map from its pixels to those of the mask: rows of the matrix, as PIL wants them."""
    scale = rng.uniform(*SCALE, n)
    angle = rng.uniform(-ROTATION_RAD, ROTATION_RAD, n)
    shear = rng.uniform(-SHEAR, SHEAR, n)
    offset = SCALE_UP * rng.uniform(-OFFSET_PX, OFFSET_PX, (n, 2))
    cos, sin = np.cos(angle), np.sin(angle)
    forward = np.stack([cos, shear * cos - sin, sin, shear * sin + cos], axis=1).reshape(n, 2, 2) * scale[:, None, None]
    inverse = np.linalg.inv(forward)
    center = SCALE_UP * SIZE / 2
    start = center - np.einsum("nij,nj->ni", inverse, center + offset)
    return np.concatenate([inverse, start[:, :, None]], axis=2).reshape(n, 6).tolist()


def _packages(fonts: Path) -> list[dict[str, str]]:
    """Name, version, SHA-256 and license of the wheels in `fonts`."""
    found = []
    for wheel in sorted(fonts.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            lines = archive.read(metadata).decode().split("\n\n", 1)[0].splitlines()
        header = dict(line.split(": ", 1) for line in lines if ": " in line)
        package = {"name": header["Name"], "version": header["Version"], "license": header["License-Expression"]}
        found.append(package | {"sha256": idx.sha256(wheel.read_bytes())})
    return found


def read_notmnist(folder: Path, seed: int, n_train: int = 60_000, n_test: int = 10_000) -> ImageSet:
    """A seeded random choice and split of the user's notMNIST: subfolders A to J with 28 x 28 gray PNG files.

    Files that are no such image are skipped and counted in `details["broken_files"]` (the published set has a few).
    Raises downloads.DataUnavailable if `folder` has not enough of them.
    """
    paths = sorted(path for letter in LETTERS for path in (folder / letter).glob("*.png"))
    rng = np.random.default_rng(seed)
    pixels: list[np.ndarray] = []
    labels: list[int] = []
    broken = 0
    for i in rng.permutation(len(paths)):
        if len(pixels) == n_train + n_test:
            break
        image = _read_png(paths[i])
        if image is None:
            broken += 1
            continue
        pixels.append(image)
        labels.append(LETTERS.index(paths[i].parent.name))
    if len(pixels) < n_train + n_test:
        raise downloads.DataUnavailable(
            f"{folder} (configuration key `data.notmnist_folder`) has {len(pixels)} readable 28 x 28 PNG files in its "
            f"subfolders A to J, and {broken} broken ones; expected at least {n_train + n_test}. Let the key name the "
            "extracted notMNIST_large, or remove the key to draw letters from open fonts instead."
        )
    images, classes = np.stack(pixels), np.array(labels, dtype=np.uint8)
    details = {"source": "the user's copy of notMNIST", "seed": seed, "broken_files": broken}
    return _image_set((images[:n_train], classes[:n_train]), (images[n_train:], classes[n_train:]), "notMNIST", details)


def _read_png(path: Path) -> np.ndarray | None:
    from PIL import Image

    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("L"))
    except (OSError, SyntaxError):  # PIL raises SyntaxError for some broken PNG files
        return None
    return pixels if pixels.shape == (SIZE, SIZE) else None


Part = tuple[np.ndarray, np.ndarray]  # images, labels


def _image_set(train: Part, test: Part, name: str, details: dict[str, Any]) -> ImageSet:
    counts = {
        part: dict(sorted(Counter(LETTERS[label] for label in labels).items()))
        for part, (_, labels) in (("train", train), ("test", test))
    }
    arrays = {"train_images": train[0], "train_labels": train[1], "test_images": test[0], "test_labels": test[1]}
    return from_pixels(arrays, name, details | {"counts": counts})


def write(images: ImageSet, folder: Path) -> None:
    """Four IDX files and `letters.json`, which holds the name, the details and the SHA-256 of each file."""
    contents = to_idx(images)
    for name, content in contents.items():
        write_whole(folder / name, content)
    record = {"name": images.name, **images.details, "sha256": {file: idx.sha256(c) for file, c in contents.items()}}
    write_whole(folder / RECORD, (json.dumps(record, indent=1) + "\n").encode())


def load(folder: Path) -> ImageSet:
    """Letters that `write` stored. Raises FileNotFoundError or idx.WrongChecksum for a missing or altered file."""
    remedy = f"Delete {folder} and run `snakemake --forcerun letters`."
    if not (folder / RECORD).is_file():
        raise FileNotFoundError(f"{folder / RECORD} does not exist. {remedy}")
    record = json.loads((folder / RECORD).read_text())
    name, sums = record.pop("name"), record.pop("sha256")
    return from_idx(
        {file: idx.read_checked(folder / file, sums[file], remedy) for file in FILES.values()}, name, record
    )
