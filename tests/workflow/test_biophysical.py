"""Chapter biophysical: a job for every run, and runs that survive being killed."""

import subprocess

import pytest
import xarray as xr

from gradfree import config, store

from .test_kills import kill, wait_for

SMOKE = ("--config", "scale=smoke")
LONGER = "biophysical={network: {common: {iterations: 12}}}"
RUN = "results/smoke/biophysical/network/es/seed-0"
TIMES = ["wall_s", "peak_memory_MB", "at_costs"]


@pytest.mark.parametrize("scale", config.SCALES)
def test_every_setting_has_a_job_for_each_seed(whole, tmp_path, scale):
    chapter = config.read(whole.folder, scale).biophysical
    expected = sum(
        chapter.training(method, setting).n_seeds
        for method, runs in chapter.methods().items()
        for setting in runs.settings
    )
    found = whole.plan(tmp_path, "--config", f"scale={scale}", "--", "biophysical")
    assert found["simulate_biophysical"] == expected
    assert found["summarize_biophysical"] == len(chapter.methods())
    assert found["draw_figure"] == len(chapter.figures.model_dump())


def test_no_run_needs_data_from_elsewhere(whole, tmp_path):
    assert "fetch_digits" not in whole.plan(tmp_path, "biophysical")


def test_a_setting_that_two_experiments_have_is_an_error(whole, tmp_path):
    twice = "biophysical={spiral: {settings: {es-robertson: {}}}}"
    said = whole.run(tmp_path, "--config", twice, "--", "biophysical", ok=False)
    assert "biophysical.stiff.settings.es-robertson: another experiment has a setting of this name" in said


def numbers(path) -> xr.Dataset:
    run = store.load(path).load()
    run.attrs = {}
    return run.drop_vars(TIMES)


def test_a_killed_training_goes_on_and_ends_with_the_same_numbers(whole, tmp_path):
    killed, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    for place in (killed, undisturbed):
        place.mkdir()
    process = subprocess.Popen(
        whole.command(killed, *SMOKE, LONGER, "checkpoint_every_s=0", "--", f"{RUN}.json"),
        env=whole.environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    checkpoints = killed / "results/smoke/checkpoints/biophysical/network/es/seed-0"
    wait_for(lambda: any(checkpoints.glob("*/step-00000000[3-9].json")), process)
    kill(process)
    assert not (killed / f"{RUN}.json").exists()
    log = killed / "results/smoke/logs/biophysical/network/es/seed-0.log"
    before = len(log.read_text().splitlines())
    whole.run(killed, "--unlock")
    for place in (killed, undisturbed):
        whole.run(place, *SMOKE, LONGER, "--", f"{RUN}.json")
    assert "iteration 1/" not in "\n".join(log.read_text().splitlines()[before:])
    xr.testing.assert_identical(numbers(killed / f"{RUN}.zarr"), numbers(undisturbed / f"{RUN}.zarr"))
