"""What is recorded of a training of the readout."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments import reservoir_outputs as out
from gradfree.experiments.ensembles import effective_rank
from gradfree.experiments.history import History, Quantity
from gradfree.experiments.reservoir_search import Judged
from gradfree.experiments.reservoir_space import Space
from gradfree.models.readout import PROJECTIONS
from gradfree.settings.readout import ReadoutTraining

Array = NDArray[np.floating]

WEIGHT_EDGES_PA = np.linspace(-1200, 1200, 121)
SOURCES = ("excitatory", "inhibitory")

PER_GENERATION = {
    "mean_fitness": Quantity("mean fitness of the members on the training images shown"),
    "std_fitness": Quantity("standard deviation of the members' fitness"),
    "best_fitness": Quantity("fitness of the best member"),
    "mean_accuracy": Quantity("mean share of the training images shown that members classify correctly"),
    "misfit": Quantity("mean squared innovation per member, image and output"),
    "spread_pA": Quantity("ensemble spread: rms over synapses of the members' standard deviation", "pA"),
    "prediction_spread": Quantity("rms over images and outputs of the members' standard deviation"),
    "ensemble_rank": Quantity("effective rank of the ensemble's covariance"),
    "mean_rate_Hz": Quantity("mean rate of all clusters over members and images", "Hz"),
    "n_failed": Quantity("members without finite rates", "members"),
}
PER_EVALUATION = {
    "test_accuracy": Quantity("share of test images classified correctly by the estimate"),
    "validation_accuracy": Quantity("share of validation images classified correctly by the estimate"),
    "best_member_test_accuracy": Quantity("test accuracy of the best member of the last generation"),
    "best_member_validation_accuracy": Quantity("validation accuracy of the best member of the last generation"),
    "mean_test_rate_Hz": Quantity("mean rate of a cluster over test images of a class", "Hz", ("class", "cluster")),
    "mean_weight_histogram": Quantity("histogram of the estimate's weights", "counts", ("source", "bin")),
    "readout_simulations": Quantity("readout simulations so far", "member images"),
    "wall_s": Quantity("wall time so far", "s"),
}
SNAPSHOT = {  # of the generations that are kept whole
    "ensemble": Quantity("weights of the members before the update", "pA", ("member", "parameter")),
    "outputs": Quantity("outputs of the members", "1", ("member", "image", "class")),
    "observations": Quantity("what the outputs should be", "1", ("image", "class")),
    "label": Quantity("digit of the image", "1", ("image",)),
    "member_accuracy": Quantity("share of the images that a member classifies correctly", "1", ("member",)),
    "mean_update": Quantity("change of the estimate's weights by the update", "pA", ("parameter",)),
}


@dataclass
class Records:
    """The histories of a run."""

    generations: History
    evaluations: History
    snapshots: History
    histories: tuple[History, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.histories = (self.generations, self.evaluations, self.snapshots)

    @classmethod
    def new(cls) -> Records:
        """Nothing recorded yet."""
        return cls(
            History("generation", PER_GENERATION), History("evaluation", PER_EVALUATION), History("snapshot", SNAPSHOT)
        )

    def keep(
        self,
        number: int,
        space: Space,
        judged: Judged,
        labels: NDArray[np.integer],
        accuracy: Array,
        update: Array,
    ) -> None:
        """Keeps a generation whole; `update` is the move of the estimate (coordinate,)."""
        origin = space.weights_pA(np.zeros((1, space.n_coordinates)))
        self.snapshots.record(
            number,
            ensemble=space.weights_pA(judged.population),
            outputs=judged.outputs.astype(np.float32),
            observations=judged.observations,
            label=labels,
            member_accuracy=accuracy,
            mean_update=(space.weights_pA(update[None]) - origin)[0],
        )

    def dataset(self) -> xr.Dataset:
        """All rows; histories without rows are left out."""
        return xr.merge([history.dataset() for history in self.histories if history.steps])

    def restore(self, dataset: xr.Dataset) -> None:
        """Takes over what `dataset` holds."""
        for history in self.histories:
            if history.dim in dataset.dims:
                history.restore(dataset)


def snapshot_generations(config: ReadoutTraining) -> set[int]:
    """Generations that are kept whole: the first, the last, and others evenly spread in logarithm."""
    if config.snapshots == 0:
        return set()
    places = np.geomspace(1, config.generations, config.snapshots)
    return set((np.round(places).astype(int) - 1).tolist())


def of_generation(space: Space, judged: Judged, accuracy: Array, rates_Hz: Array) -> dict[str, float]:
    """One row of PER_GENERATION; NaN where no member has finite rates."""
    finite = np.isfinite(judged.fitness)
    row = dict.fromkeys(PER_GENERATION, np.nan) | {"n_failed": int((~finite).sum())}
    if not finite.any():
        return row
    fitness, outputs, points = judged.fitness[finite], judged.outputs[finite], judged.population[finite]
    gain = 1.0 if space.basis is None else _gain(space)
    return row | {
        "mean_fitness": float(fitness.mean()),
        "std_fitness": float(fitness.std()),
        "best_fitness": float(fitness.max()),
        "mean_accuracy": float(accuracy[finite].mean()),
        "misfit": float(out.misfit(outputs, judged.observations).mean()),
        "spread_pA": float(np.sqrt(np.mean(np.var(points, axis=0)) * gain)),
        "prediction_spread": float(np.sqrt(np.mean(np.var(outputs, axis=0)))),
        "ensemble_rank": effective_rank(points),
        "mean_rate_Hz": float(rates_Hz[finite].mean()),
    }


def _gain(space: Space) -> float:
    """Variance of a weight for coefficients of variance one, on average over neurons."""
    assert space.basis is not None
    return float(np.square(space.basis).sum(axis=0).mean())


def of_evaluation(
    space: Space, rates_Hz: dict[str, Array], labels: dict[str, NDArray[np.integer]], pair: Array
) -> dict[str, Any]:
    """Row of PER_EVALUATION but for the costs, from rates (2, image, class) of the estimate and of the best member."""
    row: dict[str, Any] = {}
    for part, rates in rates_Hz.items():
        estimate, best = out.correct(rates, labels[part]).mean(axis=1)
        row |= {f"{part}_accuracy": float(estimate), f"best_member_{part}_accuracy": float(best)}
    digits = np.arange(space.projections.n_clusters)
    row["mean_test_rate_Hz"] = np.stack([rates_Hz["test"][0][labels["test"] == digit].mean(axis=0) for digit in digits])
    weights = np.clip(space.weights_pA(pair[:1])[0], WEIGHT_EDGES_PA[0], WEIGHT_EDGES_PA[-1])
    parts = (space.projections.excitatory, space.projections.inhibitory)
    row["mean_weight_histogram"] = np.stack([np.histogram(weights[part], WEIGHT_EDGES_PA)[0] for part in parts])
    return row


def n_simulations(config: ReadoutTraining, generations: int) -> int:
    """Members times images that were simulated to train; evaluations of the estimate are not counted."""
    return generations * config.n_members * config.images_per_class * config.n_classes


def dataset(space: Space, records: Records, weights: dict[str, Array], class_rate_Hz: Array) -> xr.Dataset:
    """The stored run: histories, snapshots, weights before and after, the synapses, and what each source prefers.

    class_rate_Hz: mean rate of the reservoir's neurons over training images of a class (class, neuron).
    """
    found, synapses = records.dataset(), space.projections
    names = {"initial_weights_pA": "mean weights before", "trained_weights_pA": "the trained weights"}
    for name, values in weights.items():
        found[name] = ("parameter", values.astype(np.float32), {"units": "pA", "long_name": names[name]})
    places = {"source": "neuron of the reservoir", "target": "output neuron", "projection": ", ".join(PROJECTIONS)}
    for name, long_name in places.items():
        found[f"synapse_{name}"] = ("parameter", getattr(synapses, name), {"units": "1", "long_name": long_name})
    about = {"units": "Hz", "long_name": "mean rate of a neuron of the reservoir over training images of a class"}
    found["class_rate_Hz"] = (("class", "neuron"), class_rate_Hz.astype(np.float32), about)
    middle = (WEIGHT_EDGES_PA[1:] + WEIGHT_EDGES_PA[:-1]) / 2
    found["synapse_cluster"] = ("parameter", synapses.cluster, {"units": "1", "long_name": "output cluster"})
    return found.assign_coords(
        bin=("bin", middle, {"units": "pA", "long_name": "middle of the bin"}),
        source=list(SOURCES),
    )


def plain(prefix: str, arrays: dict[str, Array]) -> xr.Dataset:
    """Arrays of any shape as variables with dims of their own, for a checkpoint."""
    about = {"units": "1", "long_name": "place in the training, to resume it"}
    return xr.Dataset(
        {
            f"{prefix}_{name}": (tuple(f"{prefix}_{name}_{axis}" for axis in range(array.ndim)), array, about)
            for name, array in arrays.items()
        }
    )


def plain_back(prefix: str, dataset: xr.Dataset) -> dict[str, Array]:
    """The arrays that `plain` stored."""
    return {
        str(name).removeprefix(f"{prefix}_"): variable.values
        for name, variable in dataset.data_vars.items()
        if str(name).startswith(f"{prefix}_")
    }
