"""What a training of the readout is given: reservoir spikes of disjoint sets of images, with labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gradfree.experiments import reservoir_spikes
from gradfree.models.readout import Spikes, concatenate
from gradfree.settings.reservoir import PARTS


@dataclass(frozen=True, eq=False)
class Part:
    """Images of one set: their reservoir spikes and labels (image,)."""

    spikes: Spikes
    labels: NDArray[np.integer]

    def of_classes(self, n_classes: int) -> Part:
        """The images of digits 0 to n - 1. Raises ValueError if one of the digits has none."""
        kept = np.flatnonzero(self.labels < n_classes)
        missing = sorted(set(range(n_classes)) - set(self.labels[kept].tolist()))
        if missing:
            raise ValueError(f"no images of digits {missing}: expected some of each of the {n_classes} classes")
        return Part(self.spikes.take(kept), self.labels[kept])


def drawn_apart(parts: Sequence[Part], per_class: int, rng: np.random.Generator) -> tuple[Part, Part]:
    """Images of several sets as two new ones: the second has so many of each class, drawn at random.

    Raises ValueError if that leaves a class without images in the first.
    """
    spikes, labels = concatenate([part.spikes for part in parts]), np.concatenate([part.labels for part in parts])
    if (fewest := int(np.bincount(labels).min())) <= per_class:
        raise ValueError(f"held_out: expected less than the {fewest} images of a digit, found {per_class}")
    shuffled = [rng.permutation(np.flatnonzero(labels == digit)) for digit in np.unique(labels)]
    first, second = (
        np.sort(np.concatenate([own[some] for own in shuffled])) for some in (slice(per_class, None), slice(per_class))
    )
    return Part(spikes.take(first), labels[first]), Part(spikes.take(second), labels[second])


@dataclass(frozen=True, eq=False)
class Data:
    """Images to train on, to choose by, and to report."""

    train: Part
    validation: Part
    test: Part

    def of_classes(self, n_classes: int) -> Data:
        """The images of digits 0 to n - 1 of each set."""
        return Data(*(part.of_classes(n_classes) for part in self.parts()))

    def parts(self) -> Iterator[Part]:
        """The three sets in their order."""
        yield from (self.train, self.validation, self.test)


def images_of_generation(
    rng_of_pass: np.random.Generator, labels: NDArray[np.integer], per_class: int, step: int
) -> NDArray[np.intp]:
    """Places of the images that step number `step` of a pass through the training set shows, classes in turn.

    rng_of_pass: the same generator for all steps of a pass; it shuffles each class once.
    """
    places = []
    for digit in np.unique(labels):
        own = rng_of_pass.permutation(np.flatnonzero(labels == digit))
        places.append(own[step * per_class : (step + 1) * per_class])
    return np.concatenate(places)


def steps_per_pass(labels: NDArray[np.integer], per_class: int) -> int:
    """Generations until every class has been shown as often as its images allow; at least one.

    Raises ValueError if a class has fewer images than a generation shows.
    """
    fewest = int(np.bincount(labels).min())
    if fewest < per_class:
        raise ValueError(f"images_per_class {per_class} exceeds the {fewest} training images of a digit; show fewer")
    return fewest // per_class


def load(stores: Sequence[Path | str], n_classes: int) -> Data:
    """The spikes of digits 0 to n - 1 in some chunks, by part."""
    return Data(*(Part(*part) for part in reservoir_spikes.load(stores, range(n_classes), PARTS)))
