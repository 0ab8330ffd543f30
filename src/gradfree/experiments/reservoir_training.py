"""The readout of the spiking reservoir is trained (thesis part 2): by the EnKF, or by others at the same cost."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments import reservoir_measures as measures
from gradfree.experiments import reservoir_outputs as out
from gradfree.experiments import reservoir_search as search
from gradfree.experiments.checkpoints import Checkpoints
from gradfree.experiments.reservoir_data import Data, images_of_generation, steps_per_pass
from gradfree.experiments.reservoir_space import Space, principal_patterns
from gradfree.experiments.reservoir_space import start as start_space
from gradfree.models import readout
from gradfree.progress import Progress
from gradfree.randomness import Stream
from gradfree.settings.readout import ReadoutTraining
from gradfree.settings.reservoir import Model

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Task:
    """What does not change while training."""

    config: ReadoutTraining
    model: Model
    data: Data
    space: Space
    stream: Stream

    def rates_Hz(self, points: Array, part: str, images: NDArray[np.intp] | None = None) -> Array:
        """Rates (member, image, class) of points (member, coordinate) on images of a part of the data.

        The noise of the outputs is the same for all members, and another one for each image.
        """
        spikes = getattr(self.data, part).spikes
        spikes = spikes if images is None else spikes.take(images)
        weights = self.space.weights_pA(points)
        return readout.firing_rates(weights, self.space.projections, spikes, self.stream.child(part), self.model)


@dataclass(frozen=True, eq=False)
class Training:
    """Where a training is."""

    state: Any
    readout: out.Readout | None = None
    generation: int = 0
    best: tuple[float, Array] | None = None  # fitness and point of the best member of the last generation
    wall_s: float = 0.0


def run(
    config: ReadoutTraining,
    model: Model,
    data: Data,
    stream: Stream,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Trains and records. Returns histories over `generation` and `evaluation`, snapshots, and the trained weights.

    `stream` names the run; the numbers depend on nothing else, however often the run is resumed from `checkpoints`.
    Raises ValueError if a digit has too few training images.
    """
    checkpoints, progress = checkpoints or Checkpoints(None), progress or Progress(None, config.generations)
    task, points = _prepare(config, model, data.of_classes(config.n_classes), stream)
    records = measures.Records.new()
    training = _resume(task, Training(search.start(config, points)), checkpoints, records)
    started = time.monotonic() - training.wall_s
    if training.generation == 0:
        records.evaluations.record(0, **_evaluate(task, training, points))
    while training.generation < config.generations:
        training = _generation(task, training, records)
        training = replace(training, wall_s=time.monotonic() - started)
        done = training.generation
        if done % config.evaluate_every == 0 or done == config.generations:
            records.evaluations.record(done, **_evaluate(task, training))
        progress.step(
            done,
            test_accuracy=records.evaluations.last("test_accuracy"),
            fitness=records.generations.last("mean_fitness"),
            spread_pA=records.generations.last("spread_pA"),
            failed=records.generations.last("n_failed"),
        )
        if training.best is not None and checkpoints.due():
            checkpoints.write(done, _checkpoint(task, training, records))
    return measures.dataset(task.space, records, _trained(task, training), _class_rates(task))


def _prepare(config: ReadoutTraining, model: Model, data: Data, stream: Stream) -> tuple[Task, Array]:
    """Synapses, search space and initial points: named by the seed, not by the setting."""
    projections = readout.connect(stream.generator("connect"), config.n_classes, model)
    basis = None
    if config.ensemble == "presynaptic":
        counts = data.train.spikes.counts(model.onset_step, model.populations.n_reservoir)
        basis = principal_patterns(counts, config.n_components, config.component_power)
    steps_per_pass(data.train.labels, config.images_per_class)  # too few images end here
    rng = stream.generator("initial ensemble")
    space, points = start_space(
        rng, projections, config.n_members, config.mean_pA, config.std_pA, config.bound_pA, basis
    )
    return Task(config, model, data, space, stream), points


