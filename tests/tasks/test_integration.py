"""Trials of the integration and the memory task: what they show, and what they ask for."""

import numpy as np
import pytest

from gradfree.tasks import integration, memory

RNG = np.random.default_rng


def test_the_label_is_the_word_shown_most_often_and_never_tied():
    trials = integration.draw(RNG(0), 300, 12, n_delay=3)
    assert trials.words.shape == (300, 16)
    counts = np.stack([(trials.words == word).sum(1) for word in range(3)], 1)
    np.testing.assert_array_equal(counts.argmax(1), trials.labels)
    ordered = np.sort(counts, 1)
    assert (ordered[:, 2] > ordered[:, 1]).all()
    assert (trials.words[:, 12:15] == integration.SILENCE).all() and (trials.words[:, 15] == integration.END).all()


def test_classes_are_equally_likely_and_counts_uniform_over_triples():
    trials = integration.draw(RNG(1), 6000, 3)
    assert np.bincount(trials.labels) / 6000 == pytest.approx([1 / 3] * 3, abs=0.03)
    # triples of at most 3 words without a tie: (1,0,0) (2,0,0) (3,0,0) (2,1,0) (2,0,1) and their turns, 15 in all
    shown = (trials.words < 3).sum(1)
    assert np.bincount(shown) / 6000 == pytest.approx([0, 1 / 5, 1 / 5, 3 / 5], abs=0.03)


def test_words_are_different_vectors_of_about_unit_length_and_silence_is_none():
    vectors = integration.vocabulary(RNG(0), 50)
    assert set(np.unique(vectors)) == {0, 0.2} and not vectors[integration.SILENCE].any()
    assert len(np.unique(vectors, axis=0)) == len(vectors) == 6


def test_the_cue_of_a_memory_trial_is_followed_by_silence_only():
    trials = memory.draw(RNG(0), 40, n_cue=2, n_delay=5)
    np.testing.assert_array_equal(trials.words[:, :2], np.repeat(trials.labels[:, None], 2, 1))
    assert (trials.words[:, 2:7] == integration.SILENCE).all() and (trials.words[:, 7] == integration.END).all()


def test_trials_without_content_are_refused():
    with pytest.raises(ValueError, match="at least one content word"):
        integration.draw(RNG(0), 4, 0)
    with pytest.raises(ValueError, match="at least one word, found n_cue 0"):
        memory.draw(RNG(0), 4, 0, 5)
