"""Figures of chapter `reservoir`, drawn from trainings on made-up spikes."""

from importlib import import_module

import numpy as np
import pytest
import toy_examples
import toy_reservoir as toy
import xarray as xr
from matplotlib import pyplot
from matplotlib.text import Text

from gradfree import config
from gradfree.analysis import ensembles, readout_histories, reservoir_activity, reservoir_examples
from gradfree.analysis import summaries as s
from gradfree.experiments import reservoir_bounds, reservoir_training
from gradfree.figures import readout_names as names
from gradfree.randomness import Stream

FIGURES = list(config.Reservoir.model_fields["figures"].annotation.model_fields)
SEEDS = (0, 1)


@pytest.fixture(scope="module")
def chapter(request):
    return config.read(request.config.rootpath).reservoir


def trained(seed: int, training, tmp: dict) -> xr.Dataset:
    """A toy training of the published or of the corrected kind, with the configuration of a setting."""
    own = toy.PUBLISHED if training.outputs == "softmax" else {}
    key = (seed, training.outputs == "softmax")
    if key not in tmp:
        tmp[key] = reservoir_training.run(toy.config(**own), toy.MODEL, toy.data(), Stream(seed, ("figures",)))
    found = tmp[key].copy()
    found.attrs = {"config": training.model_dump_json(), "commit": "abc", "wall_time_s": 1.0}
    return found


def activity() -> xr.Dataset:
    """Stored spikes of input neurons and reservoir of both wirings."""
    chunks = [toy.chunk(toy.part(n, 60_000)) for n in (1, 2)]
    wirings = ("published", "one_strong_synapse_per_pixel")
    return reservoir_activity.summarize(list(zip(wirings, chunks, strict=True)), 784, 160, 40)


@pytest.fixture(scope="module")
def summaries(chapter, tmp_path_factory) -> dict[str, xr.Dataset]:
    trainings, tmp = chapter.trainings(), {}
    runs = {(name, f"seed-{seed}"): trained(seed, one, tmp) for name, one in trainings.items() for seed in SEEDS}
    kept = {key: ensembles.analyze(run) for key, run in runs.items() if trainings[key[0]].snapshots}
    data = toy.data()
    pixels = {name: part.spikes.counts(0, 200).astype(float) for name, part in zip(
        ("train", "validation", "test"), data.parts(), strict=True
    )}  # fmt: skip
    bounds = reservoir_bounds.run(toy.MODEL, data, pixels)
    shown = dict.fromkeys(chapter.figures.rasters, toy_examples.trained())
    tasks = [f"{wiring}, {n} classes" for wiring, n in chapter.tasks()]
    return {
        "activity": activity(),
        "examples": toy_examples.examples(tmp_path_factory.mktemp("spikes"), shown),
        "readout": s.gather({key: run.drop_dims(["snapshot", "neuron"]) for key, run in runs.items()}),
        "ensembles": ensembles.gather(kept),
        "bounds": xr.concat([bounds] * len(tasks), "setting").assign_coords(setting=tasks),
    }


@pytest.fixture
def draw(chapter, summaries):
    """Draws a figure of the chapter with its configured settings; closes it afterwards."""

    def drawn(name: str):
        settings = list(getattr(chapter.figures, name))
        return import_module(f"gradfree.figures.reservoir_{name}").draw(summaries, settings), settings

    yield drawn
    pyplot.close("all")


def lines(axes) -> list[np.ndarray]:
    return [np.asarray(line.get_ydata(), float) for line in axes.lines]


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_is_named_and_holds_finite_numbers(draw, name):
    figure, _ = draw(name)
    for axes in (axes for axes in figure.axes if axes.get_label() != "<colorbar>"):
        beside, below = (group.get_siblings(axes) for group in (axes.get_shared_y_axes(), axes.get_shared_x_axes()))
        assert any(other.get_ylabel() for other in beside) or axes.images
        named = [text for other in below for text in (other.get_xlabel(), *map(Text.get_text, other.get_xticklabels()))]
        assert any(named)
        drawn = [*lines(axes), *(np.ma.filled(image.get_array(), np.nan) for image in axes.images)]
        assert any(np.isfinite(values).any() for values in drawn)


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in ("activity", "encoding", "bounds")])
def test_every_setting_that_a_figure_compares_is_named_in_it(draw, name):
    figure, settings = draw(name)
    texts = [text for axes in figure.axes for text in axes.get_legend_handles_labels()[1]]
    for axes in figure.axes:
        texts += [tick.get_text() for tick in axes.get_xticklabels()]
        texts += [axes.get_title(loc="left"), axes.get_title(), axes.get_ylabel()]
    missing = [one for one in settings if not any(names.label(one) in text for text in texts)]
    assert not missing


