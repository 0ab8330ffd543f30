"""Claims of chapter `cnn`: thesis part 1 and Yegenoglu et al., LOD 2020."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from gradfree.analysis import published as lod
from gradfree.analysis import summaries as s
from gradfree.analysis.statistics import difference, estimate, share
from gradfree.claims.ledger import Summaries, Verdict, VerdictName, by_count, claim

STUCK_ABOVE_PERCENT = 80.0
HALF_OF_CHANCE_PERCENT = 45.0
VANISHED_BELOW_LOG10 = -6.0


def _errors(summaries: Summaries, method: str, setting: str) -> np.ndarray:
    return s.final(summaries[method], setting, "test_error_percent")


@claim(
    "cnn-accuracy",
    source="[T] [LOD] Fig. 1",
    sentence="The EnKF trains a CNN to high accuracy on digits.",
    published="test error 6.95 / 5.07 / 4.11 % at iterations 500 / 2000 / 7000, J = 5000",
    figure="cnn/test_error",
)
def enkf_trains_the_cnn(summaries: Summaries) -> Verdict:
    """With J = 5000: reproduced if the 95 % interval of our mean error (for one seed, the value) meets the published
    mean ± 2 SD at the last published iteration we reached, if that is at least 500. With fewer members: partly if the
    interval of our final error lies below 10 %, otherwise not testable at this scale. Judged on `published`, the
    schedule of the published code.
    """
    curve = s.curve(summaries["enkf"], "published", "test_error_percent")
    n_members = s.config_of(summaries["enkf"], "published")["n_members"]
    reached = [i for i in lod.LOD_FIG1_ITERATION if i >= 500 and i in curve.evaluation.values]
    if n_members < lod.LOD_MEMBERS or not reached:
        found = estimate(_errors(summaries, "enkf", "published"), 0, 100)
        updates = int(curve.evaluation[-1]) + 1
        verdict: VerdictName = "partly" if found.high < 10 else "not testable at this scale"
        return Verdict(verdict, f"{found:%} after {updates} updates, J = {n_members}", found.n)
    place = list(lod.LOD_FIG1_ITERATION).index(reached[-1])
    low, high = lod.LOD_FIG1_ENKF_PERCENT[place] + np.array([-2, 2]) * lod.LOD_FIG1_ENKF_STD[place]
    found = estimate(curve.sel(evaluation=reached[-1]).values, 0, 100)
    bounds = (found.mean, found.mean) if found.n < 2 else (found.low, found.high)
    met = bounds[0] <= high and bounds[1] >= low
    verdict = "reproduced" if met else "partly" if bounds[1] < 10 else "not reproduced"
    return Verdict(verdict, f"{found:%} at iteration {reached[-1]}, J = {n_members}", found.n)


@claim(
    "cnn-sgd-fails",
    source="[LOD] Fig. 1",
    sentence="SGD (rate 0.1, momentum 0.9) from N(0, 1) hardly trains the sigmoid CNN.",
    published="81.8 ± 24 % error, as if 9 of 10 seeds were stuck",
    figure="cnn/initialization",
)
def sgd_fails(summaries: Summaries) -> Verdict:
    """A seed is stuck if its final error exceeds 80 %. Reproduced if the Wilson 95 % interval of the stuck share holds
    the published 0.9 and lies above one half; partly if more than half of the seeds are stuck; otherwise not.
    """
    errors = _errors(summaries, "gradient", "sgd-sigma-1")
    stuck, found = share(errors > STUCK_ABOVE_PERCENT), estimate(errors, 0, 100)
    sure = stuck.low > 0.5 and stuck.low <= 0.9 <= stuck.high
    verdict: VerdictName = "reproduced" if sure else "partly" if stuck.mean > 0.5 else "not reproduced"
    return Verdict(verdict, f"{found:%}; stuck {stuck.mean:.0%} [{stuck.low:.0%}, {stuck.high:.0%}]", found.n)


@claim(
    "cnn-adam-slow",
    source="[LOD] text, Fig. 5",
    sentence="Adam's success depends on the initialization.",
    published="curves only",
    figure="cnn/initialization",
)
def adam_depends_on_initialization(summaries: Summaries) -> Verdict:
    """Final test error of Adam from σ = 3 minus that from σ = 1: reproduced if its 95 % interval lies above zero,
    partly if only its mean exceeds 10 points, otherwise not reproduced.
    """
    wide, narrow = (_errors(summaries, "gradient", f"adam-sigma-{sigma}") for sigma in (3, 1))
    found = difference(wide, narrow)
    verdict: VerdictName = "reproduced" if found.low > 0 else "partly" if found.mean > 10 else "not reproduced"
    ours = f"σ = 1: {estimate(narrow, 0, 100):%}, σ = 3: {estimate(wide, 0, 100):%}; difference {found:points}"
    return Verdict(verdict, ours, found.n)


@claim(
    "cnn-gradients",
    source="[LOD] Figs. 4, 6",
    sentence="Gradients vanish under SGD and Adam with poor initialization.",
    published="histograms with a spike at 0",
    figure="cnn/gradients",
)
def gradients_vanish(summaries: Summaries) -> Verdict:
    """Share of |gradient| < 1e-6 per layer in the last quarter of the training, from σ = 1. Reproduced if under both
    SGD and Adam the 95 % interval of that share lies above one half in some layer; partly if under one of them.
    """
    shares = {rule: _vanished_share(summaries, f"{rule}-sigma-1") for rule in ("sgd", "adam")}
    found = {rule: [estimate(layer, 0, 1) for layer in values.T] for rule, values in shares.items()}
    verdict = by_count(any(layer.low > 0.5 for layer in layers) for layers in found.values())
    texts = [f"{rule}: " + ", ".join(f"{layer.mean:.0%}" for layer in layers) for rule, layers in found.items()]
    return Verdict(verdict, "; ".join(texts) + " in layers 1, 2, 3", len(shares["sgd"]))


def _vanished_share(summaries: Summaries, setting: str) -> np.ndarray:
    """Share of gradients below the bound (seed, layer)."""
    counts = s.curve(summaries["gradient"], setting, "gradient_magnitude_histogram")
    late = counts.isel(iteration=slice(-max(counts.sizes["iteration"] // 4, 1), None)).sum("iteration")
    below = late.where(late["bin"] < VANISHED_BELOW_LOG10, 0).sum("bin") / late.sum("bin")
    return below.transpose("seed", "layer").values


@claim(
    "cnn-activations",
    source="[LOD] Figs. 3, 7",
    sentence="Under the EnKF activations stay out of saturation.",
    published="layer means 0.53 / 0.52 / 0.10",
    figure="cnn/activations",
)
def activations_stay_out_of_saturation(summaries: Summaries) -> Verdict:
    """Share of outputs within 5 % of a bound at the end. Partly if the EnKF's upper 95 % bound stays below 5 % in both
    hidden layers while SGD's mean share (σ = 1) exceeds 50 % in one; reproduced if also the EnKF's layer means lie
    within 0.05 of the published ones.
    """
    ours = _last(summaries, "enkf", "corrected", "saturated_share")[:, :2]
    theirs = _last(summaries, "gradient", "sgd-sigma-1", "saturated_share")[:, :2]
    means = _last(summaries, "enkf", "corrected", "activation_mean").mean(axis=0)
    free = all(estimate(layer, 0, 1).high < 0.05 for layer in ours.T) and theirs.mean(axis=0).max() > 0.5
    near = np.abs(means - lod.LOD_ENKF_ACTIVATION_MEANS).max() < 0.05
    verdict: VerdictName = "reproduced" if free and near else "partly" if free else "not reproduced"
    text = " / ".join(f"{mean:.2f}" for mean in means)
    saturated = " / ".join(f"{x:.1%}" for x in ours.mean(axis=0))
    beside = " / ".join(f"{x:.1%}" for x in theirs.mean(axis=0))
    return Verdict(verdict, f"means {text}; saturated {saturated} (SGD {beside})", len(ours))


def _last(summaries: Summaries, method: str, setting: str, quantity: str) -> np.ndarray:
    """The last row of a per-layer quantity (seed, layer)."""
    curve = s.curve(summaries[method], setting, quantity)
    step = next(dim for dim in curve.dims if dim not in ("seed", "layer"))
    return curve.isel({step: -1}).transpose("seed", "layer").values


@claim(
    "cnn-ensemble",
    source="[LOD] Fig. 8a",
    sentence="A larger ensemble is better.",
    published="curves for J = 100, 5000, 10000",
    figure="cnn/ensemble_size",
)
def larger_ensembles_are_better(summaries: Summaries) -> Verdict:
    """Reproduced if the mean final error falls with every step in J and the 95 % interval of smallest minus largest
    lies above zero; partly if only the latter; otherwise not reproduced.
    """
    names = ["members-small", "corrected", "members-large"]
    sizes = {name: s.config_of(summaries["enkf"], name)["n_members"] for name in names}
    ordered = sorted(names, key=sizes.__getitem__)
    errors = [_errors(summaries, "enkf", name) for name in ordered]
    means = [float(np.nanmean(x)) for x in errors]
    found = difference(errors[0], errors[-1])
    falls = all(a > b for a, b in pairwise(means))
    verdict: VerdictName = "not reproduced" if not found.low > 0 else "reproduced" if falls else "partly"
    text = ", ".join(f"J = {sizes[name]}: {mean:.1f} %" for name, mean in zip(ordered, means, strict=True))
    return Verdict(verdict, text, found.n)


@claim(
    "cnn-activation-fn",
    source="[LOD] Fig. 8b",
    sentence="The EnKF works with logistic, ReLU and tanh activations.",
    published="curves only",
    figure="cnn/activation_functions",
)
def other_activation_functions_work(summaries: Summaries) -> Verdict:
    """A function works if the upper 95 % bound of its final error is below half of chance (45 %). Reproduced if
    logistic, ReLU and tanh work, partly if two of them do. Functions without useful derivatives are reported beside.
    """
    shown = {"logistic": "corrected", "ReLU": "relu", "tanh": "tanh", "step": "step", "hard shrink": "hard-shrink"}
    found = {name: estimate(_errors(summaries, "enkf", setting), 0, 100) for name, setting in shown.items()}
    works = [found[name].high < HALF_OF_CHANCE_PERCENT for name in ("logistic", "ReLU", "tanh")]
    verdict: VerdictName = "reproduced" if all(works) else "partly" if sum(works) == 2 else "not reproduced"
    return Verdict(verdict, ", ".join(f"{k} {v.mean:.1f} %" for k, v in found.items()), found["tanh"].n)


@claim(
    "cnn-adaptive",
    source="[LOD] Fig. 9",
    sentence="Ensemble size and repetitions can be adapted while training.",
    published="curves only",
    figure="cnn/adaptive",
)
def the_ensemble_can_be_adapted(summaries: Summaries) -> Verdict:
    """Compared with the fixed run: reproduced if the adaptive run needs at least 10 % fewer network evaluations and the
    95 % interval of the difference of final errors does not lie above 1 point; not testable if the rule never acted.
    """
    enkf = summaries["enkf"]
    sizes = s.curve(enkf, "adaptive", "n_members").values
    repetitions = s.curve(enkf, "adaptive", "repetitions").values
    if all(np.unique(x[np.isfinite(x)]).size == 1 for x in (sizes, repetitions)):
        return Verdict("not testable at this scale", "the accuracy stayed below the rule's threshold", len(sizes))
    passes = {name: s.final(enkf, name, "forward_passes").mean() for name in ("adaptive", "corrected")}
    saved = 1 - passes["adaptive"] / passes["corrected"]
    found = difference(_errors(summaries, "enkf", "adaptive"), _errors(summaries, "enkf", "corrected"))
    verdict: VerdictName = "reproduced" if saved >= 0.1 and found.low <= 1 else "not reproduced"
    return Verdict(verdict, f"{saved:.0%} fewer evaluations; error difference {found:points}", found.n)


@claim(
    "cnn-letters",
    source="thesis part 1",
    sentence="It carries over to letters.",
    published="error stays above 10 %",
    figure="cnn/letters",
)
def it_carries_over_to_letters(summaries: Summaries) -> Verdict:
    """Reproduced if for every ensemble size the upper 95 % bound of the final error is below half of chance (45 %);
    partly if for one. The letters are named, since notMNIST cannot be passed on.
    """
    enkf = summaries["enkf"]
    names = [str(name) for name in enkf["setting"].values if str(name).startswith("letters")]
    found = {s.config_of(enkf, name)["n_members"]: estimate(_errors(summaries, "enkf", name), 0, 100) for name in names}
    verdict = by_count(x.high < HALF_OF_CHANCE_PERCENT for x in found.values())
    origin = s.image_set_of(enkf, names[0])
    text = ", ".join(f"J = {size}: {x:%}" for size, x in found.items())
    return Verdict(verdict, f"{text} on {origin}", min(x.n for x in found.values()))


@claim(
    "cnn-schedule",
    source="ours",
    sentence="Repairing the label mismatch of the published schedule helps.",
    published="-",
    figure="cnn/schedule",
)
def the_repair_helps(summaries: Summaries) -> Verdict:
    """Final error of the published schedule minus that of the corrected one: reproduced if its 95 % interval lies above
    zero, not reproduced if it lies below, partly if it holds zero with a positive mean.
    """
    found = difference(_errors(summaries, "enkf", "published"), _errors(summaries, "enkf", "corrected"))
    verdict: VerdictName = (
        "reproduced" if found.low > 0 else "partly" if found.high > 0 < found.mean else "not reproduced"
    )
    return Verdict(verdict, f"difference {found:points}", found.n)


@claim(
    "cnn-practical",
    source="ours",
    sentence="A filter of the EnKF family reaches the published end point in minutes.",
    published="4.11 % after 7500 iterations with J = 5000, a day on a GPU",
    figure="cnn/remedies",
)
def the_end_point_takes_minutes(summaries: Summaries) -> Verdict:
    """Wall time on one core until the test error of the block filter is first at most 4.11 %: reproduced if every seed
    needs less than 300 s, partly if some do, otherwise not reproduced.
    """
    curve = s.curve(summaries["blocks"], "block-filter", "test_error_percent")
    clock = s.curve(summaries["blocks"], "block-filter", "wall_s").sel(evaluation=curve.evaluation)
    reached = clock.where(curve <= lod.LOD_FIG1_ENKF_PERCENT[-1]).min("evaluation").values
    verdict = by_count(reached < 300)
    n_reached = int(np.isfinite(reached).sum())
    after = f", after {estimate(reached, 0):s}" if n_reached else ""
    return Verdict(verdict, f"{n_reached} of {len(reached)} seeds reached it{after}", len(reached))


@claim(
    "cnn-practical-end",
    source="ours",
    sentence="It goes on to errors below 2 % within an hour.",
    published="-",
    figure="cnn/remedies",
)
def the_filter_goes_below_two_percent(summaries: Summaries) -> Verdict:
    """Final test error of the block filter after less than 3600 s on one core: reproduced if its upper 95 % bound is
    below 2 %, partly if its mean is, otherwise not reproduced.
    """
    found = estimate(_errors(summaries, "blocks", "block-filter"), 0, 100)
    seconds = s.final(summaries["blocks"], "block-filter", "wall_s")
    in_time = seconds.max() < 3600
    verdict: VerdictName = "not reproduced"
    if in_time and found.mean < 2:
        verdict = "reproduced" if found.high < 2 else "partly"
    return Verdict(verdict, f"{found:%} after {estimate(seconds, 0):s}", found.n)
