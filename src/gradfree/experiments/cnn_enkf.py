"""The EnKF trains the CNN (thesis part 1; Yegenoglu et al., LOD 2020)."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments import cnn_measures as measures
from gradfree.experiments import ensembles
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.history import History, Quantity
from gradfree.models import cnn
from gradfree.optimizers import enkf_search as search
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.cnn import EnkfTraining
from gradfree.tasks.images import ImageSet

WEIGHT_EDGES = np.linspace(-1.5, 1.5, 121)

PER_ITERATION = {
    "spread": Quantity("ensemble spread: rms over parameters of the members' standard deviation"),
    "misfit": Quantity("mean squared innovation per member, image and output"),
    "prediction_rank": Quantity("effective rank of the predictions' covariance"),
    "n_failed": Quantity("members without finite predictions", "members"),
    "n_members": Quantity("ensemble size", "members"),
    "repetitions": Quantity("updates per mini-batch"),
}
PER_EVALUATION = {
    "test_error_percent": Quantity("test error of the mean network", "%"),
    "test_loss": Quantity("test cross-entropy of the mean network", "nat"),
    "validation_error_percent": Quantity("error of the mean network on held-out training images", "%"),
    "forward_passes": Quantity("network evaluations so far", "member images"),
    "wall_s": Quantity("wall time so far", "s"),
}
DIAGNOSTICS = {
    "ensemble_rank": Quantity("effective rank of the ensemble's covariance"),
    "mean_weight_histogram": Quantity("histogram of the mean network's parameters", "counts", ("bin",)),
    "member_weight_histogram": Quantity("histogram of all members' parameters", "counts", ("bin",)),
    **measures.ACTIVATION_QUANTITIES,
}


@dataclass(frozen=True)
class Training:
    """Where a training is: the optimizer's state, and the place in the data."""

    search: search.SearchState
    repetitions: int
    iteration: int = 0
    batch: int = 0
    repetition: int = 0
    forward_passes: int = 0
    wall_s: float = 0.0


def run(
    config: EnkfTraining,
    images: ImageSet,
    stream: Stream,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
    initial: NDArray[np.float32] | None = None,
    diagnostics: bool = True,
) -> xr.Dataset:
    """Trains and records. Returns the history over `iteration` and `evaluation`, the final ensemble and the estimate.

    `stream` names the run; the numbers depend on nothing else, however often the run is resumed from `checkpoints`.
    `initial` (member, parameter) is where to start from instead of drawn members. Without `diagnostics`, an evaluation
    records no weights and outputs of layers, and PyTorch is not needed. Raises ValueError if the images held out leave
    no mini-batch, or if fewer than two members stay finite.
    """
    if len(images.train_images) < config.n_validation + config.batch_size:
        raise ValueError(
            f"{len(images.train_images)} training images of {images.name}: expected at least n_validation "
            f"{config.n_validation} + batch_size {config.batch_size}; hold out fewer or take more images"
        )
    checkpoints, progress = checkpoints or Checkpoints(None), progress or Progress(None, config.iterations)
    quantities = PER_EVALUATION | (DIAGNOSTICS if diagnostics else {})
    per_iteration, per_evaluation = History("iteration", PER_ITERATION), History("evaluation", quantities)
    training, started = _resume(config, stream, checkpoints, per_iteration, per_evaluation, initial), time.monotonic()
    started -= training.wall_s
    while training.iteration < _last_iteration(config, training.repetitions):
        training, measured = _iterate(config, images, stream, training)
        training = replace(training, wall_s=time.monotonic() - started)
        index = training.iteration - 1  # counted from 0, as published
        per_iteration.record(index, **measured)
        if index % config.evaluate_every == 0 or training.iteration >= _last_iteration(config, training.repetitions):
            per_evaluation.record(index, **_evaluate(config, images, training, diagnostics))
        training = _adapt(config, stream, training, per_evaluation)
        progress.step(
            training.iteration,
            error=per_evaluation.last("test_error_percent"),
            misfit=measured["misfit"],
            spread=measured["spread"],
            failed=measured["n_failed"],
        )
        if checkpoints.due():
            checkpoints.write(training.iteration, _dataset(training, per_iteration, per_evaluation, images.name))
    return _dataset(training, per_iteration, per_evaluation, images.name)


