"""Every rule of the chapter gives each of its verdicts, on histories made for it."""

import json

import numpy as np
import pytest
import xarray as xr

from gradfree import config
from gradfree.analysis import summaries as s
from gradfree.claims import cnn as claims  # noqa: F401 - registers its claims
from gradfree.claims import ledger
from gradfree.claims.ledger import CLAIMS

REPRODUCED, PARTLY, NOT, UNTESTABLE = "reproduced", "partly", "not reproduced", "not testable at this scale"
BINS = np.linspace(-13.5, 1.5, 16)
AROUND = (-0.3, 0.0, 0.3)  # three seeds: the 95 % interval of their mean is ± 0.75


def run(error: float, **more) -> xr.Dataset:
    """A run that ends at `error`; `more` are its other quantities at every step, and `config`, `evaluations`."""
    setting, steps = more.pop("config", {}), more.pop("evaluations", [0, 63])
    label, n = {"units": "1", "long_name": "-"}, len(steps)
    variables = {"test_error_percent": ("evaluation", np.full(n, float(error)), label)}
    for name, value in ({"n_members": 100, "repetitions": 8, "forward_passes": 1000.0, "wall_s": 60.0} | more).items():
        dim = "iteration" if name in ("n_members", "repetitions", "gradient_magnitude_histogram") else "evaluation"
        value = np.asarray(value, float)
        rows = value if name == "n_members" and value.ndim else np.repeat(value[None], n, axis=0)
        variables[name] = ((dim, "layer", "bin")[: rows.ndim], rows, label)
    attributes = {"config": json.dumps({"n_members": 500} | setting), "commit": "c", "wall_time_s": 1.0}
    coordinates = {"evaluation": steps, "iteration": steps, "layer": ["conv1", "conv2", "output"], "bin": BINS}
    return xr.Dataset(variables, coordinates, attributes)


def runs(*errors: float, **more) -> list[xr.Dataset]:
    """One run for each seed."""
    return [run(error, **more) for error in errors]


def near(error: float, **more) -> list[xr.Dataset]:
    """Three seeds around an error."""
    return runs(*(error + x for x in AROUND), **more)


def judge(id: str, **methods: dict[str, list[xr.Dataset]]):
    """The verdict on methods of settings of runs."""
    summaries = {
        method: s.gather({(name, f"seed-{i}"): run for name, seeds in settings.items() for i, run in enumerate(seeds)})
        for method, settings in methods.items()
    }
    return CLAIMS[id].judge(summaries)


FULL, REACHED = {"n_members": 5000}, [0, 500, 2000]


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (near(5.1, config=FULL, evaluations=REACHED), REPRODUCED),
        (near(8.0, config=FULL, evaluations=REACHED), PARTLY),
        (near(30.0, config=FULL, evaluations=REACHED), NOT),
        (runs(5.1, config=FULL, evaluations=REACHED), REPRODUCED),
        (runs(30.0, config=FULL, evaluations=REACHED), NOT),
        (near(5.1, config=FULL, evaluations=[0, 63]), PARTLY),
        (near(5.1, evaluations=REACHED), PARTLY),
        (near(9.9, evaluations=REACHED), UNTESTABLE),
        (runs(5.1, evaluations=REACHED), UNTESTABLE),
    ],
    ids=["meets", "below ten", "above", "one seed meets", "one seed above", "too short", "small", "not sure", "one"],
)
def test_accuracy(found, verdict):
    assert judge("cnn-accuracy", enkf={"published": found}).verdict == verdict


def test_accuracy_is_judged_at_the_last_published_iteration_that_was_reached():
    found = judge("cnn-accuracy", enkf={"published": near(5.1, config=FULL, evaluations=[0, 500, 2000, 2300])})
    assert "at iteration 2000, J = 5000" in found.ours and found.n_seeds == 3


@pytest.mark.parametrize(("stuck", "verdict"), [(9, REPRODUCED), (10, REPRODUCED), (6, PARTLY), (5, NOT), (0, NOT)])
def test_sgd_fails(stuck, verdict):
    errors = [90.0] * stuck + [20.0] * (10 - stuck)
    found = judge("cnn-sgd-fails", gradient={"sgd-sigma-1": runs(*errors)})
    assert found.verdict == verdict and f"stuck {10 * stuck}%" in found.ours and found.n_seeds == 10


