"""Every rule of chapter `reservoir` gives each of its verdicts, on summaries made for it."""

import json

import numpy as np
import pytest
import xarray as xr

from gradfree.analysis import summaries as s
from gradfree.claims import reservoir as claims  # noqa: F401 - registers its claims
from gradfree.claims.ledger import CLAIMS

REPRODUCED, PARTLY, NOT, UNTESTABLE = "reproduced", "partly", "not reproduced", "not testable at this scale"
LABEL = {"units": "1", "long_name": "-"}
STRONG = "one_strong_synapse_per_pixel"
AROUND = (-0.3, 0.0, 0.3)  # three seeds: the 95 % interval of their mean is ± 0.75


def run(accuracy: float, n_classes=3, simulations=1000, spread=(3, 2, 1), fitness=(0.6, 0.7, 0.8)) -> xr.Dataset:
    """A run that ends at `accuracy` in %."""
    variables = {
        "test_accuracy": ("evaluation", [0.3, accuracy / 100], LABEL),
        "readout_simulations": ("evaluation", [0, simulations], LABEL),
        "prediction_spread": ("generation", np.asarray(spread, float), LABEL),
        "mean_fitness": ("generation", np.asarray(fitness, float), LABEL),
    }
    attributes = {"config": json.dumps({"n_classes": n_classes, "wiring": STRONG}), "commit": "c", "wall_time_s": 1.0}
    return xr.Dataset(variables, {"evaluation": [0, 3], "generation": [0, 1, 2]}, attributes)


def near(accuracy: float, **more) -> list[xr.Dataset]:
    """Three seeds around an accuracy."""
    return [run(accuracy + x, **more) for x in AROUND]


def readout(**settings: list[xr.Dataset]) -> xr.Dataset:
    """A summary; in names of settings `_` stands for `-`."""
    runs = {
        (name.replace("_", "-"), f"seed-{i}"): one for name, seeds in settings.items() for i, one in enumerate(seeds)
    }
    return s.gather(runs)


def bounds(percent: float, pixels: float = 50, n_classes: int = 3, wiring: str = STRONG, n: int = 200) -> xr.Dataset:
    """Linear readouts that classify these shares of n test images correctly."""
    places = np.arange(n)
    hits = [places < round(n * share / 100) for share in (percent, percent, pixels)]
    kinds = ["ridge on reservoir spikes", "logistic on reservoir spikes", "ridge on pixels"]
    names = [f"{wiring}, {n_classes} classes", f"other, {n_classes} classes"]
    return xr.Dataset(
        {"correct": (("setting", "bound", "image"), [hits, hits], LABEL)}, coords={"setting": names, "bound": kinds}
    )


def ensembles(**quantities: dict) -> xr.Dataset:
    """A quantity of kept generations (snapshot, seed) or by projection, alike for each cluster, by setting."""
    variables, settings = {}, list(next(iter(quantities.values())))
    for name, by_setting in quantities.items():
        values = np.asarray([by_setting[setting.replace("-", "_")] for setting in settings], float)
        if name == "preference_correlation":  # (setting, projection, seed)
            values = np.repeat(values[:, :, None], 3, axis=2)
            variables[name] = (("setting", "projection", "cluster", "seed"), values, LABEL)
        else:
            variables[name] = (("setting", "snapshot", "seed"), values, LABEL)
    return xr.Dataset(variables, coords={"setting": settings, "projection": ["eeo", "eio", "ieo", "iio"][:4]})


def judge(id: str, **summaries):
    return CLAIMS[id].judge(summaries).verdict


@pytest.mark.parametrize(
    ("accuracy", "verdict"), [(95, REPRODUCED), (66.0, PARTLY), (50, PARTLY), (33.5, NOT), (20, NOT)]
)
def test_learning_is_judged_by_the_middle_between_chance_and_ridge(accuracy, verdict):
    found = readout(corrected=near(accuracy), published=near(34))
    assert judge("res-learns", readout=found, bounds=bounds(98)) == verdict


@pytest.mark.parametrize(
    ("correlations", "verdict"),
    [([0.5] * 4, REPRODUCED), ([0.5, 0.5, 0.5, -0.1], PARTLY), ([0.5, -0.1, 0.5, 0.5], NOT), ([0.0] * 4, NOT)],
)
def test_weights_are_judged_by_their_correlation_with_preferences(correlations, verdict):
    rows = [[value + 0.01 * x for x in AROUND] for value in correlations]
    assert judge("res-weights", ensembles=ensembles(preference_correlation={"corrected": rows})) == verdict


