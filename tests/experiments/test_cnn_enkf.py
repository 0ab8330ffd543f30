"""A training by the EnKF shows the batches as stated, records what it says, and is the same however often it stops."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from mortal import Killed, Mortal

from gradfree.experiments import cnn_enkf, ensembles
from gradfree.experiments import cnn_measures as measures
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.models import cnn
from gradfree.optimizers import enkf
from gradfree.randomness import Stream
from gradfree.settings.cnn import EnkfTraining
from gradfree.tasks.images import ImageSet

N_TRAIN, N_TEST = 20, 16
DEFAULTS = dict(
    data="digits", n_seeds=1, n_members=6, iterations=8, repetitions=2, batch_size=8, noise_variance=0.01,
    initial_std=0.1, activation="sigmoid", schedule="corrected", form="sequential", n_validation=0, evaluate_every=4,
    adaptive=None, inflation=1.0, redraw_std=None, step_size=1.0, momentum=0.0, averaging=0.0, adaptive_noise=0.0,
    layer_by_layer=False,
)  # fmt: skip
ADAPTIVE = dict(accuracy_threshold_percent=50, check_every=1, fewest_members=4, most_members=10, step_members=3)
CLOCKS = ["wall_s", "at_wall_s"]


def config(**overrides) -> EnkfTraining:
    return EnkfTraining(**{**DEFAULTS, **overrides})


def make_images(n_train: int = N_TRAIN) -> ImageSet:
    """Noise with a bright block whose place tells the label."""
    rng, parts = np.random.default_rng(3), []
    for n in (n_train, N_TEST):
        pictures, labels = 0.2 * rng.random((n, 28, 28), np.float32), rng.integers(0, 10, n)
        for picture, label in zip(pictures, labels, strict=True):
            picture[5 * (label // 4) : 5 * (label // 4) + 8, 6 * (label % 4) : 6 * (label % 4) + 8] += 0.8
        parts += [pictures, labels]
    return ImageSet(*parts, name="blocks")


IMAGES = make_images()


def run(**overrides) -> xr.Dataset:
    return cnn_enkf.run(config(**overrides), IMAGES, Stream(1, ("test",)))


@pytest.fixture
def shown(monkeypatch) -> list[tuple[list[int], list[int]]]:
    """For each update: which training images were shown, and with which labels they were compared."""
    seen: list = []
    forward, tell = cnn.forward, cnn_enkf.search.tell

    def spy_forward(ensemble, images, activation):
        if len(ensemble) > 1:
            places = [int(np.flatnonzero((IMAGES.train_images == x).all(axis=(1, 2)))[0]) for x in images]
            seen.append([places])
        return forward(ensemble, images, activation)

    def spy_tell(state, remedies, population, predictions, observations, *more):
        seen[-1].append(observations.argmax(axis=1).tolist())
        return tell(state, remedies, population, predictions, observations, *more)

    monkeypatch.setattr(cnn, "forward", spy_forward)
    monkeypatch.setattr(cnn_enkf.search, "tell", spy_tell)
    return seen


def labels(places) -> list[int]:
    return IMAGES.train_labels[list(places)].tolist()


FIRST, SECOND, LAST = range(8), range(8, 16), range(16, 20)


def test_batches_come_in_the_order_of_the_data_are_repeated_and_start_again_after_the_short_last_one(shown):
    run(iterations=8, repetitions=2)
    expected = [batch for batch in (FIRST, SECOND, LAST, FIRST) for _ in range(2)]
    assert shown == [[list(batch), labels(batch)] for batch in expected]


def test_the_published_schedule_compares_old_images_with_the_labels_of_a_new_batch_once(shown):
    run(iterations=8, repetitions=2, schedule="published")
    images = [FIRST, FIRST, FIRST, SECOND, SECOND[:4], LAST, LAST, FIRST]
    compared = [FIRST, FIRST, SECOND, SECOND, LAST, LAST, FIRST[:4], FIRST]
    expected = [[list(i), labels(c)] for i, c in zip(images, compared, strict=True)]
    assert shown == expected


def test_held_out_images_are_the_last_ones_and_never_shown(shown):
    run(iterations=6, repetitions=1, n_validation=7)
    assert [places for places, _ in shown] == [list(FIRST), list(range(8, 13))] * 3


def test_images_held_out_that_leave_no_mini_batch_are_refused_with_the_numbers():
    with pytest.raises(ValueError, match=f"{N_TRAIN} training images of blocks: expected at least n_validation 13 "):
        run(n_validation=13)


def test_the_schedules_are_equal_on_the_first_batch_and_differ_from_the_second_on():
    ensembles = {
        (schedule, n): run(schedule=schedule, iterations=n, repetitions=3, noise_variance=10)["ensemble"].values
        for schedule in ("published", "corrected")
        for n in (3, 4)
    }
    np.testing.assert_array_equal(ensembles["published", 3], ensembles["corrected", 3])
    assert not np.allclose(ensembles["published", 4], ensembles["corrected", 4])


def test_one_iteration_is_the_update_of_the_filter_on_the_first_batch():
    start = Stream(1, ("test",)).generator("initial ensemble").standard_normal((6, cnn.N_PARAMETERS), np.float32)
    start *= np.float32(0.1)
    predictions = cnn.forward(start, IMAGES.train_images[:8])
    expected = enkf.update(start, predictions, measures.one_hot(IMAGES.train_labels[:8]), 0.01 * np.eye(10))
    np.testing.assert_array_equal(run(iterations=1)["ensemble"], expected)


def test_it_learns_what_a_reader_sees_at_once():
    training = config(n_members=100, iterations=40, repetitions=2, batch_size=32, evaluate_every=100)
    found = cnn_enkf.run(training, make_images(320), Stream(1))["test_error_percent"].values
    assert found[0] > 60 > 20 > found[-1]


def test_a_history_has_one_row_per_update_and_one_per_evaluation_the_last_included():
    found = run(iterations=11, evaluate_every=4)
    assert found.iteration.values.tolist() == list(range(11))
    assert found.evaluation.values.tolist() == [0, 4, 8, 10]


def test_every_stated_quantity_is_recorded_with_unit_and_name():
    found = run(n_validation=4)
    evaluated = cnn_enkf.PER_EVALUATION | cnn_enkf.DIAGNOSTICS
    for dim, quantities in (("iteration", cnn_enkf.PER_ITERATION), ("evaluation", evaluated)):
        for name, quantity in quantities.items():
            assert found[name].dims == (dim, *quantity.dims) and found[name].attrs["units"] == quantity.units
            assert np.isfinite(found[name]).any(), name


def test_without_diagnostics_the_training_is_the_same_and_fewer_quantities_are_recorded():
    whole = run(iterations=3)
    bare = cnn_enkf.run(config(iterations=3), IMAGES, Stream(1, ("test",)), diagnostics=False)
    assert set(whole.variables) - set(bare.variables) == {*cnn_enkf.DIAGNOSTICS, "bin", "layer"}
    same = [name for name in bare.variables if "wall" not in str(name)]
    xr.testing.assert_identical(bare[same], whole[same].drop_vars(["bin", "layer"], errors="ignore"))


def test_recorded_numbers_are_those_of_the_final_ensemble():
    found = run(n_validation=4, iterations=8, evaluate_every=3)
    ensemble, estimate = found["ensemble"].values, found["estimate"].values
    np.testing.assert_array_equal(estimate, ensemble.mean(axis=0))
    error, loss = measures.scores(estimate, IMAGES.test_images, IMAGES.test_labels, "sigmoid")
    held_out = measures.scores(estimate, IMAGES.train_images[16:], IMAGES.train_labels[16:], "sigmoid")[0]
    last = found.isel(evaluation=-1)
    assert (last.test_error_percent, last.test_loss, last.validation_error_percent) == (error, loss, held_out)
    assert last.member_weight_histogram.sum() == ensemble.size and last.mean_weight_histogram.sum() == estimate.size
    assert last.ensemble_rank == ensembles.effective_rank(ensemble)


def test_forward_passes_count_every_member_on_every_image():
    assert run(iterations=8, repetitions=2)["forward_passes"].values[-1] == 6 * 2 * (8 + 8 + 4 + 8)


def test_the_image_set_is_named():
    assert run(iterations=1).attrs["image_set"] == "blocks"


def test_the_seed_decides_the_numbers_and_equal_seeds_give_equal_numbers():
    same, again = run(), run()
    xr.testing.assert_identical(same.drop_vars(CLOCKS), again.drop_vars(CLOCKS))
    other = cnn_enkf.run(config(), IMAGES, Stream(2, ("test",)))
    assert not np.allclose(same["ensemble"], other["ensemble"])


REMEDIES = {
    "published": dict(schedule="published", repetitions=3),
    "plain with held-out images": dict(n_validation=4),
    "adaptive": dict(adaptive=ADAPTIVE | {"accuracy_threshold_percent": 0}, n_validation=4, evaluate_every=1),
    "redraw": dict(redraw_std=0.02, step_size=0.5, momentum=0.5, repetitions=1),
    "averaging": dict(redraw_std=0.02, step_size=0.5, averaging=0.9, layer_by_layer=True),
    "inflation": dict(inflation=1.05, adaptive_noise=1.0, form="joint"),
}


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_killed_and_resumed_run_equals_an_uninterrupted_one_bit_for_bit(tmp_path, remedy):
    whole = run(**REMEDIES[remedy])
    for life in (1, 3):
        with pytest.raises(Killed):
            cnn_enkf.run(config(**REMEDIES[remedy]), IMAGES, Stream(1, ("test",)), Mortal(tmp_path / "run", life))
    resumed = cnn_enkf.run(
        config(**REMEDIES[remedy]), IMAGES, Stream(1, ("test",)), Checkpoints(tmp_path / "run", "key")
    )
    xr.testing.assert_identical(resumed.drop_vars(CLOCKS), whole.drop_vars(CLOCKS))
    assert {n: v.dtype for n, v in resumed.variables.items()} == {n: v.dtype for n, v in whole.variables.items()}


def test_wall_time_goes_on_after_a_resume(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(cnn_enkf, "time", SimpleNamespace(monotonic=lambda: now.append(now[-1] + 1) or now[-1]))
    with pytest.raises(Killed):
        cnn_enkf.run(config(evaluate_every=1), IMAGES, Stream(1), Mortal(tmp_path / "run", 5))
    now.append(10_000.0)
    found = cnn_enkf.run(config(evaluate_every=1), IMAGES, Stream(1), Checkpoints(tmp_path / "run", "key"))
    assert (np.diff(found["wall_s"]) > 0).all() and found["wall_s"][-1] < 1000


def test_members_without_finite_predictions_are_counted_replaced_and_do_not_spread(monkeypatch):
    forward, calls = cnn.forward, []

    def failing(ensemble, images, activation):
        predictions = forward(ensemble, images, activation)
        if len(ensemble) > 1:
            calls.append(ensemble)
            if len(calls) == 2:
                predictions[[1, 4], 0, 0] = np.nan, np.inf
        return predictions

    monkeypatch.setattr(cnn, "forward", failing)
    found = run(iterations=4)
    assert found["n_failed"].values.tolist() == [0, 2, 0, 0]
    assert all(np.isfinite(found[name]).all() for name in ("ensemble", "estimate", "misfit", "prediction_rank"))
    before, after = calls[1], calls[2]
    assert not np.isclose(before[[1, 4]], after[[1, 4]]).all(axis=1).any()
    assert 0.2 < np.std(after[[1, 4]] - after.mean(axis=0)) / np.std(after - after.mean(axis=0)) < 3


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_a_training_in_which_all_members_fail_says_so(monkeypatch):
    monkeypatch.setattr(cnn, "forward", lambda ensemble, images, _: np.full((len(ensemble), len(images), 10), np.nan))
    with pytest.raises(ValueError, match="6 of 6 members"):
        run(iterations=1)


def adaptive(monkeypatch, accuracies, **rule) -> xr.Dataset:
    """A run whose validation accuracies are the given ones; sizes are recorded one update after a decision."""
    left = iter(accuracies)
    monkeypatch.setattr(cnn_enkf, "_validation_error", lambda *_: 100.0 - next(left, accuracies[-1]))
    rule = ADAPTIVE | rule
    return run(adaptive=rule, n_validation=4, n_members=7, repetitions=3, iterations=30, evaluate_every=1)


CASES = {  # accuracies: members and repetitions after the first decision, which compares the second with the first
    "below the threshold nothing changes": ([40, 45], 7, 3),
    "little gain: fewer members, fewer repetitions": ([60.0, 60.5], 4, 2),
    "no change: fewer members, fewer repetitions": ([60.0, 60.0], 4, 2),
    "much gain: only fewer repetitions": ([60, 65], 7, 2),
    "little loss: the repetitions stay at their most": ([60.5, 60.0], 7, 3),
    "much loss: more members": ([65, 60], 10, 3),
}


@pytest.mark.parametrize("case", CASES)
def test_the_adaptive_rule_moves_members_and_repetitions_as_stated(monkeypatch, case):
    accuracies, members, repetitions = CASES[case]
    found = adaptive(monkeypatch, accuracies)
    assert (found["n_members"].values[2], found["repetitions"].values[2]) == (members, repetitions)


def test_lost_repetitions_come_back_one_by_one_and_never_exceed_the_configured(monkeypatch):
    found = adaptive(monkeypatch, [60, 65, 70, 69.5, 69, 68.5, 68])
    assert found["repetitions"].values[:7].tolist() == [3, 3, 2, 1, 2, 3, 3]


def test_the_adaptive_rule_never_leaves_its_bounds(monkeypatch):
    shrinking = adaptive(monkeypatch, [60.0, 60.0], fewest_members=3, step_members=3)
    assert shrinking["n_members"].values.min() == 3
    growing = adaptive(monkeypatch, [99, 90, 80, 70, 60], most_members=9)
    assert growing["n_members"].values.max() == 9


def test_fewer_repetitions_shorten_the_training_in_proportion(monkeypatch):
    """The published bound: batches times repetitions."""
    found = adaptive(monkeypatch, [60, 65, 70, 75])
    assert found["repetitions"].values[-1] == 1 and found.sizes["iteration"] == 30 * 1 // 3


def test_recorded_ensemble_and_final_ensemble_agree_in_size(monkeypatch):
    found = adaptive(monkeypatch, [40.0])
    assert found.sizes["member"] == found["n_members"].values[-1] == 7
