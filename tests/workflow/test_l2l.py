"""Chapter `l2l`, with an optimizee of one's own in a folder outside the repository: the example, copied there."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import xarray as xr

from gradfree import config, store

from .conftest import ROOT
from .test_kills import kill, wait_for

OWN = ("--configfile", "search.yaml")
SEARCH = "results/laptop/l2l/neuron-genetic/seed-0"
LAST, FOUND = f"{SEARCH}/population-003.json", f"{SEARCH}/found.json"
FIGURES = [f"results/laptop/figures/l2l/{name}.png" for name in ("fitness", "landscape", "comparison")]


def folder(place: Path) -> Path:
    """The worked example, copied."""
    shutil.copytree(ROOT / "examples/firing_rate", place)
    return place


def genes_of(block: str) -> str:
    """The example's search over, in part, these other genes."""
    return f"l2l={{optimizees: {{neuron: {{{block}}}}}}}"


def genetic(block: str) -> str:
    """The example's search by the genetic algorithm with other values."""
    return f"l2l={{settings: {{neuron-genetic: {{{block}}}}}}}"


@pytest.fixture(scope="module")
def finished(whole, tmp_path_factory) -> Path:
    """The example's search by the genetic algorithm, done; tests leave it as it is."""
    place = folder(tmp_path_factory.mktemp("own") / "example")
    whole.run(place, *OWN, "--", FOUND)
    return place


@pytest.mark.parametrize("scale", config.SCALES)
def test_every_scale_plans_one_job_per_individual_and_one_file_per_generation(whole, tmp_path, scale):
    chapter = config.read(whole.folder, scale).l2l
    searches = [chapter.search(setting) for setting in chapter.shown()]
    ranks = [each.n_finalists if each.n_finalists > 1 else 0 for each in searches]
    comparisons = sum(chapter.search(setting).n_seeds * len(chapter.compared(setting)) for setting in chapter.shown())
    found = whole.plan(tmp_path, "--config", f"scale={scale}", "--", "l2l")
    expected = {
        "start_search": sum(each.n_seeds for each in searches),
        "breed": sum(each.n_seeds * each.generations for each in searches),
        "run_individual": sum(each.n_seeds * each.generations * each.population_size for each in searches),
        "run_finalist": sum(each.n_seeds * n for each, n in zip(searches, ranks, strict=True)),
        "choose_found": sum(each.n_seeds for each in searches),
        "compare_found": comparisons,
        "summarize_l2l": len(searches),
        "draw_figure": len(chapter.figures.model_dump()),
    }
    assert {rule: found[rule] for rule in expected} == expected


def test_figures_of_ones_own_optimizee_come_out_of_ones_own_folder(whole, finished, tmp_path):
    place = shutil.copytree(finished, tmp_path / "example", symlinks=True)
    whole.run(place, *OWN, "--", *FIGURES)
    assert all((place / figure).stat().st_size > 1000 for figure in FIGURES)
    best = json.loads((place / FOUND).read_text())
    assert set(best["genes"]) == {"time_constant_ms", "threshold_mV", "refractory_steps"}
    generation, number = best["place"]
    run = store.load(place / SEARCH / f"generation-{generation:03d}/individual-{number:02d}.zarr")
    assert float(run["fitness"]) == best["fitness"] and run["rate"].attrs["units"] == "Hz"


