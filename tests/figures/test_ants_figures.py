"""Figures, animation and player of chapter `ants`, drawn from evolutions of a few ticks."""

import shutil
import subprocess
from importlib import import_module

import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot
from PIL import Image

from gradfree import config
from gradfree.analysis import ant_behavior as analysis
from gradfree.analysis.ant_summaries import chained
from gradfree.analysis.summaries import gather
from gradfree.claims import ants  # noqa: F401 - registers its claims
from gradfree.claims.ledger import CLAIMS
from gradfree.experiments import ant_behavior, ant_evolution, ant_tests
from gradfree.figures import ant_animation, ant_player, ants_fitness
from gradfree.randomness import Stream

FIGURES = list(config.Ants.model_fields["figures"].annotation.model_fields)
WORLDS = Stream(5, ("ants", "worlds"))
SEEDS = (0, 1)


@pytest.fixture(scope="module")
def chapter(request):
    return config.read(request.config.rootpath, "smoke").ants


def one_evolution(chapter, setting: str, seed: int) -> dict[str, xr.Dataset]:
    """Chunks, tests and behavior of an evolution at smoke scale, and the recording."""
    run, colony = chapter.run(setting), chapter.colony
    stream = Stream(seed, ("ants", setting))
    chunks = [ant_evolution.run(run, colony, stream)]
    for chunk in list(chapter.chunks(setting))[1:]:
        chunks.append(ant_evolution.run(run, colony, stream, chunk, chunks[-1]))
    for part in chunks:
        part.attrs["wall_time_s"] = 1.0
    recording = ant_behavior.run(run, colony, chapter.recordings, chunks, WORLDS, seed)
    found = {
        "evolution": chained(chunks),
        "tests": ant_tests.run(run, colony, chapter.tests, chunks, WORLDS),
        "behavior": analysis.analyze(recording, chapter.recordings, colony.trial.ticks, stream),
        "recording": recording,
    }
    for part in found.values():
        part.attrs = {"commit": "abc", "config": run.model_dump_json(), "wall_time_s": 1.0}
    return found


@pytest.fixture(scope="module")
def evolved(chapter) -> dict[tuple[str, str], dict[str, xr.Dataset]]:
    settings = list(chapter.evolution.settings)
    return {(name, f"seed-{seed}"): one_evolution(chapter, name, seed) for name in settings for seed in SEEDS}


@pytest.fixture(scope="module")
def summaries(chapter, evolved) -> dict[str, xr.Dataset]:
    kinds = ("evolution", "tests", "behavior")
    found = {kind: gather({run: parts[kind] for run, parts in evolved.items()}) for kind in kinds}
    return found | {"rules": xr.Dataset({"food_returned": ("test_trial", np.array([120, 130, 125, 122]))})}


@pytest.fixture(scope="module")
def film(evolved) -> xr.Dataset:
    return evolved["full", "seed-0"]["recording"]


@pytest.fixture
def draw(chapter, summaries):
    """Draws a figure of the chapter with its configured settings; closes it afterwards."""
    yield lambda name: import_module(f"gradfree.figures.ants_{name}").draw(
        summaries, list(getattr(chapter.figures, name))
    )
    pyplot.close("all")


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn_with_labels_and_data(draw, name, tmp_path):
    figure = draw(name)
    figure.savefig(tmp_path / "figure.png", dpi=40)
    assert all(axis.has_data() for axis in figure.axes if axis.axison)
    words = [
        axis.get_title(loc="left") + axis.get_title() + axis.get_xlabel() + axis.get_ylabel() for axis in figure.axes
    ]
    assert any(words)


def test_bars_of_performance_are_means_of_test_trials(draw, summaries):
    bars = [patch.get_height() for patch in draw("performance").axes[0].patches]
    food = summaries["tests"]["test_food"].sel(setting="full")
    assert bars[0] == pytest.approx(124.25)
    assert bars[1] == pytest.approx(food.sel(condition="intact").mean().item())
    assert bars[2] == pytest.approx(food.sel(condition="no_smell").mean().item())