def test_bars_are_mean_accuracies_at_the_end_and_dots_are_seeds(draw, summaries):
    figure, settings = draw("defects")
    for bar, setting in zip(figure.axes[0].patches, settings, strict=True):
        ends = 100 * s.final(summaries["readout"], setting, "test_accuracy")
        assert bar.get_height() == pytest.approx(ends.mean())
        assert any(len(y) == len(ends) and np.allclose(y, ends) for y in lines(figure.axes[0]))


def test_learning_shows_mean_fitness_and_test_accuracy_over_generations(draw, summaries):
    figure, settings = draw("learning")
    for place, setting in enumerate(settings):
        fitness = readout_histories.by_generation(summaries["readout"], setting, "mean_fitness").mean("seed")
        np.testing.assert_allclose(lines(figure.axes[0])[place], fitness)
        test = 100 * s.curve(summaries["readout"], setting, "test_accuracy").mean("seed")
        assert any(len(y) == len(test) and np.allclose(y, test) for y in lines(figure.axes[1]))


def test_comparators_are_drawn_over_readout_simulations(draw, summaries):
    figure, settings = draw("comparators")
    cost = s.curve(summaries["readout"], settings[0], "readout_simulations").mean("seed")
    np.testing.assert_allclose(figure.axes[0].lines[0].get_xdata(), cost)


def test_heat_maps_show_the_covariance_of_first_and_last_kept_generation(draw, summaries):
    figure, settings = draw("covariance")
    kept = summaries["ensembles"].sel(setting=settings[0]).isel(seed=0)
    for column, place in enumerate((0, -1)):
        found = np.ma.filled(figure.axes[column].images[0].get_array(), np.nan)
        np.testing.assert_allclose(found, kept.prediction_covariance.values[place])


def test_output_rates_are_those_of_the_evaluations_before_and_after(draw, summaries):
    figure, settings = draw("output_rates")
    rates = s.curve(summaries["readout"], settings[0], "mean_test_rate_Hz").mean("seed")
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == [f"{rate:.0f}" for rate in rates.isel(evaluation=0).transpose("class", "cluster").values.ravel()]


def test_encoding_shows_the_image_its_generators_and_the_rates_of_the_input_neurons(draw, summaries):
    figure, wirings = draw("encoding")
    shown = [np.ma.filled(axes.images[0].get_array(), np.nan).ravel() for axes in figure.axes if axes.images]
    rates = [reservoir_examples.input_rates(summaries["examples"], wiring) for wiring in wirings]
    expected = [toy_examples.PIXELS[0], rates[0], summaries["examples"].generator_rate[0], rates[1]]
    for values, right in zip(shown, expected, strict=True):
        np.testing.assert_allclose(values, right)


def test_rasters_hold_every_spike_of_every_output_neuron_once(draw, summaries):
    figure, _ = draw("rasters")
    events = summaries["examples"].output_events.stack(row=("setting", "moment"))
    for axes, (row, image) in zip(figure.axes, np.ndindex(events.sizes["row"], events.sizes["image"]), strict=True):
        excitatory, inhibitory = axes.lines[:2]
        assert len(excitatory.get_ydata()) + len(inhibitory.get_ydata()) == events.isel(row=row, image=image)
        assert set(np.unique(np.asarray(inhibitory.get_ydata()) % 12)) <= {10, 11}


def test_one_seed_is_drawn_without_band_and_interval(chapter, summaries):
    single = {name: one.isel(seed=[0]) if "seed" in one.dims else one for name, one in summaries.items()}
    for name, settings in chapter.figures:
        import_module(f"gradfree.figures.reservoir_{name}").draw(single, list(settings))
        pyplot.close("all")
