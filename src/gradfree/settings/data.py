"""Configuration of the data."""

from __future__ import annotations

from gradfree.settings.base import Block, PositiveInt


class Letters(Block):
    """Sizes of the rendered letters (thesis part 1: 60 000 and 10 000)."""

    n_train: PositiveInt
    n_test: PositiveInt


class Data(Block):
    """Where the user's own files are, and sizes."""

    folder: str
    """Your own copies of the four MNIST files, used first."""
    notmnist_folder: str | None
    """The extracted notMNIST, folders A to J; null draws letters from open fonts."""
    letters: Letters
