"""A training by the block filter learns, sees every image once per epoch, and is the same however often it stops."""

import numpy as np
import pytest
import xarray as xr
from mortal import Killed, Mortal

from gradfree.experiments import cnn_blocks
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.models import cnn
from gradfree.randomness import Stream
from gradfree.settings.cnn import BlockTraining
from gradfree.tasks.images import ImageSet

DEFAULTS = dict(
    iterations=6, batch_size=4, noise_variance=0.003, prior_variance=dict(conv1=2.0, conv2=0.1, output=0.02),
    initial_std=0.1, inflation=1.001, distance=0.02, vary_conv1_every=2, averaging=0.5, activation="sigmoid",
    n_validation=8, evaluate_every=2,
)  # fmt: skip
STREAM = Stream(1, ("test",))
CLOCKS = ["wall_s", "at_wall_s"]


def make_images() -> ImageSet:
    """Noise with a bright block whose place tells one of four labels."""
    rng, parts = np.random.default_rng(3), []
    for n in (28, 40):
        pictures, labels = 0.2 * rng.random((n, 28, 28), np.float32), rng.integers(0, 4, n)
        for picture, label in zip(pictures, labels, strict=True):
            picture[6:14, 6 * label : 6 * label + 8] += 0.8
        parts += [pictures, labels]
    return ImageSet(*parts, name="blocks")


IMAGES = make_images()


def run(**overrides) -> xr.Dataset:
    return cnn_blocks.run(BlockTraining(**DEFAULTS | overrides), IMAGES, STREAM)


def test_it_learns_what_a_reader_sees_at_once():
    errors = run(iterations=15, averaging=0.0)["test_error_percent"].values
    assert errors[0] > 40 and errors[-1] < 10


def test_a_killed_and_resumed_run_equals_an_uninterrupted_one_bit_for_bit(tmp_path):
    whole, config = run(), BlockTraining(**DEFAULTS)
    for life in (1, 3):
        with pytest.raises(Killed):
            cnn_blocks.run(config, IMAGES, STREAM, Mortal(tmp_path / "run", life))
    resumed = cnn_blocks.run(config, IMAGES, STREAM, Checkpoints(tmp_path / "run", "key"))
    xr.testing.assert_identical(resumed.drop_vars(CLOCKS), whole.drop_vars(CLOCKS))


def test_an_epoch_shows_every_training_image_once_and_no_held_out_image(monkeypatch):
    shown, responses = [], cnn_blocks.cnn_responses.responses

    def spy(parameters, images, *more):
        shown.extend(int(np.flatnonzero((IMAGES.train_images == x).all(axis=(1, 2)))[0]) for x in images)
        return responses(parameters, images, *more)

    monkeypatch.setattr(cnn_blocks.cnn_responses, "responses", spy)
    run(iterations=10)
    assert sorted(shown[:20]) == sorted(shown[20:]) == list(range(20)) and shown[:20] != shown[20:]


def test_network_evaluations_count_every_varied_network():
    passes = run()["forward_passes"].values
    with_conv1, without = 4 * (1 + 5000 + 250), 4 * (1 + 5000)
    np.testing.assert_array_equal(
        passes, [with_conv1, 2 * with_conv1 + without, 3 * with_conv1 + 2 * without, 3 * (with_conv1 + without)]
    )


def test_the_estimate_is_the_running_average_of_the_weights():
    one, two = (run(iterations=n)["mean"].values for n in (1, 2))
    np.testing.assert_allclose(run(iterations=2)["estimate"].values, (one + two) / 2, atol=1e-6)
    assert run(iterations=1)["estimate"].size == cnn.N_PARAMETERS
