"""Every figure shows the numbers it was given, with named axes, and carries its provenance in its files."""

import json
from importlib import import_module

import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot
from PIL import Image

from gradfree import config
from gradfree.analysis import summaries as s
from gradfree.experiments import cnn_enkf, cnn_gradient
from gradfree.figures import names, panels, style

N_SEEDS, STEPS, LAYERS, N_BINS = 2, [0, 8, 15], ["conv1", "conv2", "output"], 12
EVALUATED = cnn_enkf.PER_EVALUATION | cnn_enkf.DIAGNOSTICS
QUANTITIES = cnn_enkf.PER_ITERATION | EVALUATED | cnn_gradient.PER_RECORD | cnn_gradient.PER_EVALUATION
PER_UPDATE = set(cnn_enkf.PER_ITERATION) | set(cnn_gradient.PER_RECORD) - set(EVALUATED)


def run(rng: np.random.Generator, block: dict) -> xr.Dataset:
    """A run whose quantities are positive random numbers."""
    sizes, variables = {"layer": len(LAYERS), "bin": N_BINS}, {}
    for name, quantity in QUANTITIES.items():
        dims = ("iteration" if name in PER_UPDATE else "evaluation", *quantity.dims)
        values = 1 + 50 * rng.random([len(STEPS), *(sizes[dim] for dim in quantity.dims)])
        variables[name] = (dims, values, {"units": quantity.units, "long_name": quantity.long_name})
    coordinates = {"iteration": STEPS, "evaluation": STEPS, "layer": LAYERS, "bin": np.linspace(-1, 1, N_BINS)}
    attributes = {"config": json.dumps(block), "commit": "abc", "wall_time_s": 1.0, "image_set": "blocks"}
    return xr.Dataset(variables, coordinates, attributes)


@pytest.fixture(scope="module")
def chapter(request):
    return config.read(request.config.rootpath).cnn


@pytest.fixture(scope="module")
def summaries(chapter) -> dict[str, xr.Dataset]:
    """Every setting of the configuration, two seeds each."""
    rng = np.random.default_rng(0)
    return {
        method: s.gather(
            {
                (setting, f"seed-{seed}"): run(rng, chapter.training(method, setting).model_dump())
                for setting in runs.settings
                for seed in range(N_SEEDS)
            }
        )
        for method, runs in chapter
        if hasattr(runs, "settings")
    }


@pytest.fixture
def draw(chapter, summaries):
    """Draws a figure of the chapter with its configured settings; closes it afterwards."""

    def drawn(name: str):
        settings = list(getattr(chapter.figures, name))
        return import_module(f"gradfree.figures.cnn_{name}").draw(summaries, settings), settings

    yield drawn
    pyplot.close("all")


def means(summaries, setting: str, quantity: str) -> np.ndarray:
    return s.curve(panels.of(summaries, setting), setting, quantity).mean("seed").values


def lines(axes) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)) for line in axes.lines]


FIGURES = list(config.Cnn.model_fields["figures"].annotation.model_fields)


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_is_named_and_every_panel_holds_finite_numbers(draw, name):
    figure, _ = draw(name)
    grid = figure.axes[0].get_gridspec()
    for axes in figure.axes:
        assert any(other.get_ylabel() for other in axes.get_shared_y_axes().get_siblings(axes))
        above_another = axes.get_subplotspec().rowspan.stop < grid.nrows
        assert above_another or axes.get_xlabel() or axes.get_xticklabels()[0].get_text()
        assert any(np.isfinite(y).any() for _, y in lines(axes))


def texts_of(figure) -> list[str]:
    labels = [label for axes in figure.axes for label in axes.get_legend_handles_labels()[1]]
    ticks = [tick.get_text() for axes in figure.axes for tick in axes.get_xticklabels()]
    return [*labels, *ticks, *(axes.get_title(loc="left") for axes in figure.axes), figure.get_suptitle()]


@pytest.mark.parametrize("name", FIGURES)
def test_every_setting_that_a_figure_compares_is_named_in_it(draw, chapter, name):
    figure, settings = draw(name)
    texts = texts_of(figure)
    if any(text.startswith("J = ") for text in texts):
        wanted = [f"J = {chapter.training('enkf', setting).n_members}" for setting in settings]
    elif name == "activation_functions":
        wanted = ["logistic", "ReLU", "tanh", "step", "hard shrink"]
    else:
        wanted = [names.label(setting) for setting in settings]
    assert [one for one in wanted if not any(text.startswith(one) for text in texts)] == []


@pytest.mark.parametrize(("name", "place"), [("test_error", 0), ("ensemble_size", 0), ("schedule", 0), ("letters", 0)])
def test_lines_are_the_means_over_seeds_at_their_steps(draw, summaries, name, place):
    figure, settings = draw(name)
    for setting, (x, y) in zip(settings, lines(figure.axes[place]), strict=False):
        np.testing.assert_allclose(y, means(summaries, setting, "test_error_percent"))
        assert x.tolist() == STEPS


