"""Searches that cannot be are refused before any job starts, with the key to blame."""

from pathlib import Path

import pytest
import yaml

from gradfree import config
from gradfree.config import ConfigError

ROOT = Path(__file__).parents[2]
PARABOLA = {
    "optimizee": "optimizees:Parabola",
    "settings": {},
    "inputs": {},
    "genes": {
        "x": {"kind": "float", "low": 0, "high": 1},
        "shape": {"kind": "categorical", "options": ["round", "square"]},
    },
    "manual": {"x": 0.5, "shape": "square"},
    "comparisons": ["test"],
    "n_fresh_seeds": 2,
    "time_limit_s": 20,
    "memory_mb": 500,
}


def problems(**l2l) -> str:
    """What is wrong with the configuration if chapter l2l says this more; a search `mine` tunes `parabola`."""
    own = {"optimizees": {"parabola": PARABOLA}, "settings": {"mine": {"optimizee": "parabola"}}}
    try:
        config.read(ROOT, overrides={"l2l": config.merge(own, l2l)})
    except ConfigError as error:
        return str(error)
    return ""


def test_ones_own_optimizee_and_search_are_accepted():
    assert problems() == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"settings": {"mine": {"optimizee": "parabel"}}},
            "l2l.settings.mine.optimizee: there is no optimizee 'parabel'",
        ),
        ({"settings": {"mine": {"population_size": 1}}}, "Input should be greater than or equal to 2, found 1"),
        (
            {"settings": {"mine": {"population_size": 3, "tournament_size": 4}}},
            "tournament_size: tournament_size 4 exceeds the population_size 3",
        ),
        (
            {"settings": {"mine": {"population_size": 2, "n_elites": 2}}},
            "n_elites 2 leaves none of the population_size 2",
        ),
        ({"settings": {"mine": {"optimiser": "random"}}}, "unknown key; did you mean 'optimizer'?"),
        (
            {"settings": {"mine": {"comparisons": ["tset"]}}},
            "l2l.settings.mine.comparisons: tset: expected some of test",
        ),
        (
            {"settings": {"mine": {"task": "tset"}}},
            "l2l.settings.mine.task: there is no task 'tset'; tasks are search, test",
        ),
        ({"settings": {"mine": {"optimizer": "annealing"}}}, "Input should be 'genetic', 'random'"),
        ({"optimizees": {"parabola": {"optimizee": "nowhere:Mine"}}}, "'nowhere:Mine' cannot be imported"),
        ({"optimizees": {"parabola": {"optimizee": "optimizees:WithoutRun"}}}, "it has no method `run`"),
        ({"optimizees": {"parabola": {"optimizee": "optimizees"}}}, "String should match pattern"),
        ({"optimizees": {"parabola": {"settings": {"noise": -1}}}}, "refuses them: noise must not be negative"),
        (
            {"optimizees": {"parabola": {"settings": {"nois": 1}}}},
            "refuses them: Parabola.__init__() got an unexpected",
        ),
        (
            {"optimizees": {"parabola": {"manual": {"x": 2.0}}}},
            "gene 'x' out of bounds: expected float from 0 to 1, found 2",
        ),
        ({"optimizees": {"parabola": {"manual": {"y": 2.0}}}}, "there is no gene 'y'; genes are x, shape"),
        ({"optimizees": {"parabola": {"also_by_hand": {"old": {"x": 0.5}}}}}, "the gene 'shape' is missing"),
        (
            {"optimizees": {"parabola": {"also_by_hand": {"manual": {"x": 0.5, "shape": "round"}}}}},
            "the name 'manual' is taken",
        ),
        (
            {"optimizees": {"parabola": {"genes": {"z": {"kind": "int", "low": 0, "high": 3}}}}},
            "the gene 'z' is missing",
        ),
        ({"optimizees": {"parabola": {"genes": {"x": {"low": 1}}}}}, "low and high: a float gene needs both"),
        ({"optimizees": {"parabola": {"comparisons": ["tset"]}}}, "there is no task 'tset'; tasks are search, test"),
        ({"figures": {"fitness": ["mein"]}}, "there is no setting 'mein'; did you mean 'mine'?"),
    ],
)
def test_each_mistake_is_named(change, message):
    said = problems(**change)
    assert message in said and "l2l." in said


def test_only_searches_that_a_figure_shows_are_run():
    chapter = config.read(ROOT).l2l
    assert "cnn-genetic" in chapter.shown()
    hidden = chapter.model_copy(
        update={"figures": chapter.figures.model_copy(update={name: ["cnn-random"] for name, _ in chapter.figures})}
    )
    assert hidden.shown() == ["cnn-random"]


def test_the_example_can_be_read_where_it_stands(monkeypatch):
    folder = ROOT / "examples" / "firing_rate"
    monkeypatch.chdir(folder)
    found = config.read(ROOT, overlays=["search.yaml"]).l2l
    assert found.shown() == ["neuron-genetic", "neuron-random"]
    assert yaml.safe_load((folder / "search.yaml").read_text())["l2l"].keys() == {"optimizees", "settings", "figures"}
