"""What the image tasks share: 28 x 28 gray images with labels, in a training and a test set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradfree.tasks import idx

FILES = {  # field of ImageSet: file name, as LeCun, Cortes and Burges published them
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
SIZE = 28  # pixels per side


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images (n, 28, 28) float32 in [0, 1], bright on dark; labels (n,) int64 in 0..9; `details` tell the origin."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
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
        train_images=arrays["train_images"].astype(np.float32) / np.float32(255),
        train_labels=arrays["train_labels"].astype(np.int64),
        test_images=arrays["test_images"].astype(np.float32) / np.float32(255),
        test_labels=arrays["test_labels"].astype(np.int64),
        name=name,
        details=details or {},
    )


def to_idx(images: ImageSet) -> dict[str, bytes]:
    """IDX file contents by file name; the inverse of `from_idx`, to the bit."""
    arrays = {
        "train_images": np.rint(images.train_images * 255).astype(np.uint8),
        "train_labels": images.train_labels.astype(np.uint8),
        "test_images": np.rint(images.test_images * 255).astype(np.uint8),
        "test_labels": images.test_labels.astype(np.uint8),
    }
    return {FILES[name]: idx.encode(array) for name, array in arrays.items()}


def from_idx(contents: Mapping[str, bytes], name: str, details: Mapping[str, Any] | None = None) -> ImageSet:
    """An ImageSet from IDX file contents by file name. Raises ValueError if they are no images with labels."""
    return from_pixels({key: idx.decode(contents[file]) for key, file in FILES.items()}, name, details)
