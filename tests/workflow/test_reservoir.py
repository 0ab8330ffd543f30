"""Chapter `reservoir` in the workflow: what would run, and a killed training that goes on; on made-up spikes."""

import re
import subprocess

import numpy as np
import pytest
import xarray as xr

from gradfree import config, store

from .test_kills import kill, wait_for

SMOKE = ("--config", "scale=smoke")
RUN = "reservoir/readout/corrected/seed-0"
CARD = f"results/smoke/{RUN}.json"
CHECKPOINTS = f"results/smoke/checkpoints/{RUN}"
LONGER = "reservoir={readout: {settings: {corrected: {generations: 8}}}}"


@pytest.mark.parametrize("scale", config.SCALES)
def test_every_scale_plans_one_job_per_chunk_training_summary_and_figure(whole, tmp_path, scale):
    chapter = config.read(whole.folder, scale).reservoir
    chunks = sum(len(chapter.spikes.chunks(part)) for part in ("train", "validation", "test"))
    expected = {
        "simulate_reservoir": len(chapter.spikes.wirings) * chunks,
        "train_readout": sum(training.n_seeds for training in chapter.trainings().values()),
        "draw_figure": len(chapter.figures.model_dump()),
    }
    summaries = ("summarize_reservoir_activity", "bound_readout", "summarize_readout", "analyze_ensembles")
    expected |= dict.fromkeys((*summaries, "fetch_digits", "reservoir"), 1)
    assert whole.plan(tmp_path, "--config", f"scale={scale}", "--", "reservoir") == expected


def test_a_training_needs_the_spikes_of_its_own_wiring_only(whole, tmp_path):
    found = whole.plan(tmp_path, *SMOKE, "--", CARD)
    assert found == {"fetch_digits": 1, "simulate_reservoir": 3, "train_readout": 1}


def test_claims_need_trainings_but_no_figure(whole, tmp_path):
    found = whole.plan(tmp_path, *SMOKE, "--", "results/smoke/reservoir/claims.json")
    assert found["train_readout"] > 1 and "draw_figure" not in found


def made_up_spikes(place, part: str, n_per_class: int) -> None:
    """A stored chunk in which digit k makes every third neuron, from the k-th on, fire."""
    rng, n_images = np.random.default_rng(0), 3 * n_per_class
    label = np.tile(np.arange(3), n_per_class)
    neuron = np.concatenate([rng.permutation(np.arange(digit, 2000, 3)) for digit in label])
    events = np.array([len(range(digit, 2000, 3)) for digit in label], np.int32)
    step = np.concatenate([np.sort(rng.integers(2000, 7000, n)) for n in events])
    about = {"units": "1", "long_name": "made up"}
    chunk = xr.Dataset(
        {
            "label": ("image", label.astype(np.uint8), about),
            "number": ("image", np.arange(n_images, dtype=np.int32), about),
            "reservoir_step": ("reservoir_event", step.astype(np.uint16), about),
            "reservoir_neuron": ("reservoir_event", neuron.astype(np.uint16), about),
            "reservoir_events": ("image", events, about),
        }
    )
    folder = place / "results/smoke/reservoir/spikes/one_strong_synapse_per_pixel" / part
    folder.mkdir(parents=True)
    store.save(chunk, folder / "chunk-0.zarr", folder / "chunk-0.json")


@pytest.fixture
def places(new_place):
    """Two working folders with the same spikes."""
    found = [new_place(), new_place()]
    for place in found:
        for part, n_per_class in (("train", 4), ("validation", 2), ("test", 2)):
            made_up_spikes(place, part, n_per_class)
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
