"""Optimizees for tests: a parabola, and some that fail in every way there is."""

import os
import signal
import time

import numpy as np
import xarray as xr


class Parabola:
    """Fitness is highest at x = 0.3 and shape = round; with noise of its own stream."""

    tasks = ("search", "test")

    def __init__(self, inputs, *, noise=0.0):
        if noise < 0:
            raise ValueError("noise must not be negative")
        self.noise = noise

    def run(self, genes, stream, task, start=None):
        carried = 0 if start is None else int(start["runs"])
        noise = self.noise * stream.generator("noise").standard_normal()
        fitness = -((genes["x"] - 0.3) ** 2) - 0.1 * (genes["shape"] != "round") + noise
        labels = {"units": "1", "long_name": "x"}
        return xr.Dataset({"fitness": ((), fitness, labels), "runs": ((), carried + 1, labels)})


class Faulty(Parabola):
    """Fails as its gene says."""

    def run(self, genes, stream, task, start=None):
        if genes["shape"] == "raises":
            raise ZeroDivisionError("nothing to divide by")
        while genes["shape"] == "hangs":
            np.sqrt(2)
        if genes["shape"] == "waits":
            time.sleep(60)
        if genes["shape"] == "dies":
            os.kill(os.getpid(), signal.SIGKILL)  # as the system does when memory runs out
        run = super().run(genes, stream, task, start)
        if genes["shape"] == "nan":
            run["fitness"] = run["fitness"] * np.nan
        return run if genes["shape"] != "text" else "text"


class WithoutTasks:
    """No optimizee: nothing to be scored on."""

    def run(self, genes, stream, task, start=None):
        return xr.Dataset()


class WithoutRun:
    """No optimizee: it cannot be run."""

    tasks = ("search",)


class WithoutStart:
    """No optimizee: its method takes too little."""

    tasks = ("search",)

    def run(self, genes):
        return xr.Dataset()
