"""Chapter `reservoir` in the workflow: what would run, and a killed training that goes on; on made-up spikes."""

import re
import subprocess

import numpy as np
import pytest
import xarray as xr
from toy_reservoir import store_chunk

from gradfree import config, store
from gradfree.experiments.reservoir_spikes import POOLS

from .test_kills import kill, wait_for

SMOKE = ("--config", "scale=smoke")
RUN = "reservoir/readout/corrected/seed-0"
CARD = f"results/smoke/{RUN}.json"
CHECKPOINTS = f"results/smoke/checkpoints/{RUN}"
LONGER = "reservoir={readout: {settings: {corrected: {generations: 8}}}}"


@pytest.mark.parametrize("scale", config.SCALES)
def test_every_scale_plans_one_job_per_chunk_training_summary_and_figure(whole, tmp_path, scale):
    chapter = config.read(whole.folder, scale).reservoir
    expected = {
        "simulate_reservoir": sum(len(chapter.spikes.chunks(wiring)) for wiring in chapter.spikes.wirings),
        "train_readout": sum(training.n_seeds for training in chapter.trainings().values()),
        "draw_figure": len(chapter.figures.model_dump()),
    }
    summaries = (
        "summarize_reservoir_activity",
        "show_examples",
        "bound_readout",
        "summarize_readout",
        "analyze_ensembles",
    )
    expected |= dict.fromkeys((*summaries, "fetch_digits", "reservoir"), 1)
    assert whole.plan(tmp_path, "--config", f"scale={scale}", "--", "reservoir") == expected


def test_a_training_needs_the_spikes_of_its_own_wiring_only(whole, tmp_path):
    found = whole.plan(tmp_path, *SMOKE, "--", CARD)
    assert found == {"fetch_digits": 1, "simulate_reservoir": 1, "train_readout": 1}


def test_claims_need_trainings_but_no_figure(whole, tmp_path):
    found = whole.plan(tmp_path, *SMOKE, "--", "results/smoke/reservoir/claims.json")
    assert found["train_readout"] > 1 and "draw_figure" not in found


def made_up_spikes(place, n_per_class: dict[str, int]) -> None:
    """A stored chunk in which digit k makes every third neuron, from the k-th on, fire."""
    rng = np.random.default_rng(0)
    numbers = np.concatenate([POOLS[part].start + np.arange(3 * n) for part, n in n_per_class.items()])
    label = numbers % 3
    neurons = [rng.permutation(np.arange(digit, 2000, 3)) for digit in label]
    folder = place / "results/smoke/reservoir/spikes/one_strong_synapse_per_pixel"
    folder.mkdir(parents=True)
    store_chunk(folder, label, numbers, neurons)


@pytest.fixture
def places(new_place):
    """Two working folders with the same spikes."""
    found = [new_place(), new_place()]
    for place in found:
        made_up_spikes(place, {"train": 4, "validation": 2, "test": 2})
    return found


def numbers(place) -> xr.Dataset:
    run = store.load((place / CARD).with_suffix(".zarr")).load()
    del run.attrs["wall_time_s"]
    return run.drop_vars("wall_s")


def test_a_training_killed_in_the_middle_goes_on_and_ends_with_the_same_numbers(whole, places):
    killed, intact = places
    only = ("--allowed-rules", "train_readout", "--rerun-triggers", "mtime", *SMOKE)
    process = subprocess.Popen(
        whole.command(killed, *only, LONGER, "checkpoint_every_s=0", "--", CARD),
        env=whole.environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_for(lambda: any((killed / CHECKPOINTS).glob("*/step-00000000[2-6].json")), process)
    kill(process)
    assert not (killed / CARD).exists()
    log = killed / f"results/smoke/logs/{RUN}.log"
    before = len(log.read_text().splitlines())
    whole.run(killed, *SMOKE, "--unlock")
    for place in places:
        whole.run(place, *only, LONGER, "--", CARD)
    first = re.search(r"generation (\d+)/8", "\n".join(log.read_text().splitlines()[before:]))
    assert int(first[1]) > 2, "the training started again from the beginning"
    assert not (killed / CHECKPOINTS).exists()
    xr.testing.assert_identical(numbers(killed), numbers(intact))
