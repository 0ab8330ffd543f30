"""From rates to outputs and fitness, against plain loops and the published definitions."""

import numpy as np
import pytest

from gradfree.experiments import reservoir_outputs as out

RNG = np.random.default_rng(0)
RATES = RNG.uniform(50, 150, (4, 6, 3))
LABELS = np.array([0, 1, 2, 2, 1, 0])


def test_the_published_reshape_takes_for_an_image_what_lies_n_images_apart_in_memory():
    found = out.scrambled(RATES)
    for member, image, k in np.ndindex(RATES.shape):
        assert found[member, image, k] == RATES[member].ravel()[k * 6 + image]
    assert not np.array_equal(found, RATES)


def test_fitness_is_that_of_one_hot_vectors():
    for n_classes in (2, 3, 10):
        eye = np.eye(n_classes)
        answers, labels = RNG.integers(0, n_classes, 50), RNG.integers(0, n_classes, 50)
        published = np.mean(1 - np.square(eye[labels] - eye[answers]).mean(axis=1))
        assert out.published_fitness(np.mean(answers == labels), n_classes) == pytest.approx(published)


def test_the_published_softmax_of_rates_in_hz_is_nearly_one_hot_and_a_temperature_makes_it_soft():
    hard, soft = (out.fit(kind, RATES, 2.0) for kind in ("softmax", "tempered_softmax"))
    assert np.median(hard.outputs(RATES).max(axis=-1)) > 0.999
    assert np.median(soft.outputs(RATES).max(axis=-1)) < 0.8
    np.testing.assert_allclose(hard.outputs(RATES).sum(axis=-1), 1)


def test_the_temperature_is_the_spread_of_rates_around_the_mean_of_clusters():
    within = np.array([[[rate - image.mean() for rate in image] for image in member] for member in RATES])
    assert out.fit("rates", RATES, 2.0).temperature_Hz == pytest.approx(np.sqrt(np.mean(within**2)))


def test_failed_members_have_no_part_in_the_temperature():
    with_failed = np.concatenate([RATES, np.full((1, 6, 3), np.nan)])
    assert out.fit("rates", with_failed, 2.0) == out.fit("rates", RATES, 2.0)


def test_rates_as_outputs_are_centered_and_wanted_to_differ_by_the_contrast():
    read = out.fit("rates", RATES, 2.0)
    assert read.outputs(RATES).mean() == pytest.approx(0)
    wanted = read.observations(LABELS, 3)
    np.testing.assert_allclose(wanted.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(wanted[0], [4 / 3, -2 / 3, -2 / 3])


def test_the_answer_is_the_cluster_with_the_highest_rate_the_first_of_equal_ones_and_never_a_failed_one():
    rates = np.array([[[1.0, 2, 0]], [[2, 2, 0]], [[0, 2, 2]], [[np.nan, 2, 0]], [[np.inf, 2, 0]]])
    assert out.correct(rates, np.array([1]))[:, 0].tolist() == [True, False, True, False, False]
