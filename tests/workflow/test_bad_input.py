"""Bad input ends a run with one message that says what is wrong and what to do."""

import shutil

import pytest

from gradfree import config, store

from .conftest import MNIST

RUN = "results/smoke/cnn/enkf/corrected/seed-0"
SMOKE = ("--config", "scale=smoke", "--")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "root_sed=1"], "the command line: root_sed: unknown key; did you mean 'root_seed'?"),
        (
            ["--config", "cnn={enkf: {common: {n_member: 3}}}"],
            "the command line: cnn.enkf.common.n_member: unknown key; did you mean 'n_members'?",
        ),
        (["--config", "scale=smok"], "unknown scale 'smok'; did you mean 'smoke'?"),
        (["--config", "cnn={enkf: {common: {n_members: 1}}}"], "Input should be greater than or equal to 2, found '1'"),
    ],
    ids=["unknown key", "unknown nested key", "unknown scale", "impossible value"],
)
def test_a_bad_configuration_ends_before_any_job_with_one_message(whole, tmp_path, arguments, message):
    said = whole.run(tmp_path, *arguments, ok=False)
    assert said.count(message) == 1 and "Traceback" not in said
    assert not (tmp_path / "results").exists()


def test_a_typo_in_an_overlay_names_the_overlay(whole, tmp_path):
    (tmp_path / "mine.yaml").write_text("cnn: {gradient: {common: {epoch: 3}}}")
    said = whole.run(tmp_path, "--configfile", str(tmp_path / "mine.yaml"), ok=False)
    assert "mine.yaml: cnn.gradient.common.epoch: unknown key; did you mean 'epochs'?" in said


def test_an_overlay_and_the_command_line_reach_the_runs(whole, tmp_path):
    (tmp_path / "mine.yaml").write_text("{scale: smoke, cnn: {gradient: {settings: {sgd-sigma-3: {n_seeds: 7}}}}}")
    target = "results/smoke/cnn/summaries/gradient.json"
    command = ("--configfile", str(tmp_path / "mine.yaml"), "--config", "cnn={gradient: {common: {n_seeds: 4}}}")
    runs = config.read(whole.folder, "smoke").cnn.gradient
    own = [block.n_seeds for name, block in runs.settings.items() if name != "sgd-sigma-3"]
    expected = 7 + sum(4 if n is None else n for n in own)
    assert whole.plan(tmp_path, *command, "--", target)["train_cnn_with_gradient"] == expected


def test_a_setting_that_does_not_exist_is_no_target(whole, tmp_path):
    said = whole.run(tmp_path, "-n", "results/laptop/cnn/enkf/corected/seed-0.json", ok=False)
    assert "corected" in said


@pytest.fixture
def altered(place):
    """A working folder in which one byte of one file of MNIST is another one."""
    file = place / MNIST / "t10k-images-idx3-ubyte"
    content = bytearray(file.read_bytes())
    content[5000] ^= 1
    file.unlink()  # the link to the good one
    file.write_bytes(content)
    return place


def test_an_altered_file_of_mnist_is_named_and_fetched_again_as_the_message_says(small, digits, altered):
    own = f"data={{folder: {digits}}}"
    said = small.run(altered, "--show-failed-logs", *SMOKE, f"{RUN}.json", ok=False)
    assert f"{MNIST}/t10k-images-idx3-ubyte" in said and "snakemake --forcerun fetch_digits" in said
    assert not (altered / f"{RUN}.zarr").exists()
    shutil.rmtree(altered / MNIST)
    small.run(altered, "--config", "scale=smoke", own, "--forcerun", "fetch_digits", "--", f"{RUN}.json")
    assert store.load(altered / f"{RUN}.zarr").sizes["iteration"] == 8


def test_a_wrong_file_of_ones_own_is_named_and_not_passed_over(small, altered, tmp_path):
    own = f"data={{folder: {altered / MNIST}}}"
    said = small.run(tmp_path, "--show-failed-logs", "--config", own, "--", "fetch_digits", ok=False)
    assert str(altered / MNIST / "t10k-images-idx3-ubyte") in said and "expected" in said
    assert not (tmp_path / MNIST / "t10k-images-idx3-ubyte").exists()


def test_a_store_with_a_lost_chunk_is_refused_and_made_again_by_the_command_of_the_message(small, finished, tmp_path):
    place = tmp_path / "place"
    shutil.copytree(finished, place, symlinks=True)
    lost, summary = place / f"{RUN}.zarr", "results/smoke/cnn/summaries/enkf.json"
    whole = store.digests(lost)
    shutil.rmtree(lost / "ensemble" / "c")
    said = small.run(place, "--show-failed-logs", "--forcerun", "summarize_cnn", *SMOKE, summary, ok=False)
    assert "is missing" in said and f"snakemake --force {RUN}.zarr" in said
    small.run(place, "--force", *SMOKE, f"{RUN}.zarr")
    again = store.digests(lost)
    assert {name: again[name] for name in whole if name.startswith("ensemble/")} == {
        name: digest for name, digest in whole.items() if name.startswith("ensemble/")
    }
    small.run(place, *SMOKE, summary)
