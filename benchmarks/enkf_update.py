"""The EnKF update in ensemble space against the published loop over images, and one whole iteration at J = 5000.

    python benchmarks/enkf_update.py --threads 2

Prints times, ratios and the relative difference of the results; the reference runs in the same process, in turn.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from typing import TYPE_CHECKING

from _timing import best_of

if TYPE_CHECKING:
    import numpy as np


def problem(n_members: int, n_images: int, dtype: str) -> tuple[np.ndarray, ...]:
    """Random ensemble, predictions that depend on it, observations and noise covariance."""
    import numpy as np

    rng = np.random.default_rng(0)
    ensemble = (0.1 * rng.standard_normal((n_members, 18050), dtype=np.float32)).astype(dtype)
    directions = rng.standard_normal((18050, n_images * 10), dtype=np.float32).astype(dtype)
    predictions = np.tanh(ensemble @ directions / 10).reshape(n_members, n_images, 10)
    observations = np.eye(10, dtype=dtype)[rng.integers(10, size=n_images)]
    return ensemble, predictions, observations, 0.01 * np.eye(10)


def compare(n_members: int, n_images: int, dtype: str, repeats: int) -> None:
    """Prints the ratio and the difference for one size and precision."""
    import numpy as np
    from published_enkf import published_update

    from gradfree.optimizers import enkf

    arguments = problem(n_members, n_images, dtype)
    expected, found = published_update(*arguments), enkf.update(*arguments)
    difference = np.linalg.norm(found - expected) / np.linalg.norm(expected)
    loop_s, ours_s = best_of(repeats, lambda: published_update(*arguments), lambda: enkf.update(*arguments))
    print(
        f"update J={n_members} B={n_images} {dtype}: published loop {loop_s:.3f} s, ours {ours_s:.3f} s, "
        f"{loop_s / ours_s:.1f} times as fast, relative difference {difference:.1e}"
    )


def one_iteration(n_members: int, n_images: int) -> None:
    """Prints the time of one iteration (forward and update) and the peak memory of the process."""
    import numpy as np

    from gradfree.models import cnn
    from gradfree.optimizers import enkf

    rng = np.random.default_rng(0)
    ensemble = rng.standard_normal((n_members, 18050), dtype=np.float32) * np.float32(0.1)
    images = rng.random((n_images, 28, 28), dtype=np.float32)
    observations = np.eye(10, dtype=np.float32)[rng.integers(10, size=n_images)]
    cnn.forward(ensemble[:2], images)  # compiles
    times = []
    for _ in range(3):
        started = time.perf_counter()
        predictions = cnn.forward(ensemble, images)
        between = time.perf_counter()
        ensemble = enkf.update(ensemble, predictions, observations, 0.01 * np.eye(10))
        times.append((between - started, time.perf_counter() - between))
    forward_s, update_s = min(times, key=sum)
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"iteration J={n_members} B={n_images}: forward {forward_s:.2f} s + update {update_s:.2f} s = "
        f"{forward_s + update_s:.2f} s (published, on a GPU: 10 to 13 s), peak memory {peak_gb:.2f} GB"
    )


def main() -> None:
    """Parses the options; libraries read the number of threads when they are loaded, hence the late imports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"threads": os.cpu_count() or 1, "members": 1000, "images": 64, "repeats": 3}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = str(options.threads)
    print(f"{options.threads} threads")
    one_iteration(5000, options.images)
    compare(options.members, options.images, "float32", options.repeats)
    compare(options.members // 2, options.images, "float64", 1)


if __name__ == "__main__":
    main()
