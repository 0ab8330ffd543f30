"""Which images are simulated, and their spikes in the store and back."""

from dataclasses import replace

import numpy as np
import pytest

from gradfree import store
from gradfree.experiments import reservoir_spikes
from gradfree.models import reservoir_brian
from gradfree.models.readout import Spikes
from gradfree.models.reservoir import ImplausibleRates
from gradfree.randomness import Stream
from gradfree.settings.reservoir import Connectivity, Model, Plausible, Populations
from gradfree.tasks.images import ImageSet

N_TEST = 10_000
SMALL = Model(
    populations=Populations(n_excitatory=40, n_inhibitory=20),
    connectivity=Connectivity(excitatory_outdegrees=(8, 4), inhibitory_outdegrees=(8, 4), output_indegrees=(30, 15)),
    plausible_rates=Plausible(excitatory_Hz=(1, 1000), inhibitory_Hz=(1, 1000)),
)


@pytest.fixture(scope="module")
def images() -> ImageSet:
    """As many images as MNIST has for training; each shows its own number in its first three pixels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(10, size=60_000 + N_TEST).astype(np.int64)
    pictures = np.zeros((60_000 + N_TEST, 28, 28), np.uint8)
    for place in range(3):
        pictures[:, 0, place] = np.arange(len(pictures)) // 100**place % 100
    return ImageSet(pictures[:60_000], labels[:60_000], pictures[60_000:], labels[60_000:], "digits")


@pytest.mark.parametrize(
    ("part", "first", "stop"), [("train", 0, 50_000), ("validation", 50_000, 60_000), ("test", 60_000, 70_000)]
)
def test_parts_come_from_pools_without_common_images_and_classes_take_turns(images, part, first, stop):
    shown = reservoir_spikes.choose(images, part, [3, 1, 4], 0, 30)
    assert shown.labels.tolist() == [3, 1, 4] * 10
    assert first <= shown.numbers.min() <= shown.numbers.max() < stop
    assert len(set(shown.numbers)) == 30
    pool = np.flatnonzero(np.concatenate([images.train_labels, images.test_labels])[first:stop] == 3) + first
    np.testing.assert_array_equal(shown.numbers[::3], pool[:10])


def test_a_job_simulates_its_share_of_the_same_images(images):
    whole = reservoir_spikes.choose(images, "test", [0, 1, 2], 0, 30)
    part = reservoir_spikes.choose(images, "test", [0, 1, 2], 7, 19)
    np.testing.assert_array_equal(part.numbers, whole.numbers[7:19])


def test_pixels_are_those_of_the_numbers(images):
    numbers = np.array([59_999, 3, 60_000, 12_345, 60_999])
    rows = reservoir_spikes.pixels(images, numbers)
    assert rows.shape == (5, 784)
    np.testing.assert_array_equal(rows[:, :3] @ [1, 100, 10_000], numbers)


@pytest.mark.parametrize("digit", [-1, 10])
def test_a_digit_that_is_none_is_refused(images, digit):
    with pytest.raises(ValueError, match=f"digit {digit} is none: expected numbers from 0 to 9"):
        reservoir_spikes.choose(images, "test", [0, digit], 0, 4)


def test_an_empty_or_too_small_class_is_named_with_its_number_of_images(images):
    labels = np.where(images.test_labels == 7, 1, images.test_labels)
    lacking = replace(images, test_labels=labels)
    with pytest.raises(ValueError, match=r"digit 7 has 0 images in part 'test'.*images_per_class.test"):
        reservoir_spikes.choose(lacking, "test", [1, 7], 0, 4)
    with pytest.raises(ValueError, match=r"digit 2 has \d+ images in part 'test' of digits: expected at least 2000"):
        reservoir_spikes.choose(images, "test", [2, 3], 0, 4000)


def random_spikes(_rates, numbers, *_) -> dict[str, Spikes]:
    """Ten spikes of each neuron in each image, in place of a simulation."""
    found = {}
    for name, n_neurons in (("input", 784), ("reservoir", 60)):
        n_events = 10 * n_neurons
        rng = np.random.default_rng(n_neurons)
        step = np.sort(rng.integers(0, SMALL.n_steps, (len(numbers), n_events))).ravel().astype(np.int32)
        neuron = rng.integers(0, n_neurons, len(step)).astype(np.int32)
        found[name] = Spikes(step, neuron, n_events * np.arange(len(numbers) + 1), np.asarray(numbers))
    return found


@pytest.fixture(scope="module")
def chunk(images, tmp_path_factory):
    """Spikes of a few images of two parts in the store."""
    folder = tmp_path_factory.mktemp("spikes")
    shown = reservoir_spikes.choose_chunk(images, [0, 1], {"train": (0, 3), "test": (0, 2)})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reservoir_brian, "simulate", random_spikes)
        run = reservoir_spikes.run(SMALL, "published", images, shown, Stream(1, ("test",)))
    store.save(run, folder / "chunk-0.zarr", folder / "chunk-0.json")
    return folder / "chunk-0.zarr", run, shown


def test_spikes_return_from_the_store_by_part_and_digit(chunk):
    path, run, shown = chunk
    [(spikes, labels)] = reservoir_spikes.load([path], [0, 1], ["train"])
    assert labels.tolist() == [0, 1, 0]
    np.testing.assert_array_equal(spikes.image, shown.numbers[:3])
    [(zeros, labels)] = reservoir_spikes.load([path], [0], ["train"])
    assert labels.tolist() == [0, 0]
    np.testing.assert_array_equal(zeros.step, spikes.take([0, 2]).step)
    rate = spikes.counts(SMALL.onset_step, 60)[:, :40].mean(axis=1) / 0.5
    np.testing.assert_allclose(rate, run.excitatory_rate[:3], rtol=1e-6)


def test_spikes_are_small_integers_with_units_and_names(chunk):
    run = chunk[1]
    assert run.reservoir_step.dtype == run.reservoir_neuron.dtype == np.uint16
    assert all({"units", "long_name"} <= set(variable.attrs) for variable in run.variables.values())


def test_a_digit_that_was_not_simulated_is_named(chunk):
    with pytest.raises(ValueError, match=r"no image of digit 5 was simulated for part 'test', only of \[0, 1\]"):
        reservoir_spikes.load([chunk[0]], [0, 1, 5], ["test"])


def test_a_network_that_goes_silent_is_an_error_and_not_a_quiet_zero(images, monkeypatch):
    silent = Spikes(np.zeros(0, np.int32), np.zeros(0, np.int32), np.array([0, 0]), np.array([0]))
    monkeypatch.setattr(reservoir_brian, "simulate", lambda *_: {"input": silent, "reservoir": silent})
    shown = reservoir_spikes.choose(images, "train", [0, 1], 0, 1)
    with pytest.raises(ImplausibleRates, match=r"silent.*reservoir.model.connectivity and reservoir.model.background"):
        reservoir_spikes.run(SMALL, "published", images, shown, Stream(1, ("test",)))
