"""What the image tasks share: 28 x 28 gray images with labels, in a training and a test set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradfree.tasks import idx

FILES = {  # field of ImageSet: file name, as LeCun, Cortes and Burges published them
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
SIZE = 28  # pixels per side


class Pixels:
    """Gray values (n, 28, 28), kept as bytes; blocks become float32 in [0, 1] when one of their images is looked at.

    A training looks at some thousands of 70,000 images; to convert them all takes half a second and 190 MB.
    """

    BLOCK = 1000

    def __init__(self, gray: NDArray[np.uint8]) -> None:
        self.gray = gray
        self._values = np.empty(gray.shape, np.float32)  # the system gives memory where it is written to
        self._converted = np.zeros(-(-len(gray) // self.BLOCK), bool)

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, 28, 28)."""
        return self.gray.shape

    def __len__(self) -> int:
        return len(self.gray)

    def __getitem__(self, chosen: Any) -> NDArray[np.float32]:
        blocks = np.unique(np.arange(len(self))[chosen] // self.BLOCK)
        for block in blocks[~self._converted[blocks]]:
            images = slice(block * self.BLOCK, (block + 1) * self.BLOCK)
            np.divide(self.gray[images], np.float32(255), out=self._values[images])
            self._converted[block] = True
        return self._values[chosen]


Images = Pixels | NDArray[np.float32]


def subset(images: Images, chosen: slice) -> Images:
    """Some of the images; bytes stay bytes."""
    return Pixels(images.gray[chosen]) if isinstance(images, Pixels) else images[chosen]


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images (n, 28, 28) float32 in [0, 1], bright on dark; labels (n,) int64 in 0..9; `details` tell the origin."""

    train_images: Images
    train_labels: np.ndarray
    test_images: Images
    test_labels: np.ndarray
    name: str
    details: Mapping[str, Any] = field(default_factory=dict)


def from_pixels(arrays: Mapping[str, np.ndarray], name: str, details: Mapping[str, Any] | None = None) -> ImageSet:
    """An ImageSet from uint8 arrays named as its fields: pixels are divided by 255, nothing else."""
    for part in ("train", "test"):
        images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
        if images.shape != (len(labels), SIZE, SIZE):
            raise ValueError(f"{name}, {part} images: expected ({len(labels)}, {SIZE}, {SIZE}), found {images.shape}")
    return ImageSet(
        train_images=Pixels(arrays["train_images"]),
        train_labels=arrays["train_labels"].astype(np.int64),
        test_images=Pixels(arrays["test_images"]),
        test_labels=arrays["test_labels"].astype(np.int64),
        name=name,
        details=details or {},
    )


def to_idx(images: ImageSet) -> dict[str, bytes]:
    """IDX file contents by file name; the inverse of `from_idx`, to the bit."""
    arrays = {
        "train_images": np.rint(images.train_images[:] * 255).astype(np.uint8),
        "train_labels": images.train_labels.astype(np.uint8),
        "test_images": np.rint(images.test_images[:] * 255).astype(np.uint8),
        "test_labels": images.test_labels.astype(np.uint8),
    }
    return {FILES[name]: idx.encode(array) for name, array in arrays.items()}


def from_idx(contents: Mapping[str, bytes], name: str, details: Mapping[str, Any] | None = None) -> ImageSet:
    """An ImageSet from IDX file contents by file name. Raises ValueError if they are no images with labels."""
    return from_pixels({key: idx.decode(contents[file]) for key, file in FILES.items()}, name, details)