@pytest.mark.parametrize(("name", "place"), [("test_error", 1), ("remedies", 0), ("adaptive", 0)])
def test_comparisons_at_equal_cost_are_drawn_over_network_evaluations(draw, summaries, name, place):
    figure, settings = draw(name)
    for setting, (x, y) in zip(settings, lines(figure.axes[place]), strict=False):
        np.testing.assert_allclose(x, means(summaries, setting, "forward_passes"))
        np.testing.assert_allclose(y, means(summaries, setting, "test_error_percent"))
    assert "evaluations" in figure.axes[place].get_xlabel()


@pytest.mark.parametrize("name", ["test_error", "ensemble_size", "activation_functions", "letters", "schedule"])
def test_errors_are_in_percent(draw, name):
    assert draw(name)[0].axes[0].get_ylabel() == "test error in %"


def test_bands_are_one_standard_deviation_wide(draw, summaries):
    figure, settings = draw("schedule")
    curve = s.curve(panels.of(summaries, settings[0]), settings[0], "test_error_percent").values
    heights = figure.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx(
        ((curve.mean(0) - curve.std(0)).min(), (curve.mean(0) + curve.std(0)).max())
    )


def test_bars_are_means_at_the_end_and_dots_are_seeds(draw, summaries):
    figure, settings = draw("activation_functions")
    for bar, setting in zip(figure.axes[1].patches, settings, strict=True):
        ends = s.final(panels.of(summaries, setting), setting, "test_error_percent")
        assert bar.get_height() == pytest.approx(ends.mean())
        assert any(y.shape == ends.shape and np.allclose(y, ends) for _, y in lines(figure.axes[1]))


def test_activations_show_the_mean_output_of_each_layer(draw, summaries):
    figure, settings = draw("activations")
    for column, setting in enumerate(settings):
        shown = [y for _, y in lines(figure.axes[column]) if len(y) == len(STEPS)]
        np.testing.assert_allclose(np.array(shown).T, means(summaries, setting, "activation_mean"))


def test_distributions_of_gradients_are_shares_that_sum_to_one(draw):
    figure, settings = draw("gradients")
    for column in range(len(settings)):
        assert [y.sum() for _, y in lines(figure.axes[column])] == pytest.approx([1] * 2 * len(LAYERS))


def test_weight_histograms_are_shares_and_their_divergence_starts_at_the_second_evaluation(draw):
    figure, _ = draw("weights")
    for axes in figure.axes[:2]:
        assert [y.sum() for _, y in lines(axes)] == pytest.approx([1] * len(STEPS))
    assert all(x.tolist() == [step + 1 for step in STEPS[1:]] for x, _ in lines(figure.axes[2]))


def test_epochs_count_images_and_not_repetitions_of_a_mini_batch(draw, chapter):
    figure, settings = draw("initialization")
    for setting, (x, _) in zip(settings, lines(figure.axes[0]), strict=True):
        method = "gradient" if setting in chapter.gradient.settings else "enkf"
        repetitions = 1 if method == "gradient" else chapter.training(method, setting).repetitions
        assert x[-1] == pytest.approx((STEPS[-1] + 1) * 64 / repetitions / 60_000)


def test_a_setting_has_one_color_in_all_figures(draw):
    def color_of(name: str) -> str:
        figure, settings = draw(name)
        return figure.axes[0].lines[settings.index("corrected")].get_color()

    assert {color_of(name) for name in ("test_error", "schedule", "adaptive", "initialization")} == {style.BLUE}


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in ("activations", "gradients", "weights")])
def test_settings_that_are_compared_have_colors_of_their_own(draw, name):
    figure, settings = draw(name)
    colors = [line.get_color() for line in figure.axes[0].lines[: len(settings)]]
    assert len(set(colors)) == len(settings)


def test_the_letters_figure_says_which_letters(draw):
    assert "blocks" in draw("letters")[0].axes[0].get_title(loc="left")


def test_a_setting_that_no_summary_holds_is_named(summaries):
    with pytest.raises(KeyError, match="corected"):
        panels.of(summaries, "corected")


def test_one_seed_is_drawn_without_band_and_interval(chapter, summaries):
    single = {name: summary.isel(seed=[0]) for name, summary in summaries.items()}
    for name, settings in chapter.figures:
        import_module(f"gradfree.figures.cnn_{name}").draw(single, list(settings))
    figure = import_module("gradfree.figures.cnn_schedule").draw(single, list(chapter.figures.schedule))
    assert not figure.axes[0].collections
    pyplot.close("all")


def test_files_carry_their_provenance_and_are_the_same_each_time(draw, tmp_path):
    facts = {"figure": "cnn/letters", "settings": "letters-large", "commit": "abc"}
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        style.save(draw("letters")[0], {kind: tmp_path / folder / f"x.{kind}" for kind in ("pdf", "png")}, facts)
    assert (
        Image.open(tmp_path / "a/x.png").text["Description"]
        == "figure: cnn/letters; settings: letters-large; commit: abc"
    )
    assert b"commit: abc" in (tmp_path / "a/x.pdf").read_bytes()
    for file in ("x.png", "x.pdf"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