@pytest.mark.parametrize("n", [1, 2, 50, 1700])
def test_blocks_cover_every_generation_once_and_their_means_are_those_of_their_generations(n):
    first = ants_fitness.blocks(n)
    parts = np.split(np.arange(n), first[1:])
    assert first[0] == 0 and all(len(part) for part in parts) and len(parts[0]) == 1
    assert max(len(part) / (part[0] + 1) for part in parts) <= 1.0 and len(parts) <= 130
    values = np.random.default_rng(0).normal(size=(2, n))
    expected = [[row[part].mean() for part in parts] for row in values]
    np.testing.assert_allclose(ants_fitness.means(values, first), expected)


def test_every_claim_can_be_judged_on_summaries_of_runs(summaries):
    names = [name for name in CLAIMS if name.startswith("ant-")]
    assert len(names) == 12
    assert all(CLAIMS[name].judge(summaries).ours for name in names)


def test_the_animation_has_a_frame_per_map_and_shows_first_and_last_side_by_side(film, tmp_path):
    pictures = ant_animation.frames(film)
    ant_animation.save_gif(pictures, tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as saved:
        assert saved.n_frames == film.sizes["snapshot"] and saved.size == pictures[0].size


def test_without_ffmpeg_no_mp4_is_written_and_that_is_said(film, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ant_animation.save_mp4(ant_animation.frames(film), tmp_path / "film.mp4") is False
    assert not (tmp_path / "film.mp4").exists()


@pytest.mark.skipif(not all(map(shutil.which, ("ffmpeg", "ffprobe"))), reason="needs ffmpeg, which writes the MP4")
def test_an_mp4_has_the_frames_of_the_gif_and_even_sides(film, tmp_path):
    pictures = ant_animation.frames(film)
    assert ant_animation.save_mp4(pictures, tmp_path / "film.mp4")
    entries = "stream=codec_name,width,height,nb_read_frames"
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", entries, "-of", "csv=p=0"]
    said = subprocess.run([*command, str(tmp_path / "film.mp4")], capture_output=True, text=True, check=True).stdout
    width, height = (side + side % 2 for side in pictures[0].size)
    assert said.strip().split(",") == ["h264", str(width), str(height), str(len(pictures))]


def test_a_page_needs_nothing_but_itself(film):
    page = ant_player.page(film, "Ants <1>")
    assert "Ants &lt;1&gt;" in page
    assert "http" not in page and "src=" not in page


def test_brains_with_more_neurons_than_bits_are_refused(film):
    wide = film.isel(generation=-1).copy()
    wide["spike_neuron"] = xr.full_like(wide["spike_neuron"], 24)
    with pytest.raises(ValueError, match="at most 24 hidden and output neurons"):
        ant_player.trial(wide)


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(CHROMIUM is None, reason="needs the browser Chromium to open the page")
def test_a_browser_shows_the_linked_tick_ant_and_its_spikes(film, tmp_path):
    (tmp_path / "player.html").write_text(ant_player.page(film, "Ants"))
    body = opened(tmp_path, "tick=60&ant=3&pheromone=off&play=no")
    last = film.isel(generation=-1)
    inside = (last["spike_ant"] == 3) & (last["time_ms"] > 61 * 20 - 400) & (last["time_ms"] <= 61 * 20)
    assert "data-error" not in body and 'data-ready="yes"' in body
    assert 'data-tick="60"' in body and 'data-ant="3"' in body
    assert 'data-pheromone="false"' in body and 'data-playing="false"' in body
    assert f'data-spikes="{int(inside.sum())}"' in body


@pytest.mark.skipif(CHROMIUM is None, reason="needs the browser Chromium to open the page")
def test_a_browser_plays(film, tmp_path):
    (tmp_path / "player.html").write_text(ant_player.page(film, "Ants"))
    body = opened(tmp_path, "play=yes&speed=320")
    assert "data-error" not in body
    assert int(body.split('data-tick="')[1].split('"')[0]) > 0


def opened(folder, link: str) -> str:
    """The tag `body` of the page after five virtual seconds in the browser."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"]
    command = [CHROMIUM, *options, "--virtual-time-budget=5000", "--dump-dom", f"file://{folder}/player.html#{link}"]
    page = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    return page.split("<body", 1)[1].split(">", 1)[0]
