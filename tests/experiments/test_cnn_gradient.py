"""Backpropagation follows the gradient of the cross-entropy, and is the same however often it stops."""

import numpy as np
import pytest
import torch
import xarray as xr
from mortal import Killed, Mortal

from gradfree.experiments import cnn_gradient
from gradfree.experiments import cnn_measures as measures
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.models import cnn
from gradfree.randomness import Stream
from gradfree.settings.cnn import GradientTraining
from gradfree.tasks.images import ImageSet

N_TRAIN, N_TEST = 20, 12
DEFAULTS = dict(
    n_seeds=1, optimizer="sgd", learning_rate=0.1, momentum=0.9, initial_std=0.1, epochs=2, batches_per_epoch=3,
    batch_size=8, activation="sigmoid", evaluate_every=4, record_every=2,
)  # fmt: skip
CLOCKS = ["wall_s", "at_wall_s"]
STREAM = Stream(1, ("test",))


def config(**overrides) -> GradientTraining:
    return GradientTraining(**{**DEFAULTS, **overrides})


def make_images(dtype=np.float32) -> ImageSet:
    rng = np.random.default_rng(3)
    pictures, labels = rng.random((N_TRAIN + N_TEST, 28, 28)).astype(dtype), rng.integers(0, 10, N_TRAIN + N_TEST)
    return ImageSet(pictures[:N_TRAIN], labels[:N_TRAIN], pictures[N_TRAIN:], labels[N_TRAIN:], name="noise")


IMAGES = make_images()


def run(**overrides) -> xr.Dataset:
    return cnn_gradient.run(config(**overrides), IMAGES, STREAM)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "gauss"])