@pytest.mark.parametrize(("rank", "verdict"), [(2, REPRODUCED), (1, REPRODUCED), (3, NOT)])
def test_the_rank_of_the_covariance_is_judged_over_all_kept_generations(rank, verdict):
    rows = {"published": [[1, 1], [1, rank]], "tempered": [[2, 2], [2, 2]]}
    found = readout(published=near(34))
    assert judge("res-covariance", readout=found, ensembles=ensembles(prediction_rank=rows)) == verdict


@pytest.mark.parametrize(
    ("spreads", "verdict"),
    [([(3, 2, 1)] * 3, REPRODUCED), ([(3, 2, 1), (3, 2, 1), (1, 2, 3)], PARTLY), ([(1, 2, 3)] * 3, NOT)],
)
def test_collapse_is_a_falling_spread_while_fitness_rises(spreads, verdict):
    found = readout(corrected=[run(90, spread=spread) for spread in spreads])
    assert judge("res-collapse", readout=found) == verdict


@pytest.mark.parametrize(("cosine", "verdict"), [(0.8, REPRODUCED), (0.3, PARTLY), (0.0, NOT), (-0.8, NOT)])
def test_updates_are_judged_by_their_angle_to_the_cross_covariance(cosine, verdict):
    rows = [[cosine + 0.1 * x for x in AROUND]] * 2
    assert judge("res-update", ensembles=ensembles(alignment={"corrected": rows, "tempered": rows})) == verdict


@pytest.mark.parametrize(("percent", "verdict"), [(90, REPRODUCED), (60, PARTLY), (34, NOT)])
def test_the_information_in_the_reservoir_is_judged_by_an_interval_over_images(percent, verdict):
    both = [bounds(percent, wiring=wiring).isel(setting=[0]) for wiring in ("published", STRONG)]
    assert judge("res-ridge", bounds=xr.concat(both, "setting")) == verdict


@pytest.mark.parametrize(
    ("repaired", "verdict"),
    [(near(90), REPRODUCED), ([run(33), run(34), run(60)], PARTLY), (near(30), NOT)],
    ids=["better", "unsure", "worse"],
)
def test_repairs_are_judged_by_a_difference(repaired, verdict):
    assert judge("res-repairs", readout=readout(repaired=repaired, published=near(34))) == verdict


@pytest.mark.parametrize(
    ("others", "simulations", "verdict"),
    [
        ((60, 70, 80), 1000, REPRODUCED),
        ((60, 95, 95), 1000, PARTLY),
        ((96, 95, 95), 1000, NOT),
        ((1, 1, 1), 5, UNTESTABLE),
    ],
)
def test_comparators_count_only_at_the_same_number_of_simulations(others, simulations, verdict):
    names = ("random_search", "cross_entropy", "evolution_strategy")
    found = {name: near(x, simulations=simulations) for name, x in zip(names, others, strict=True)}
    assert judge("res-comparators", readout=readout(corrected=near(95), **found)) == verdict


@pytest.mark.parametrize(("points", "verdict"), [(-1, REPRODUCED), (2, REPRODUCED), (-2.9, PARTLY), (-4, NOT)])
def test_the_goal_on_three_digits_is_a_distance_from_the_ridge_readout(points, verdict):
    assert judge("res-goal-three", readout=readout(corrected=near(98 + points)), bounds=bounds(98)) == verdict


@pytest.mark.parametrize(("points", "verdict"), [(-4, REPRODUCED), (-4.9, PARTLY), (-6, NOT)])
def test_the_goal_on_ten_digits_is_a_distance_from_its_own_ridge_readout(points, verdict):
    found = readout(ten=near(80 + points, n_classes=10))
    assert judge("res-goal-ten", readout=found, bounds=bounds(80, n_classes=10)) == verdict


@pytest.mark.parametrize(("pixels", "verdict"), [(78, REPRODUCED), (80, REPRODUCED), (80.5, PARTLY), (95, NOT)])
def test_spikes_and_pixels_are_compared_image_by_image(pixels, verdict):
    found = readout(ten=near(80, n_classes=10))
    assert judge("res-goal-pixels", readout=found, bounds=bounds(80, pixels, n_classes=10)) == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.04, REPRODUCED), (0.3, PARTLY), (0.6, NOT)])
def test_silent_inputs_are_judged_over_test_images(share, verdict):
    shares = share + np.array([-0.01, 0, 0.01] * 10)
    summary = xr.Dataset(
        {"active_share": (("setting", "population", "image"), shares[None, None], LABEL)},
        coords={"setting": ["published"], "population": ["input"]},
    )
    assert judge("res-input", activity=summary) == verdict
