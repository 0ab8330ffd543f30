"""Images that are shown in full: spikes of input and outputs."""

import numpy as np
import pytest
import toy_examples as toy
from toy_reservoir import MODEL, part

from gradfree.analysis import reservoir_examples as found_in
from gradfree.experiments import reservoir_examples
from gradfree.randomness import Stream


@pytest.fixture(scope="module")
def runs():
    published = {"outputs": "softmax", "localized": False, "ensemble": "independent", "variant": "published"}
    return {"corrected": toy.trained(), "published": toy.trained(**published, wiring="one_strong_synapse_per_pixel")}


@pytest.fixture(scope="module")
def summary(runs, tmp_path_factory):
    return toy.examples(tmp_path_factory.mktemp("spikes"), runs)


@pytest.mark.parametrize(("moment", "evaluation"), [("before", 0), ("after", -1)])
@pytest.mark.parametrize("setting", ["corrected", "published"])
def test_recorded_output_spikes_give_the_rates_that_the_training_evaluated(summary, runs, setting, moment, evaluation):
    sizes, seconds = MODEL.populations, MODEL.protocol.image_ms / 1000
    evaluated = runs[setting].mean_test_rate_Hz.isel(evaluation=evaluation).transpose("class", "cluster").values
    for digit, expected in enumerate(evaluated):  # the test set holds one image of each digit
        time_ms, neuron = found_in.output_spikes(summary, setting, moment, digit)
        counted = neuron[(time_ms >= 0) & (neuron % sizes.n_output < sizes.n_output_excitatory)]
        counts = np.bincount(counted // sizes.n_output, minlength=3)
        np.testing.assert_allclose(counts / (seconds * sizes.n_output_excitatory), expected)
        assert time_ms.min() >= -MODEL.protocol.lead_in_ms and time_ms.max() < MODEL.protocol.image_ms


def test_input_spikes_are_those_of_the_first_image(summary):
    first = toy.TEST.spikes.take([0])
    for wiring in toy.WIRINGS:
        time_ms, neuron = found_in.input_spikes(summary, wiring)
        np.testing.assert_allclose(time_ms, (first.step - MODEL.onset_step) * MODEL.dt_ms)
        np.testing.assert_array_equal(neuron, first.neuron)
        counts = first.counts(MODEL.onset_step, 784)[0]
        np.testing.assert_allclose(found_in.input_rates(summary, wiring), counts / (MODEL.protocol.image_ms / 1000))


def test_images_are_found_in_any_chunk_and_returned_in_the_order_asked_for(tmp_path):
    paths, numbers = toy.stores(tmp_path)["published"], np.array([60_002, 50_001, 60_000])
    taken = reservoir_examples.take(paths, numbers, "reservoir")
    np.testing.assert_array_equal(taken.image, numbers)
    for place, (source, image) in enumerate(((toy.TEST, 2), (part(1, 50_000), 1), (toy.TEST, 0))):
        found, stored = taken.take([place]), source.spikes.take([image])
        np.testing.assert_array_equal(found.step, stored.step)
        np.testing.assert_array_equal(found.neuron, stored.neuron)


def test_an_image_that_was_not_simulated_is_named(tmp_path):
    paths = toy.stores(tmp_path)["published"]
    with pytest.raises(ValueError, match=r"images \[60009\] are in none of 2 chunks"):
        reservoir_examples.take(paths, np.array([60_000, 60_009]), "input")


def test_a_training_of_another_seed_is_refused(runs, tmp_path):
    stores = toy.stores(tmp_path)
    with pytest.raises(ValueError, match="same seed"):
        reservoir_examples.run(MODEL, toy.SHOWN, toy.PIXELS, stores, runs, Stream(1, ("examples",)))


def test_chunks_are_grouped_by_the_wiring_in_whose_folder_they_stand():
    files = [f"spikes/{wiring}/chunk-{n}.{kind}" for wiring in "ab" for n in (0, 1) for kind in ("zarr", "json")]
    found = reservoir_examples.by_wiring(files)
    assert {wiring: [path.name for path in paths] for wiring, paths in found.items()} == {
        "a": ["chunk-0.zarr", "chunk-1.zarr"],
        "b": ["chunk-0.zarr", "chunk-1.zarr"],
    }
