"""Figures of chapter biophysical show what its summaries hold; the summaries come from runs of a few steps."""

from importlib import import_module

import numpy as np
import pytest
from matplotlib import pyplot

from gradfree import config
from gradfree.analysis import endings
from gradfree.analysis import summaries as s
from gradfree.figures import names, panels
from gradfree.provenance import attributes
from gradfree.randomness import Stream

FIGURES = list(config.Biophysical.model_fields["figures"].annotation.model_fields)
NAMED = ("causes", "integration", "ladder", "discrete", "spiral", "stiff", "turnoff")


@pytest.fixture(scope="module")
def chapter(request):
    return config.read(request.config.rootpath, "smoke").biophysical


@pytest.fixture(scope="module")
def summaries(chapter):
    """Every setting at smoke scale, one seed; of networks two."""
    return {method: s.gather(dict(runs(chapter, method))) for method in chapter.methods()}


def runs(chapter, method):
    experiment = import_module(f"gradfree.experiments.biophysical_{method}")
    for setting in chapter.methods()[method].settings:
        block = chapter.training(method, setting)
        for seed in range(2 if method == "network" else 1):
            run = experiment.run(block, Stream(5, ("biophysical", method)).child("seed", seed))
            run.attrs |= attributes(block.model_dump(), seed) | {"wall_time_s": 1.0}
            yield (setting, f"seed-{seed}"), run


@pytest.fixture
def draw(chapter, summaries):
    """Draws a figure with its configured settings; closes it afterwards."""

    def drawn(name: str):
        settings = list(getattr(chapter.figures, name))
        return import_module(f"gradfree.figures.biophysical_{name}").draw(summaries, settings), settings

    yield drawn
    pyplot.close("all")


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_is_named_and_every_panel_holds_finite_numbers(draw, name):
    figure, _ = draw(name)
    for axes in figure.axes:
        assert any(other.get_ylabel() for other in axes.get_shared_y_axes().get_siblings(axes)) or axes.images
        numbers = [np.asarray(line.get_ydata(), float) for line in axes.lines]
        numbers += [image.get_array() for image in axes.images]
        assert any(np.isfinite(each).any() for each in numbers) or axes.get_label() == "<colorbar>"


@pytest.mark.parametrize("name", NAMED)
def test_every_setting_that_a_figure_compares_is_named_in_it(draw, name):
    figure, settings = draw(name)
    texts = [label for axes in figure.axes for label in axes.get_legend_handles_labels()[1]]
    texts += [tick.get_text() for axes in figure.axes for tick in axes.get_xticklabels()]
    texts += [axes.get_title(loc="left") for axes in figure.axes]
    causes = ("-long", "-stiff", "-steep") if name == "causes" else ()
    for setting in settings:
        for cause in causes:
            setting = setting.removesuffix(cause)
        assert any(text.startswith(names.label(setting)) for text in texts)


def test_accuracies_are_means_over_seeds_against_iterations_trials_and_time(draw, summaries):
    figure, settings = draw("integration")
    for axes, over in zip(figure.axes, (None, "forward_simulations", "wall_s"), strict=True):
        for line, setting in zip(axes.lines, settings, strict=False):
            curve = s.curve(summaries["network"], setting, "validation_accuracy_percent")
            x = curve["evaluation"] if over is None else s.curve(summaries["network"], setting, over).mean("seed")
            np.testing.assert_allclose(line.get_xdata(), x)
            np.testing.assert_allclose(line.get_ydata(), curve.mean("seed"))


def test_the_ladder_shows_means_at_the_end(draw, summaries):
    figure, settings = draw("ladder")
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    ends = [s.final(summaries["network"], x, "validation_accuracy_percent").mean() for x in settings]
    np.testing.assert_allclose(heights, ends)


def test_causes_are_apart_and_each_has_its_own_runs(draw, summaries):
    figure, _ = draw("causes")
    for axes, suffix in zip(figure.axes, ("", "-long", "-stiff", "-steep"), strict=True):
        settings = [f"{method}{suffix}" for method in ("es", "bp", "bp-published")]
        ends = [s.final(summaries["network"], x, "validation_accuracy_percent").mean() for x in settings]
        np.testing.assert_allclose([bar.get_height() for bar in axes.patches], ends)


def test_the_map_shows_accuracies_by_rate_and_cause(draw, summaries):
    figure, settings = draw("success")
    maps = [axes for axes in figure.axes if axes.images]
    assert len(maps) == 2 * len(settings)
    found = summaries["success"]["validation_accuracy_percent"].sel(setting=settings[0], clip_norm=np.inf)
    found = found.dropna("value", how="all").mean("seed").transpose("learning_rate", "value")
    np.testing.assert_allclose(maps[0].images[0].get_array(), found)
    assert [text.get_text() for text in maps[0].texts] == [f"{x:.0f}" for x in found.values.ravel()]
    assert maps[2].get_xticklabels()[0].get_text() == "50"  # four words of 10 ms and the one that ends a trial


def test_descents_show_each_optimizer_by_itself(draw, summaries):
    figure, settings = draw("turnoff")
    paths = summaries["turnoff"]["loss_path"].sel(setting=settings[0], objective="mean_output")
    shown = {line.get_label(): line.get_ydata() for line in figure.axes[2].lines}
    for optimizer, label in (("bp", "exact derivative (BP), median"), ("es", "ES, median")):
        np.testing.assert_allclose(shown[label], paths.sel(optimizer=optimizer).median(["seed", "start"]))


def test_memory_is_drawn_over_the_silent_delay(draw):
    figure, _ = draw("memory")
    longest = {line.get_label(): line for line in figure.axes[0].lines}["BP, tuned"]
    assert longest.get_xdata().tolist() == [0, 100, 300]


def test_widths_show_errors_of_diverged_runs_as_those_of_their_start(draw, summaries):
    figure, _ = draw("widths")
    line = next(line for line in figure.axes[2].lines if line.get_label() == "ES")
    ends = [endings.errors(summaries["stiff"], x, "scaled_error").mean() for x in ("es-pollu", "es-pollu-wide")]
    np.testing.assert_allclose(line.get_ydata(), ends)


def test_gradients_are_drawn_for_every_value_of_each_cause(draw, summaries, chapter):
    figure, settings = draw("gradients")
    for axes, setting in zip(figure.axes, settings, strict=False):
        line = next(line for line in axes.lines if line.get_label() == "recurrent weights")
        assert len(line.get_xdata()) == len(chapter.stability.settings[setting].values)


def test_a_setting_that_no_summary_holds_is_named(summaries):
    with pytest.raises(KeyError, match="es-jointly"):
        panels.of(summaries, "es-jointly")