def _last_iteration(config: EnkfTraining, repetitions: int) -> int:
    """The published bound n_batches * repetitions, which moves when the adaptive rule changes the repetitions."""
    return config.iterations * repetitions // config.repetitions


def _iterate(
    config: EnkfTraining, images: ImageSet, stream: Stream, training: Training
) -> tuple[Training, dict[str, float]]:
    remedies = _remedies(config)
    population, state = search.ask(training.search, remedies, stream.generator("redraw", training.iteration))
    shown, labels = _batch(config, images, training)
    predictions = cnn.forward(population, shown, config.activation)
    observations = measures.one_hot(labels)
    failed = np.asarray(~np.isfinite(predictions).all(axis=(1, 2)))
    measured = {
        "spread": ensembles.spread(population),
        "misfit": search.mean_squared_innovation(predictions, observations),
        "prediction_rank": ensembles.effective_rank(predictions.reshape(len(predictions), -1)[~failed]),
        "n_failed": int(failed.sum()),
        "n_members": len(population),
        "repetitions": training.repetitions,
    }
    state = search.tell(state, remedies, population, predictions, observations, config.noise_variance, config.form)
    if failed.any():
        state = search.replace_failed(stream.generator("failed", training.iteration), state, failed)
    passes = training.forward_passes + len(population) * len(shown)
    training = replace(training, search=state, iteration=training.iteration + 1, forward_passes=passes)
    if training.repetition + 1 >= training.repetitions:
        return replace(training, batch=training.batch + 1, repetition=0), measured
    return replace(training, repetition=training.repetition + 1), measured


