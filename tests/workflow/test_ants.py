"""Chapter `ants`: chains of chunks planned, killed, resumed and extended."""

import re
import subprocess

import numpy as np
import pytest
import xarray as xr

from gradfree import config, store

from .test_kills import kill, wait_for

EVOLUTION = "results/smoke/ants/evolution/impaired/seed-0"
LOGS = "results/smoke/logs/ants/evolution/impaired/seed-0"
SMOKE = ("--config", "scale=smoke", "checkpoint_every_s=0")


def evolution(generations: int, chunk: int) -> str:
    """The setting `impaired` with so many generations."""
    sizes = f"{{generations: {generations}, chunk_generations: {chunk}}}"
    return f"ants={{evolution: {{settings: {{impaired: {sizes}}}}}}}"


def chunk(number: int) -> str:
    return f"{EVOLUTION}/chunk-{number}.json"


def numbers(place, number: int) -> xr.Dataset:
    run = store.load((place / chunk(number)).with_suffix(".zarr")).load()
    return run.drop_attrs().drop_vars([name for name in run.variables if "wall" in str(name)])


@pytest.mark.parametrize("scale", config.SCALES)
def test_every_scale_plans_one_job_per_chunk_and_seed(whole, tmp_path, scale):
    chapter = config.read(whole.folder, scale).ants
    seeds = {name: chapter.run(name).n_seeds for name in chapter.evolution.settings}
    found = whole.plan(tmp_path, "--config", f"scale={scale}", "--", "ants")
    expected = {
        "compile_ants": 1,
        "evolve_ants": sum(n * len(chapter.chunks(name)) for name, n in seeds.items()),
        "test_ants": sum(seeds.values()),
        "record_ants": sum(seeds.values()),
        "analyze_ants": sum(seeds.values()),
        "draw_figure": len(chapter.figures.model_dump()),
    }
    assert {rule: found[rule] for rule in expected} == expected


def test_a_killed_chunk_goes_on_and_more_generations_only_append_chunks(whole, tmp_path):
    killed, unharmed = tmp_path / "killed", tmp_path / "unharmed"
    killed.mkdir()
    unharmed.mkdir()
    process = subprocess.Popen(
        whole.command(killed, *SMOKE, evolution(60, 60), "--", chunk(0)),
        env=whole.environment, cwd=killed, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    checkpoints = killed / "results/smoke/checkpoints/ants/impaired/seed-0/chunk-0"
    wait_for(lambda: any(checkpoints.glob("*/step-*[1-9]*.json")), process)
    kill(process)
    assert not (killed / chunk(0)).exists()
    before = (killed / LOGS / "chunk-0.log").read_text()
    whole.run(killed, "--unlock")
    whole.run(killed, *SMOKE, evolution(60, 60), "--", chunk(0))
    after = (killed / LOGS / "chunk-0.log").read_text().removeprefix(before)
    first = re.search(r"generation (\d+)/60", after)
    assert first and int(first[1]) > 1, "the chunk started again from the beginning"
    whole.run(unharmed, *SMOKE, evolution(60, 60), "--", chunk(0))
    xr.testing.assert_identical(numbers(killed, 0), numbers(unharmed, 0))
    longer = whole.plan(unharmed, *SMOKE, evolution(120, 60), "--", chunk(1))
    assert longer == {"evolve_ants": 1}


def test_a_continued_evolution_keeps_the_elites_of_the_one_that_it_continues(whole, tmp_path):
    polished, full = (f"results/smoke/ants/evolution/{name}/seed-0/chunk-" for name in ("polished", "full"))
    one = "ants={evolution: {settings: {polished: {generations: 1, chunk_generations: 1}}}, tests: {n_candidates: 1}}"
    whole.run(tmp_path, *SMOKE, one, "--", f"{polished}0.json")
    last, first = store.load(tmp_path / f"{full}1.zarr"), store.load(tmp_path / f"{polished}0.zarr")
    assert first["generation"].values.tolist() == [0]
    best = np.argsort(-last["fitness"].values[-1], kind="stable")[:2]
    np.testing.assert_array_equal(first["population"].values[-2:], last["population"].values[best])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("ants={colony: {arena: {piles: [[5, 5]]}}}", "food pile"),
        ("ants={evolution: {common: {n_individuals: 7}}}", "7"),
        ("ants={film: {seed: 99}}", "seed 99 does not exist"),
        ("ants={evolution: {common: {generationz: 7}}}", "generations"),
        ("ants={continued: {polished: nobody}}", "there is no evolution 'nobody'"),
        ("ants={continued: {full: polished}}", "polished itself continues another evolution"),
        ("ants={continued: {polished: impaired}}", "n_hidden 20 differs from the 10 of impaired"),
        ("ants={evolution: {settings: {polished: {n_seeds: 9}}}}", "n_seeds 9 is more than the 2 of full"),
    ],
)
def test_bad_input_ends_before_any_job(whole, tmp_path, change, said):
    found = whole.run(tmp_path, "--config", "scale=smoke", change, "--", "ants", ok=False)
    assert said in found and not (tmp_path / "results").exists()