def test_the_gradient_equals_finite_differences_in_every_layer(activation):
    images, chosen = make_images(np.float64), np.arange(5)
    parameters = np.random.default_rng(0).normal(0, 0.3, cnn.N_PARAMETERS)

    def loss(p):
        logits = cnn.layers(torch.from_numpy(p), torch.from_numpy(images.train_images[chosen]), activation)[-1].numpy()
        log_probability = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return -log_probability[chosen, images.train_labels[chosen]].mean()

    found, gradient = cnn_gradient._backpropagate(parameters, images, chosen, activation)
    assert found == pytest.approx(loss(parameters))
    for place in (0, 137, 249, 250, 3000, 5249, 5250, 9999, 18049):
        step = np.zeros(cnn.N_PARAMETERS)
        step[place] = 1e-6
        difference = (loss(parameters + step) - loss(parameters - step)) / 2e-6
        assert gradient[place] == pytest.approx(difference, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_three_mini_batches_move_the_network_as_torch_moves_it(rule):
    start = STREAM.generator("initial weights").standard_normal(cnn.N_PARAMETERS, np.float32) * np.float32(0.1)
    weights = torch.tensor(start, requires_grad=True)
    oracle = {
        "sgd": torch.optim.SGD([weights], lr=0.01, momentum=0.9),
        "adam": torch.optim.Adam([weights], lr=0.01),
    }[rule]
    order = STREAM.generator("order", 0).permutation(N_TRAIN)
    for batch in (order[:8], order[8:16], order[16:]):
        oracle.zero_grad()
        logits = cnn.layers(weights, torch.from_numpy(IMAGES.train_images[batch]))[-1]
        torch.nn.functional.cross_entropy(logits, torch.from_numpy(IMAGES.train_labels[batch])).backward()
        oracle.step()
    found = run(optimizer=rule, learning_rate=0.01, epochs=1)["parameters"]
    np.testing.assert_allclose(found, weights.detach().numpy(), rtol=1e-4, atol=1e-5)


def test_an_epoch_shows_every_image_once_and_epochs_differ_in_order(monkeypatch):
    seen, backpropagate = [], cnn_gradient._backpropagate
    monkeypatch.setattr(
        cnn_gradient, "_backpropagate", lambda p, i, chosen, a: seen.append(chosen) or backpropagate(p, i, chosen, a)
    )
    run()
    epochs = [np.concatenate(seen[:3]), np.concatenate(seen[3:])]
    assert [sorted(epoch) for epoch in epochs] == [list(range(N_TRAIN))] * 2
    assert epochs[0].tolist() != epochs[1].tolist()


def test_records_and_evaluations_land_where_stated_the_last_mini_batch_included():
    found = run(epochs=2, batches_per_epoch=4, batch_size=5, record_every=3, evaluate_every=4)
    assert found.iteration.values.tolist() == [0, 3, 6] and found.evaluation.values.tolist() == [0, 4, 7]
    assert found["forward_passes"].values.tolist() == [5, 25, 40]


def test_forward_passes_count_the_short_last_batch_as_it_is():
    assert run(epochs=1, evaluate_every=1)["forward_passes"].values.tolist() == [8, 16, 20]


def test_every_stated_quantity_is_recorded_with_unit_and_name():
    found = run()
    for dim, quantities in (("iteration", cnn_gradient.PER_RECORD), ("evaluation", cnn_gradient.PER_EVALUATION)):
        for name, quantity in quantities.items():
            assert found[name].dims == (dim, *quantity.dims) and found[name].attrs["units"] == quantity.units
            assert np.isfinite(found[name]).any(), name


def test_recorded_gradients_are_those_of_the_first_mini_batch_layer_by_layer():
    found = run(epochs=1, record_every=100)
    start = STREAM.generator("initial weights").standard_normal(cnn.N_PARAMETERS, np.float32) * np.float32(0.1)
    chosen = STREAM.generator("order", 0).permutation(N_TRAIN)[:8]
    _, gradient = cnn_gradient._backpropagate(start, IMAGES, chosen, "sigmoid")
    for place, part in enumerate((gradient[:250], gradient[250:5250], gradient[5250:])):
        counts = found["gradient_magnitude_histogram"][0, place]
        assert found["gradient_std"][0, place] == part.std() and found["gradient_mean"][0, place] == part.mean()
        assert counts.sum() == part.size
        assert counts[counts["bin"] < -5].sum() == (np.abs(part) < 10 ** cnn_gradient.MAGNITUDE_EDGES[36]).sum()


def test_the_gradient_of_a_step_function_is_exactly_zero_below_it_and_counts_in_the_lowest_bin():
    counts = run(activation="step", epochs=1)["gradient_magnitude_histogram"]
    assert counts[0, 0, 0] == 250 and counts[0, 1, 0] == 5000


def test_the_final_score_is_that_of_the_final_parameters():
    found = run(optimizer="adam", learning_rate=0.001)
    expected = measures.scores(found["parameters"].values, IMAGES.test_images, IMAGES.test_labels, "sigmoid")
    assert (found["test_error_percent"][-1], found["test_loss"][-1]) == expected


@pytest.mark.parametrize("rule", ["sgd", "adam"])
@pytest.mark.parametrize("lives", [[1, 1], [3], [4]], ids=["early", "between epochs", "in the second epoch"])
def test_a_killed_and_resumed_run_equals_an_uninterrupted_one_bit_for_bit(tmp_path, rule, lives):
    whole = run(optimizer=rule)
    for life in lives:
        with pytest.raises(Killed):
            cnn_gradient.run(config(optimizer=rule), IMAGES, STREAM, Mortal(tmp_path / "run", life))
    resumed = cnn_gradient.run(config(optimizer=rule), IMAGES, STREAM, Checkpoints(tmp_path / "run", "key"))
    xr.testing.assert_identical(resumed.drop_vars(CLOCKS), whole.drop_vars(CLOCKS))
    assert {n: v.dtype for n, v in resumed.variables.items()} == {n: v.dtype for n, v in whole.variables.items()}


def test_a_run_killed_after_its_last_step_only_returns_its_result(tmp_path):
    with pytest.raises(Killed):
        cnn_gradient.run(config(), IMAGES, STREAM, Mortal(tmp_path / "run", 6))
    resumed = cnn_gradient.run(config(), IMAGES, STREAM, Checkpoints(tmp_path / "run", "key"))
    xr.testing.assert_identical(resumed.drop_vars(CLOCKS), run().drop_vars(CLOCKS))
