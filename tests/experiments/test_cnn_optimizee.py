"""The EnKF on the CNN as an optimizee: the same cost for all, and no test image in the search."""

from pathlib import Path

import numpy as np
import pytest

from gradfree import config
from gradfree.experiments import cnn_optimizee
from gradfree.experiments.cnn_optimizee import EnkfOnCnn
from gradfree.randomness import Stream
from gradfree.tasks import library
from gradfree.tasks.images import ImageSet

ROOT = Path(__file__).parents[2]
GENES = {"noise_variance": 0.1, "repetitions": 1}
INPUTS = {"digits": Path("digits"), "letters": Path("letters")}


@pytest.fixture
def made() -> EnkfOnCnn:
    """With the settings of the smoke scale."""
    return EnkfOnCnn(INPUTS, **config.read(ROOT, "smoke").l2l.optimizees["cnn"].settings)


@pytest.fixture
def images(monkeypatch):
    """Noise with labels, each image of one gray, its number."""
    rng, n_train, n_test = np.random.default_rng(0), 700, 50
    train, test = (np.zeros((n, 28, 28), np.float32) for n in (n_train, n_test))
    train += np.arange(n_train, dtype=np.float32)[:, None, None] / n_train
    test += 2
    found = ImageSet(train, rng.integers(10, size=n_train), test, rng.integers(10, size=n_test), "made up")
    monkeypatch.setattr(library, "load_images", lambda data, path: found)
    return found


def test_no_individual_costs_more_than_the_budget_and_none_much_less(made):
    for n_members in (10, 20, 37, 40):
        training = made.config({**GENES, "n_members": n_members}, "digits")
        per_update = n_members * training.batch_size
        assert made.forward_passes - per_update < training.iterations * per_update <= made.forward_passes
    with pytest.raises(ValueError, match="500 members exceed the budget of 6400"):
        made.config({**GENES, "n_members": 500}, "digits")


def test_the_search_is_scored_on_held_out_training_images_and_never_sees_test_images(made, images):
    searched, reported = made._images("digits", "validation"), made._images("digits", "test")
    assert searched.test_images.max() < 2 and reported.test_images.min() == 2
    assert made._images("digits", "last_batch").test_images.max() < 2
    assert len(searched.test_images) == made.n_validation
    for given in (searched, reported):
        assert len(given.train_images) == 700 - made.n_validation
        assert given.train_images.max() < searched.test_images.min(), "trained on images that are held out"


def test_fitness_is_minus_the_error_or_as_published_minus_the_misfit(made, images):
    stream, genes = Stream(1, ("l2l",)), {**GENES, "n_members": 40}
    run = made.run(genes, stream, "validation")
    assert float(run["fitness"]) == -float(run["error_percent"][-1])
    assert float(made.run(genes, stream, "last_batch")["fitness"]) == -float(run["misfit"][-1])


def test_a_run_that_goes_on_starts_from_the_members_it_is_given(made, images):
    genes = {**GENES, "n_members": 20}
    first = made.run(genes, Stream(1, ("first",)), "validation")
    fresh, further = (made.run(genes, Stream(1, ("second",)), "validation", start) for start in (None, first))
    assert not np.array_equal(fresh["ensemble"].values, further["ensemble"].values)


@pytest.mark.parametrize("n_members", [3, 5, 12])
def test_an_ensemble_that_grows_copies_members_with_a_little_noise_and_one_that_shrinks_drops_them(n_members):
    ensemble = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    resized = cnn_optimizee._resized(ensemble, n_members, Stream(1, ("l2l",)))
    assert resized.shape == (n_members, 4)
    np.testing.assert_array_equal(resized[:5], ensemble[:n_members])
    nearest = np.abs(resized[:, None] - ensemble).max(axis=2).min(axis=1)
    assert nearest.max() < 0.06


def test_unknown_keys_of_the_training_are_refused():
    with pytest.raises(ValueError, match="unknown keys n_member"):
        EnkfOnCnn(INPUTS, forward_passes=6400, n_validation=500, training={"n_member": 3})
