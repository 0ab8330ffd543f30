"""Which images a training of the readout is shown."""

import numpy as np
import pytest
import toy_reservoir as toy

from gradfree.experiments.reservoir_data import images_of_generation, steps_per_pass

LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 2])


def a_pass(per_class: int, seed: int = 0) -> list[np.ndarray]:
    steps = steps_per_pass(LABELS, per_class)
    return [images_of_generation(np.random.default_rng(seed), LABELS, per_class, step) for step in range(steps)]


def test_a_pass_shows_no_image_twice_and_each_generation_the_same_number_of_each_class():
    shown = a_pass(2)
    assert [np.bincount(LABELS[images]).tolist() for images in shown] == [[2, 2, 2]] * 2
    together = np.concatenate(shown)
    assert len(set(together.tolist())) == len(together) == 12


def test_the_next_pass_has_another_order():
    assert not np.array_equal(a_pass(2, 0), a_pass(2, 1))


def test_more_images_of_a_class_than_there_are_is_refused_with_the_numbers():
    with pytest.raises(ValueError, match="images_per_class 5 exceeds the 4 training images of a digit"):
        steps_per_pass(LABELS, 5)


def test_images_of_some_classes_keep_their_spikes():
    whole = toy.part(3, 0)
    two = whole.of_classes(2)
    assert two.labels.tolist() == [0, 1] * 3
    counts = whole.spikes.counts(0, toy.N_RESERVOIR)[whole.labels < 2]
    np.testing.assert_array_equal(two.spikes.counts(0, toy.N_RESERVOIR), counts)


def test_a_class_without_images_is_named():
    with pytest.raises(ValueError, match=r"no images of digits \[3\]"):
        toy.part(2, 0).of_classes(4)