@pytest.mark.parametrize(
    ("wide", "verdict"), [(near(40), REPRODUCED), (runs(10, 90, 90), PARTLY), (near(20), NOT), (near(5), NOT)]
)
def test_adam_depends_on_initialization(wide, verdict):
    settings = {"adam-sigma-1": near(20), "adam-sigma-3": wide}
    assert judge("cnn-adam-slow", gradient=settings).verdict == verdict


def gradients(share: float) -> list[xr.Dataset]:
    """Runs in which `share` of the gradients of the first layer are below 1e-6, and none of the others."""
    counts = np.zeros((3, len(BINS)))
    counts[0, 2], counts[0, 12], counts[1:, 12] = 1000 * share, 1000 * (1 - share), 1000
    return near(20, gradient_magnitude_histogram=counts)


@pytest.mark.parametrize(
    ("sgd", "adam", "verdict"), [(0.9, 0.8, REPRODUCED), (0.9, 0.2, PARTLY), (0.1, 0.8, PARTLY), (0.5, 0.1, NOT)]
)
def test_gradients_vanish(sgd, adam, verdict):
    found = judge("cnn-gradients", gradient={"sgd-sigma-1": gradients(sgd), "adam-sigma-1": gradients(adam)})
    assert found.verdict == verdict and found.ours.startswith(f"sgd: {sgd:.0%}, 0%, 0%; adam: {adam:.0%}")


def test_only_the_last_quarter_of_the_training_is_looked_at():
    late = gradients(0.0)
    for one in late:
        one["gradient_magnitude_histogram"][0, :, 2] += 1e6
    settings = {"sgd-sigma-1": late, "adam-sigma-1": late}
    assert judge("cnn-gradients", gradient=settings).verdict == NOT


@pytest.mark.parametrize(
    ("saturated", "theirs", "means", "verdict"),
    [
        (0.01, 0.8, [0.53, 0.52, 0.10], REPRODUCED),
        (0.01, 0.8, [0.53, 0.52, 0.30], PARTLY),
        (0.20, 0.8, [0.53, 0.52, 0.10], NOT),
        (0.01, 0.2, [0.53, 0.52, 0.10], NOT),
    ],
)
def test_activations_stay_out_of_saturation(saturated, theirs, means, verdict):
    ours = near(5, saturated_share=[saturated, saturated, np.nan], activation_mean=means)
    beside = near(90, saturated_share=[0.1, theirs, np.nan], activation_mean=means)
    found = judge("cnn-activations", enkf={"corrected": ours}, gradient={"sgd-sigma-1": beside})
    assert found.verdict == verdict and found.ours.startswith(
        " / ".join(f"{m:.2f}" for m in means).join(["means ", ";"])
    )


@pytest.mark.parametrize(
    ("small", "medium", "large", "verdict"),
    [(20, 10, 5, REPRODUCED), (20, 4, 5, PARTLY), (20, 19, 20, NOT), (5, 10, 20, NOT)],
)
def test_larger_ensembles_are_better(small, medium, large, verdict):
    """Sizes come from the configuration; the order of settings does not matter."""
    sizes = {"members-large": (large, 2000), "members-small": (small, 100), "corrected": (medium, 500)}
    settings = {name: near(error, config={"n_members": size}) for name, (error, size) in sizes.items()}
    found = judge("cnn-ensemble", enkf=settings | {"relu": near(1)})
    assert found.verdict == verdict and found.ours.startswith(f"J = 100: {small}.0 %, J = 500: {medium}.0 %")


@pytest.mark.parametrize(
    ("logistic", "relu", "tanh", "verdict"),
    [(5, 10, 20, REPRODUCED), (5, 90, 20, PARTLY), (5, 90, 44.9, NOT), (90, 90, 90, NOT)],
)
def test_other_activation_functions_work(logistic, relu, tanh, verdict):
    errors = {"corrected": logistic, "relu": relu, "tanh": tanh, "step": 90, "hard-shrink": 90}
    settings = {name: near(error) for name, error in errors.items()}
    assert judge("cnn-activation-fn", enkf=settings).verdict == verdict


def adaptive(error: float, passes: float, sizes) -> list[xr.Dataset]:
    return near(error, forward_passes=passes, n_members=sizes)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (adaptive(10, 850, [500, 400]), REPRODUCED),
        (adaptive(10, 950, [500, 400]), NOT),
        (adaptive(15, 850, [500, 400]), NOT),
        (adaptive(10, 850, [500, 500]), UNTESTABLE),
    ],
    ids=["cheaper and as good", "as expensive", "worse", "never acted"],
)
def test_the_ensemble_can_be_adapted(found, verdict):
    assert judge("cnn-adaptive", enkf={"corrected": near(10), "adaptive": found}).verdict == verdict