def _batch(config: EnkfTraining, images: ImageSet, training: Training) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Images to show and labels to compare with, in the fixed order of the data, as published.

    schedule `published`: when the loader advances, the members' outputs of the old images meet the labels of the new
    batch once, as the published code does. `corrected`: images and labels always belong together.
    """
    lag = config.schedule == "published" and training.repetition == 0 and training.batch > 0
    n_training = len(images.train_images) - config.n_validation
    per_epoch = -(-n_training // config.batch_size)
    shown, compared = (
        slice((batch % per_epoch) * config.batch_size, min((batch % per_epoch + 1) * config.batch_size, n_training))
        for batch in (training.batch - lag, training.batch)
    )
    pairs = min(shown.stop - shown.start, compared.stop - compared.start)  # the last batch of an epoch is shorter
    return images.train_images[shown][:pairs], images.train_labels[compared][:pairs]


def _remedies(config: EnkfTraining) -> search.Remedies:
    blocks = tuple(layer.slice for layer in cnn.LAYERS.values()) if config.layer_by_layer else (slice(None),)
    return search.Remedies(
        inflation=config.inflation,
        redraw_std=config.redraw_std,
        step_size=config.step_size,
        momentum=config.momentum,
        averaging=config.averaging,
        adaptive_noise=config.adaptive_noise,
        blocks=blocks,
    )


def _evaluate(config: EnkfTraining, images: ImageSet, training: Training, diagnostics: bool) -> dict[str, object]:
    parameters = training.search.averaged
    error, loss = measures.scores(parameters, images.test_images[:], images.test_labels, config.activation)
    scores = {
        "test_error_percent": error,
        "test_loss": loss,
        "validation_error_percent": _validation_error(config, images, parameters),
        "forward_passes": training.forward_passes,
        "wall_s": training.wall_s,
    }
    return scores | (_diagnose(config, images, training.search) if diagnostics else {})


def _diagnose(config: EnkfTraining, images: ImageSet, state: search.SearchState) -> dict[str, object]:
    return {
        "ensemble_rank": ensembles.effective_rank(state.ensemble),
        "mean_weight_histogram": measures.histogram(state.averaged, WEIGHT_EDGES),
        "member_weight_histogram": measures.histogram(state.ensemble, WEIGHT_EDGES),
        **measures.activations(state.averaged, images.train_images[: config.batch_size], config.activation),
    }


def _validation_error(config: EnkfTraining, images: ImageSet, parameters: NDArray[np.floating]) -> float:
    if config.n_validation == 0:
        return float("nan")
    held_out = slice(len(images.train_images) - config.n_validation, None)
    return measures.scores(parameters, images.train_images[held_out], images.train_labels[held_out], config.activation)[
        0
    ]


def _adapt(config: EnkfTraining, stream: Stream, training: Training, evaluated: History) -> Training:
    """Ensemble size and repetitions follow the accuracy (LOD 2020, Fig. 9), here the validation accuracy.

    The published code looks at the test set, compares tuples with numbers, and changes only the divisor 1/J; this is
    its rule, with members that really leave and join. At least one repetition remains.
    """
    rule, index = config.adaptive, training.iteration - 1
    if rule is None or index == 0 or index % rule.check_every or len(evaluated.steps) < 2:
        return training
    accuracy = 100 - evaluated.column("validation_error_percent")
    checked = np.flatnonzero(np.asarray(evaluated.steps) % rule.check_every == 0)
    now, gain = accuracy[checked[-1]], accuracy[checked[-1]] - accuracy[checked[-2]]
    if not now > rule.accuracy_threshold_percent:
        return training
    n_members, repetitions = len(training.search.ensemble), training.repetitions
    if gain >= 0:
        fewer = max(n_members - rule.step_members, rule.fewest_members)
        n_members = min(n_members, fewer) if gain <= 1 else n_members
        repetitions = max(repetitions - 1, 1)
    else:
        more = min(n_members + rule.step_members, rule.most_members)
        n_members = max(n_members, more) if gain < -1 else n_members
        repetitions = min(repetitions + 1, config.repetitions)
    state = search.resize(stream.generator("resize", training.iteration), training.search, n_members)
    return replace(training, search=state, repetitions=repetitions)


def _dataset(training: Training, per_iteration: History, per_evaluation: History, image_set: str) -> xr.Dataset:
    state = training.search
    place = {"units": "1", "long_name": "place in the training, to resume it"}
    dataset = xr.merge([per_iteration.dataset(), per_evaluation.dataset()])
    dataset["ensemble"] = (("member", "parameter"), state.ensemble, {"units": "1", "long_name": "members at the end"})
    dataset["velocity"] = ("parameter", state.velocity, {"units": "1", "long_name": "velocity of the mean"})
    dataset["estimate"] = ("parameter", state.averaged, {"units": "1", "long_name": "the trained parameters"})
    for name in ("repetitions", "iteration", "batch", "repetition", "forward_passes", "wall_s"):
        dataset[f"at_{name}"] = ((), getattr(training, name), place)
    dataset.attrs["image_set"] = image_set
    dataset["at_steps"] = ((), state.steps, place)
    if "bin" not in dataset.dims:
        return dataset
    return dataset.assign_coords(
        layer=measures.LAYER_NAMES,
        bin=("bin", (WEIGHT_EDGES[1:] + WEIGHT_EDGES[:-1]) / 2, {"units": "1", "long_name": "middle of the bin"}),
    )


def _resume(
    config: EnkfTraining,
    stream: Stream,
    checkpoints: Checkpoints,
    per_iteration: History,
    per_evaluation: History,
    initial: NDArray[np.float32] | None,
) -> Training:
    saved = checkpoints.newest()
    if saved is None:
        rng = stream.generator("initial ensemble")
        state = search.init(rng, config.n_members, cnn.N_PARAMETERS, config.initial_std, config.redraw_std)
        if initial is not None:
            state = replace(state, ensemble=initial, averaged=initial.mean(axis=0))
        return Training(state, config.repetitions)
    per_iteration.restore(saved)
    per_evaluation.restore(saved)
    state = search.SearchState(
        saved["ensemble"].values, saved["velocity"].values, saved["estimate"].values, int(saved["at_steps"])
    )
    counts = {
        name: int(saved[f"at_{name}"]) for name in ("repetitions", "iteration", "batch", "repetition", "forward_passes")
    }
    return Training(state, wall_s=float(saved["at_wall_s"]), **counts)
