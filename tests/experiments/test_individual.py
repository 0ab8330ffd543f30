"""One individual: its run, its failures, and that the search survives them."""

import json
import os
from functools import partial

import numpy as np
import optimizees
import pytest

from gradfree import store
from gradfree.experiments import individual
from gradfree.experiments.outer_loop import Individual, Place
from gradfree.randomness import Stream

STREAM = Stream(1, ("l2l", "test"))


@pytest.fixture
def evaluate(tmp_path):
    """Runs an individual; returns its run and its card."""

    def run(genes, made=optimizees.Faulty, time_limit_s=30, name="run", start=None, task=None, n_runs=1, **says):
        files = individual.Files(*(tmp_path / f"{name}.{kind}" for kind in ("zarr", "json", "log")), start=start)
        one = Individual(genes, [0.0, 0.0], **says)
        individual.evaluate(one, partial(made, {}), STREAM, files, time_limit_s, task, n_runs)
        return store.load(files.run), json.loads(files.card.read_text())

    return run


def test_a_run_is_stored_with_its_fitness_on_the_card_and_its_provenance(evaluate):
    run, card = evaluate({"x": 0.5, "shape": "round"})
    assert card["fitness"] == pytest.approx(-0.04) == float(run["fitness"])
    assert card["failure"] == "" and card["genes"] == {"x": 0.5, "shape": "round"}
    assert "versions" in run.attrs and individual.outcome_of(card).fitness == card["fitness"]


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        ("raises", "ZeroDivisionError: nothing to divide by"),
        ("nan", "fitness is nan; expected a finite number"),
        ("hangs", "it exceeded its time limit of 1 s of processor time"),
        ("waits", "it went on for 1 times its time limit of 1 s, mostly waiting"),
        ("dies", "it was ended by SIGKILL"),
        ("text", "Faulty.run returned a str; expected an xarray.Dataset"),
    ],
)
def test_a_failure_is_a_missing_fitness_with_its_reason_and_log(evaluate, tmp_path, monkeypatch, shape, why):
    monkeypatch.setattr(individual, "PATIENCE", 1 if shape == "waits" else 100)
    run, card = evaluate({"x": 0.5, "shape": shape}, time_limit_s=1 if shape in ("hangs", "waits") else 30)
    assert card["fitness"] is None and np.isnan(float(run["fitness"]))
    assert why in card["failure"] and str(tmp_path / "run.log") in card["failure"]
    assert why in (tmp_path / "run.log").read_text()
    assert np.isnan(individual.outcome_of(card).fitness) and why in individual.outcome_of(card).failure


def test_an_individual_is_scored_on_the_task_that_is_asked_for_or_the_first(evaluate):
    assert evaluate({"x": 0.5, "shape": "round"})[0].attrs["task"] == "search"
    assert evaluate({"x": 0.5, "shape": "round"}, task="test")[0].attrs["task"] == "test"


def test_of_several_runs_the_mean_is_the_fitness_and_all_scores_are_on_the_card(evaluate):
    run, card = evaluate({"x": 0.5, "shape": "round"}, made=partial(optimizees.Parabola, noise=1.0), n_runs=3)
    assert card["scores"] == run["fitness"].values.tolist() and len(set(card["scores"])) == 3
    assert card["fitness"] == pytest.approx(np.mean(card["scores"]))
    assert evaluate({"x": 0.5, "shape": "raises"}, n_runs=3)[1]["scores"] == []


def test_clocks_of_several_runs_are_added_up(monkeypatch):
    class Timed(optimizees.Parabola):
        def run(self, *given):
            return super().run(*given).assign_attrs(wall_time_s=1.5)

    genes = {"x": 0.5, "shape": "round"}
    assert individual.runs(Timed({}), genes, STREAM, "test", n_runs=3).attrs["wall_time_s"] == 4.5
    ticks = iter([10.0, 12.0, 20.0, 23.0])
    monkeypatch.setattr(individual.time, "monotonic", lambda: next(ticks))
    assert individual.runs(optimizees.Parabola({}), genes, STREAM, "test", n_runs=2).attrs["wall_time_s"] == 5.0


def test_a_shared_run_is_a_note_and_nothing_is_run(evaluate):
    run, card = evaluate({"x": 0.5, "shape": "dies"}, same_as=Place(2, 3), fitness=-0.25)
    assert card["fitness"] == -0.25 and card["same_as"] == [2, 3] and list(run.attrs["same_as"]) == [2, 3]


def test_a_run_can_go_on_from_another(evaluate, tmp_path):
    evaluate({"x": 0.5, "shape": "round"}, name="before")
    run, _ = evaluate({"x": 0.5, "shape": "round"}, start=tmp_path / "before.zarr")
    assert int(run["runs"]) == 2


def test_several_runs_have_noise_of_their_own_and_the_same_again_next_time():
    noisy, genes = optimizees.Parabola({}, noise=1.0), {"x": 0.3, "shape": "round"}
    one, again = (individual.runs(noisy, genes, STREAM, "test", 3)["fitness"].values for _ in range(2))
    assert len(set(one)) == 3
    np.testing.assert_array_equal(one, again)


def test_a_child_process_ends_with_its_parent(tmp_path):
    """The parent of the work is ended in the middle; the work must not go on."""
    log, mark = tmp_path / "log", tmp_path / "mark"

    def work():
        import time

        mark.write_text(str(os.getpid()))
        time.sleep(30)

    parent = os.fork()
    if parent == 0:
        individual.isolated(work, 60, log)
        os._exit(0)
    wait_until(mark.exists)
    wait_until(lambda: mark.read_text())
    os.kill(parent, 9)
    os.waitpid(parent, 0)
    wait_until(lambda: not alive(int(mark.read_text())))


def wait_until(true, most_s=20.0):
    import time

    end = time.monotonic() + most_s
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().split()[2] != "Z"
    except FileNotFoundError:
        return False
