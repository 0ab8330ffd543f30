"""A run that was killed in the middle ends with the numbers of one that was not."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import xarray as xr

from gradfree import store

CARD = "results/smoke/cnn/enkf/corrected/seed-0.json"
CHECKPOINTS = "results/smoke/checkpoints/cnn/enkf/corrected/seed-0"
LOG = "results/smoke/logs/cnn/enkf/corrected/seed-0.log"
SMOKE = ("--config", "scale=smoke")
LONGER = {"common": {"iterations": 16, "evaluate_every": 3}}


def wait_for(ready, process: subprocess.Popen) -> None:
    """Until `ready()`; fails if the process ends before."""
    while not ready():
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.02)


def kill(process: subprocess.Popen) -> None:
    """Snakemake and its jobs, at once and without a chance to clean up."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def numbers(place: Path) -> xr.Dataset:
    run = store.load((place / CARD).with_suffix(".zarr")).load()
    del run.attrs["wall_time_s"]
    return run.drop_vars(["wall_s", "at_wall_s"])


def test_a_run_killed_in_the_middle_goes_on_and_ends_with_the_same_numbers(small, new_place):
    killed, whole = new_place(), new_place()
    with small.configured(enkf=LONGER):
        process = subprocess.Popen(
            small.command(killed, *SMOKE, "checkpoint_every_s=0", "--", CARD),
            env=small.environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(lambda: any((killed / CHECKPOINTS).glob("*/step-00000000[3-9].json")), process)
        kill(process)
        assert not (killed / CARD).exists()
        before = len((killed / LOG).read_text().splitlines())
        small.run(killed, "--unlock")
        for place in (killed, whole):
            small.run(place, *SMOKE, "--", CARD)
    first = re.search(r"iteration (\d+)/", "\n".join((killed / LOG).read_text().splitlines()[before:]))
    assert int(first[1]) > 3, "the run started again from the beginning"
    assert not (killed / CHECKPOINTS).exists()
    xr.testing.assert_identical(numbers(killed), numbers(whole))