@pytest.mark.parametrize(("medium", "large", "verdict"), [(20, 10, REPRODUCED), (60, 10, PARTLY), (60, 44.9, NOT)])
def test_it_carries_over_to_letters(medium, large, verdict):
    sizes = {"letters-medium": (medium, 500), "letters-large": (large, 1000)}
    settings = {name: near(error, config={"n_members": size}) for name, (error, size) in sizes.items()}
    for seeds in settings.values():
        for one in seeds:
            one.attrs["image_set"] = "letters from fonts"
    found = judge("cnn-letters", enkf={"corrected": near(5)} | settings)
    assert found.verdict == verdict and found.ours.endswith("on letters from fonts")


@pytest.mark.parametrize(
    ("published", "verdict"), [(near(20), REPRODUCED), (runs(9, 30, 10.5), PARTLY), (near(10), NOT), (near(5), NOT)]
)
def test_the_repair_helps(published, verdict):
    assert judge("cnn-schedule", enkf={"published": published, "corrected": near(10.5)}).verdict == verdict


def timed(*errors: float, seconds) -> xr.Dataset:
    """A run with these errors at these times."""
    one = run(0, evaluations=list(range(len(errors))))
    one["test_error_percent"].values[:], one["wall_s"].values[:] = errors, seconds
    return one


QUICK, SLOW = (50, 100, 200), (50, 290, 400)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([timed(9, 4, 3, seconds=QUICK), timed(9, 4.11, 3, seconds=SLOW)], REPRODUCED),
        ([timed(9, 4, 3, seconds=QUICK), timed(9, 5, 3, seconds=SLOW)], PARTLY),
        ([timed(9, 4, 3, seconds=QUICK), timed(9, 5, 5, seconds=QUICK)], PARTLY),
        ([timed(9, 5, 3, seconds=SLOW), timed(9, 5, 3, seconds=SLOW)], NOT),
        ([timed(9, 5, 5, seconds=QUICK)], NOT),
    ],
    ids=["all in time", "one too late", "one never", "all too late", "never"],
)
def test_the_end_point_takes_minutes(found, verdict):
    assert judge("cnn-practical", blocks={"block-filter": found}).verdict == verdict


def test_a_seed_that_never_reaches_the_end_point_is_told_beside_the_times_of_the_others():
    found = judge("cnn-practical", blocks={"block-filter": [timed(4, seconds=(9,)), timed(5, seconds=(9,))]})
    assert "1 of 2" in found.ours


@pytest.mark.parametrize(
    ("found", "seconds", "verdict"),
    [(near(1.0), 60, REPRODUCED), (near(1.8), 60, PARTLY), (near(2.5), 60, NOT), (near(1.0), 4000, NOT)],
)
def test_the_filter_goes_below_two_percent(found, seconds, verdict):
    for one in found:
        one["wall_s"][:] = seconds
    assert judge("cnn-practical-end", blocks={"block-filter": found}).verdict == verdict


def test_every_claim_names_a_figure_that_is_drawn(request):
    drawn = config.read(request.config.rootpath).cnn.figures.model_dump()
    assert {found.figure for found in CLAIMS.values() if found.id.startswith("cnn-")} <= {
        f"cnn/{name}" for name in drawn
    }


def test_a_whole_ledger_is_judged_and_written(request, monkeypatch):
    """Every setting of the configuration with one seed, as the smallest scale has it."""
    chapter = config.read(request.config.rootpath, "smoke").cnn
    counts = np.ones((3, len(BINS)))
    one = run(50, gradient_magnitude_histogram=counts, saturated_share=[0.1, 0.1, np.nan], activation_mean=[0.5] * 3)
    summaries = {
        m: s.gather({(n, "seed-0"): one for n in getattr(chapter, m).settings}) for m in ("enkf", "blocks", "gradient")
    }
    monkeypatch.setattr(ledger, "CLAIMS", {id: found for id, found in CLAIMS.items() if id.startswith("cnn-")})
    rows = ledger.judge_chapter("cnn", summaries)
    assert {row["verdict"] for row in rows} <= {REPRODUCED, PARTLY, NOT, UNTESTABLE}
    assert all(row["n_seeds"] == 1 and "nan" not in row["ours"] for row in rows)
    text = ledger.to_markdown(rows, {"scale": "smoke", "commit": "abc"})
    assert all(f"| {id} |" in text and f'"id": "{id}"' in ledger.to_json(rows, {}) for id in ledger.CLAIMS)