def test_a_search_killed_within_a_generation_goes_on_and_ends_the_same(whole, finished, tmp_path):
    killed = folder(tmp_path / "killed")
    process = subprocess.Popen(
        whole.command(killed, *OWN, "--", FOUND),
        env=whole.environment, cwd=killed, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    generation = killed / SEARCH / "generation-001"
    wait_for(lambda: any(generation.glob("*.json")), process)
    kill(process)
    done = [*(killed / SEARCH / "generation-000").glob("*.json"), *(killed / SEARCH).glob("population-*.json")]
    before = {path: path.stat().st_mtime_ns for path in done}
    assert len(list(generation.glob("*.json"))) < 4, "the generation ended before it could be killed"
    whole.run(killed, *OWN, "--unlock")
    whole.run(killed, *OWN, "--", FOUND)
    assert before == {path: path.stat().st_mtime_ns for path in before}, "what was done is done again"
    assert populations(killed) == populations(finished)
    assert (killed / FOUND).read_text() == (finished / FOUND).read_text()
    for path in sorted((finished / SEARCH).rglob("*.zarr")):
        xr.testing.assert_identical(numbers(path), numbers(killed / path.relative_to(finished)))


def populations(place: Path) -> list[str]:
    return [path.read_text() for path in sorted((place / SEARCH).glob("population-*.json"))]


def numbers(path: Path) -> xr.Dataset:
    run = store.load(path).load()
    run.attrs.pop("wall_time_s", None)
    return run


def test_one_individual_can_be_run_again_by_its_name(whole, finished):
    run = f"{SEARCH}/generation-001/individual-01.zarr"
    assert whole.plan(finished, *OWN, "--", run) == {}
    assert whole.plan(finished, *OWN, "--forcerun", "run_individual", "--", run)["run_individual"] > 1
    assert whole.plan(finished, *OWN, "--force", "--", run) == {"run_individual": 1}


def test_more_generations_only_add_the_new_ones(whole, finished):
    longer = genetic("generations: 5")
    found = whole.plan(finished, *OWN, "--config", longer, "--", LAST.replace("003", "005"))
    assert found == {"run_individual": 8, "breed": 2}


def test_more_finalists_only_add_the_new_ones(whole, finished):
    found = whole.plan(finished, *OWN, "--config", genetic("n_finalists: 4"), "--", FOUND)
    assert found == {"run_finalist": 1, "choose_found": 1}


def test_a_rank_that_no_individual_has_is_a_note_and_the_search_goes_on(whole, finished, tmp_path):
    """Ten runs in the search, two of the twelve individuals are elites: the last ranks stay empty."""
    place = shutil.copytree(finished, tmp_path / "example", symlinks=True)
    whole.run(place, *OWN, "--config", genetic("n_finalists: 12, finalist_runs: 1"), "--", FOUND)
    card = json.loads((place / SEARCH / "finalists/rank-11.json").read_text())
    assert card["fitness"] is None and "different genes only" in card["failure"]
    assert len(json.loads((place / FOUND).read_text())["finalists"]) < 12


def test_another_seed_adds_a_search_and_leaves_the_first(whole, finished):
    found = whole.plan(finished, *OWN, "--config", genetic("n_seeds: 2"), "--", LAST, LAST.replace("d-0", "d-1"))
    assert found == {"start_search": 1, "run_individual": 12, "breed": 3}


def test_an_edit_of_ones_own_optimizee_runs_its_individuals_again(whole, finished, tmp_path):
    place = shutil.copytree(finished, tmp_path / "example", symlinks=True)
    assert whole.plan(place, *OWN, "--", FOUND) == {}
    neuron = place / "neuron.py"
    neuron.write_text(
        neuron.read_text().replace(
            "STEP_MS, RESISTANCE_MOHM, RESET_MV = 500.0, 0.1", "STEP_MS, RESISTANCE_MOHM, RESET_MV = 500.0, 0.2"
        )
    )
    assert whole.plan(place, *OWN, "--", LAST) == {"run_individual": 12, "breed": 3}


FAULT = "        currents_nA = CURRENTS_NA[task]\n"


@pytest.mark.parametrize(("fails_below_ms", "n_failed"), [(8, 2), (30, 3)])
def test_failures_are_survived_up_to_half_of_a_generation(whole, finished, tmp_path, fails_below_ms, n_failed):
    """Which individuals fail follows from the genes of the finished search: its first generation is the same."""
    drawn = json.loads((finished / SEARCH / "population-000.json").read_text())["individuals"]
    assert sum(each["genes"]["time_constant_ms"] < fails_below_ms for each in drawn) == n_failed
    place = folder(tmp_path / "faulty")
    neuron = place / "neuron.py"
    fault = f'        if genes["time_constant_ms"] < {fails_below_ms}:\n            raise ArithmeticError("too fast")\n'
    neuron.write_text(neuron.read_text().replace(FAULT, fault + FAULT))
    said = whole.run(place, *OWN, "--", f"{SEARCH}/population-001.json", ok=n_failed <= 2)
    cards = [json.loads(path.read_text()) for path in sorted((place / SEARCH / "generation-000").glob("*.json"))]
    failures = [card["failure"] for card in cards if card["fitness"] is None]
    assert len(failures) == n_failed and all("ArithmeticError: too fast; see results/" in each for each in failures)
    if n_failed > 2:
        log = place / "results/laptop/logs/l2l/neuron-genetic/seed-0/population-001.log"
        assert "3 of 4 individuals of generation 0 failed" in said + (log.read_text() if log.exists() else "")


def test_an_optimizee_that_cannot_be_imported_ends_before_any_job(whole, tmp_path):
    said = whole.run(
        folder(tmp_path / "typo"), *OWN, "--config", genes_of("optimizee: 'neurons:LeakyNeuron'"), "--", FOUND, ok=False
    )
    assert "l2l.optimizees.neuron.optimizee: 'neurons:LeakyNeuron' cannot be imported" in said
    assert not (tmp_path / "typo/results").exists()
