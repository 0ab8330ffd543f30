"""Speed of the ensemble forward pass of the convolutional network, beside its two references in the same run.

References: a loop over members that loads every member's state dict into one torch module and calls it (the published
way), and this machine's rate of float32 matrix products (numpy, 2048^3). The three are timed in turn, so that whatever
else the machine does meets all of them alike; the best of the repeats counts.

    python benchmarks/cnn_forward.py --members 500 --images 64 --threads 1
"""

import argparse
import os
import resource
import time
from collections.abc import Callable

FLOP = 2 * 476_800  # per member and image
SIZE = 2048  # of the square matrices


def seconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"members": 500, "images": 64, "threads": 1, "repeats": 5}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--activation", default="sigmoid", choices=["sigmoid", "tanh", "relu"])
    parser.add_argument("--no-loop", action="store_true", help="leave out the slow reference")
    parser.add_argument(
        "--processor-time", action="store_true", help="count processor time: for one thread on a machine that is shared"
    )
    return parser.parse_args()


def main() -> None:
    options = arguments()
    for library in ("OMP", "OPENBLAS", "MKL"):  # read when the libraries are loaded, hence the imports below
        os.environ[f"{library}_NUM_THREADS"] = str(options.threads)
    import numpy as np
    import torch

    from gradfree.models import cnn

    torch.set_num_threads(options.threads)
    generator = np.random.default_rng(0)
    ensemble = generator.standard_normal((options.members, cnn.N_PARAMETERS), dtype=np.float32) * np.float32(0.1)
    images = generator.random((options.images, 28, 28), dtype=np.float32)
    matrix = generator.random((SIZE, SIZE), dtype=np.float32)

    function = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[options.activation]
    network = torch.nn.Sequential(
        torch.nn.Conv2d(1, 10, 5, bias=False),
        function(),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(10, 20, 5, bias=False),
        function(),
        torch.nn.Flatten(),
        torch.nn.Linear(1280, 10, bias=False),
    )

    def loop() -> np.ndarray:
        pixels, names, answers = torch.from_numpy(images)[:, None], list(network.state_dict()), []
        with torch.no_grad():
            for member in ensemble:
                parts = cnn.split(torch.from_numpy(member))
                network.load_state_dict(dict(zip(names, parts, strict=True)))
                answers.append(network(pixels).numpy())
        return np.stack(answers)

    def forward() -> np.ndarray:
        return cnn.forward(ensemble, images, options.activation)

    works: dict[str, Callable[[], np.ndarray]] = {"forward": forward, "matrix product": lambda: matrix @ matrix}
    if not options.no_loop:
        works["loop over members"] = loop
        print(f"largest difference of the loop: {np.abs(forward() - loop()).max():.1e}")
    forward()  # compiles
    clock = time.process_time if options.processor_time else time.perf_counter
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(options.repeats):
        for name, work in works.items():
            times[name].append(seconds(work, clock))
    best = {name: min(values) for name, values in times.items()}

    rate = options.members * options.images * FLOP / best["forward"] / 1e9
    matrix_rate = 2 * SIZE**3 / best["matrix product"] / 1e9
    print(f"{options.members} members, {options.images} images, {options.threads} threads, {options.activation}")
    for name, value in best.items():
        print(f"{name:18} {value:8.4f} s (median {sorted(times[name])[len(times[name]) // 2]:.4f} s)")
    print(f"forward {rate:.1f} GFLOP/s, {rate / matrix_rate:.2f} of the matrix rate {matrix_rate:.1f} GFLOP/s")
    if "loop over members" in best:
        print(f"forward is {best['loop over members'] / best['forward']:.1f} times as fast as the loop over members")
    print(f"peak memory of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