def _generation(task: Task, training: Training, records: measures.Records) -> Training:
    config, number = task.config, training.generation
    stream = task.stream.child("generation", number)
    images = _images(task, number)
    labels = task.data.train.labels[images]
    population = search.ask(config, training.state, stream)
    rates = task.rates_Hz(population, "train", images)
    read = training.readout or out.fit(config.outputs, rates, config.contrast)
    accuracy = np.where(
        np.isfinite(rates).all(axis=(1, 2)), out.correct(rates, labels).mean(axis=1, dtype=float), np.nan
    )
    fitness = out.published_fitness(accuracy, config.n_classes)
    observations = read.observations(labels, config.n_classes)
    judged = search.Judged(population, read.outputs(rates), observations, fitness)
    state = search.tell(config, task.space, training.state, judged, stream)
    records.generations.record(number, **measures.of_generation(task.space, judged, accuracy, rates))
    if number in measures.snapshot_generations(config):
        update = search.estimate(config, state) - search.estimate(config, training.state)
        records.keep(number, task.space, judged, labels, accuracy, update)
    best = None
    if np.isfinite(fitness).any():
        chosen = int(np.nanargmax(np.where(np.isfinite(fitness), -out.misfit(judged.outputs, observations), np.nan)))
        best = (float(fitness[chosen]), population[chosen])
    known = training.readout if best is None else read  # a generation that failed as a whole sets no temperature
    return replace(training, state=state, readout=known, generation=number + 1, best=best or training.best)


def _images(task: Task, number: int) -> NDArray[np.intp]:
    """Fresh training images until all were shown, then shuffled anew; published: the first ones, shuffled."""
    labels, per_class = task.data.train.labels, task.config.images_per_class
    if "same_images" in task.config.defects:
        first = np.concatenate([np.flatnonzero(labels == digit)[:per_class] for digit in range(task.config.n_classes)])
        return task.stream.generator("order", number).permutation(first)
    per_pass = steps_per_pass(labels, per_class)
    rng = task.stream.generator("pass", number // per_pass)
    images = images_of_generation(rng, labels, per_class, number % per_pass)
    return task.stream.generator("order", number).permutation(images)


def _evaluate(task: Task, training: Training, points: Array | None = None) -> dict[str, Any]:
    """Accuracies of the estimate and of the best member of the last generation on validation and test images."""
    estimate = search.estimate(task.config, training.state)
    best = estimate if training.best is None else training.best[1]
    pair = np.stack([estimate, best])
    rates = {part: task.rates_Hz(pair, part) for part in ("validation", "test")}
    labels = {part: getattr(task.data, part).labels for part in rates}
    return measures.of_evaluation(task.space, rates, labels, pair) | {
        "readout_simulations": measures.n_simulations(task.config, training.generation),
        "wall_s": training.wall_s,
    }


def _trained(task: Task, training: Training) -> dict[str, Array]:
    return {
        "initial_weights_pA": task.space.weights_pA(np.zeros((1, task.space.n_coordinates)))[0]
        if task.space.basis is not None
        else task.space.origin_pA,
        "trained_weights_pA": task.space.weights_pA(search.estimate(task.config, training.state)[None])[0],
    }


def _class_rates(task: Task) -> Array:
    """Mean rate in Hz of the reservoir's neurons over the training images of each class (class, neuron)."""
    train, model = task.data.train, task.model
    counts = train.spikes.counts(model.onset_step, model.populations.n_reservoir)
    means = [counts[train.labels == digit].mean(axis=0) for digit in range(task.config.n_classes)]
    return np.stack(means) / (model.protocol.image_ms / 1000)


def _checkpoint(task: Task, training: Training, records: measures.Records) -> xr.Dataset:
    """All that a resumed run needs; the rest follows from the names."""
    dataset = xr.merge([records.dataset(), measures.plain("state", search.arrays_of(task.config, training.state))])
    read, best = training.readout, training.best
    assert read is not None and best is not None, "a checkpoint follows a generation with a finite member"
    numbers = {"generation": training.generation, "wall_s": training.wall_s, "best_fitness": best[0]}
    numbers |= {"temperature_Hz": read.temperature_Hz, "baseline_Hz": read.baseline_Hz}
    return xr.merge(
        [dataset, measures.plain("at", {name: np.asarray(x) for name, x in numbers.items()} | {"best": best[1]})]
    )


def _resume(task: Task, fresh: Training, checkpoints: Checkpoints, records: measures.Records) -> Training:
    saved = checkpoints.newest()
    if saved is None:
        return fresh
    records.restore(saved)
    at, config = measures.plain_back("at", saved), task.config
    read = out.Readout(config.outputs, float(at["temperature_Hz"]), float(at["baseline_Hz"]), config.contrast)
    state = search.with_arrays(config, fresh.state, measures.plain_back("state", saved))
    best = (float(at["best_fitness"]), at["best"])
    return Training(state, read, int(at["generation"]), best, float(at["wall_s"]))
