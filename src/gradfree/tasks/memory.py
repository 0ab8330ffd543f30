"""Working memory: name the word that was shown before a silent delay.

The working-memory task of Hazelden et al. 2023 is not public; this is our reading of their abstract, built from the
words of the integration task: a cue, silence, and the word that asks for the answer.
"""

from __future__ import annotations

import numpy as np

from gradfree.tasks.integration import END, N_CLASSES, SILENCE, Trials


def draw(rng: np.random.Generator, n_trials: int, n_cue: int, n_delay: int) -> Trials:
    """Trials of a cue held for n_cue words, n_delay silent words, and the end."""
    if n_cue < 1:
        raise ValueError(f"the cue must be shown for at least one word, found n_cue {n_cue}")
    labels = rng.integers(0, N_CLASSES, n_trials)
    silence = np.full((n_trials, n_delay), SILENCE)
    words = np.concatenate([np.repeat(labels[:, None], n_cue, 1), silence, np.full((n_trials, 1), END)], axis=1)
    return Trials(words, labels)
