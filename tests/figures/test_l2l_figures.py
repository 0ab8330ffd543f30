"""Figures of searches show all that was run, whatever was tuned."""

from importlib import import_module

import numpy as np
import pytest
from made_up_searches import GENES, MANUAL, summary
from matplotlib import pyplot

from gradfree.figures import searches
from gradfree.settings.l2l import L2l

NAMES = list(L2l.model_fields["figures"].annotation.model_fields)
MARGINS = np.arange(12.0).reshape(2, 2, 3)
SUMMARIES = {
    "cnn-genetic": summary(MARGINS, finalist_scores=([-55.0, -53.0], [-57.0, -57.0])),
    "cnn-random": summary(MARGINS, optimizer="random"),
    "mine": summary(MARGINS[:1], optimizee="my-model", others={"thesis": -3.0}),
    "cnn-published": summary(MARGINS, task="last_batch", variant="published"),
}
SUMMARIES["short"] = SUMMARIES["cnn-random"].sel(task=["test"])


@pytest.fixture
def draw():
    yield lambda name, *settings: import_module(f"gradfree.figures.l2l_{name}").draw(SUMMARIES, settings)
    pyplot.close("all")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("settings", [("cnn-genetic", "cnn-random", "mine"), ("mine",)])
def test_every_figure_can_show_several_searches_of_several_optimizees_or_one(draw, name, settings):
    figure = draw(name, *settings)
    figure.canvas.draw()
    assert any(axis.has_data() or axis.patches for axis in figure.axes)


def test_the_landscape_shows_every_individual_of_all_searches_of_an_optimizee(draw):
    axis = draw("landscape", "cnn-genetic", "cnn-random").axes[0]
    n_individuals = sum(SUMMARIES[name]["fitness"].size for name in ("cnn-genetic", "cnn-random"))
    assert len(axis.collections[0].get_offsets()) == n_individuals


def test_genes_are_shown_with_the_manual_value(draw):
    figure = draw("genes", "mine")
    axis = figure.axes[list(GENES).index("size")]
    assert [line.get_ydata()[0] for line in axis.lines] == [MANUAL["size"]]


def test_the_comparison_marks_the_mean_margin_over_fresh_seeds(draw):
    axis = draw("comparison", "cnn-genetic").axes[0]
    (mean,) = (line.get_xdata()[0] for line in axis.lines if line.get_marker() == "D")
    assert mean == pytest.approx(MARGINS[:, 0].mean())


def test_the_comparison_shows_other_choices_by_hand_with_their_names(draw):
    axis = draw("comparison", "mine").axes[0]
    assert [line.get_xdata()[0] for line in axis.lines if line.get_linestyle() == ":"] == [-3.0]
    assert [text.get_text().strip() for text in axis.texts] == ["thesis"]


def test_what_was_found_is_marked_as_it_was_when_run_again_where_it_was(draw):
    axis = draw("fitness", "cnn-genetic", "cnn-random").axes[1]
    (again,) = (line.get_ydata() for line in axis.lines if line.get_marker() == "D")
    np.testing.assert_array_equal(again, [-54.0, -54.0])


def test_a_search_that_was_not_compared_on_a_task_is_missing_there_only(draw):
    figure = draw("comparison", "short", "cnn-genetic")
    labels = [[label.get_text() for label in axis.get_yticklabels()] for axis in figure.axes]
    assert labels == [["random search", "genetic algorithm"], ["genetic algorithm"]]


def test_searches_of_one_optimizee_are_grouped_and_told_apart():
    groups = searches.by_optimizee(SUMMARIES, ["cnn-genetic", "cnn-random", "mine", "cnn-published"])
    assert {name: len(members) for name, members in groups.items()} == {"cnn": 3, "my-model": 1}
    looks = [searches.look(found) for _, found in groups["cnn"]]
    assert len(set(looks)) == 3


def test_fitness_of_another_kind_has_axes_of_its_own(draw):
    figure = draw("fitness", "cnn-genetic", "cnn-published")
    assert [axis.get_ylabel() for axis in figure.axes[::2]] == ["fitness", "fitness: misfit on the last batch"]
