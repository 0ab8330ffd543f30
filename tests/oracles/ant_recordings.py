"""Recorded spikes of an evolved ant, which are not part of this repository."""

import os
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(os.environ.get("GRADFREE_ORACLES", Path(__file__).parents[3] / "shared" / "oracles"))
CHAMPION = FOLDER / "ants" / "champion_full_gen1600_ind30.npz"


def champion() -> dict[str, np.ndarray]:
    """Genome and spikes of individual 30 of generation 1600 (README beside the file). Skips the test without it."""
    if not CHAMPION.is_file():
        pytest.skip(f"{CHAMPION} does not exist; set GRADFREE_ORACLES to the folder that holds ants/{CHAMPION.name}")
    with np.load(CHAMPION) as file:
        return dict(file)
