"""Claims of chapter `biophysical` about neural ODEs: [H] is Hazelden et al. 2023, [SG] their code of May 2023."""

from __future__ import annotations

import numpy as np

from gradfree.analysis import endings
from gradfree.analysis.statistics import Estimate, difference, estimate
from gradfree.claims.ledger import Summaries, Verdict, VerdictName, by_count, claim


@claim(
    "bio-neural-ode",
    source="[H] C4; [SG]",
    sentence="On a general neural ODE evolution strategies can outperform backpropagation.",
    published="mean absolute error 1.7e-3 against 4.2e-3 after 1900 iterations",
    figure="biophysical/spiral",
)
def evolution_wins_on_the_spiral(summaries: Summaries) -> Verdict:
    """Logarithm of the validation error at equal iterations, strategy minus backpropagation: reproduced if its 95 %
    interval lies below zero with both tuned, partly if with both as published, otherwise not reproduced.
    """
    errors = {
        x: endings.errors(summaries["spiral"], x, "validation_loss")
        for x in ("es-spiral", "bp-spiral", "es-spiral-published", "bp-spiral-published")
    }
    tuned = _ratio(errors["es-spiral"], errors["bp-spiral"])
    plain = _ratio(errors["es-spiral-published"], errors["bp-spiral-published"])
    verdict: VerdictName = "reproduced" if tuned.high < 0 else "partly" if plain.high < 0 else "not reproduced"
    pairs = [f"{estimate(errors[f'es-{x}']).mean:.2g} against {estimate(errors[f'bp-{x}']).mean:.2g}" for x in
             ("spiral", "spiral-published")]  # fmt: skip
    return Verdict(verdict, f"tuned {pairs[0]}; as published {pairs[1]}", tuned.n)


def _ratio(ours: np.ndarray, theirs: np.ndarray) -> Estimate:
    """Decimal logarithm of our error over theirs."""
    return difference(np.log10(ours), np.log10(theirs))


@claim(
    "bio-stiff",
    source="[H] C4",
    sentence="The same on a stiff benchmark.",
    published="none known",
    figure="biophysical/stiff",
)
def evolution_wins_on_stiff_systems(summaries: Summaries) -> Verdict:
    """Logarithm of the scaled error at equal iterations, strategy minus backpropagation through the same implicit or
    logarithmic solver: reproduced if its 95 % interval lies below zero for Robertson and for POLLU, partly if for one,
    otherwise not reproduced. A diverged run counts with the error that it started from.
    """
    errors = {
        (method, system): endings.errors(summaries["stiff"], f"{method}-{system}", "scaled_error")
        for method in ("es", "bp")
        for system in ("robertson", "pollu")
    }
    verdict = by_count(_ratio(errors["es", x], errors["bp", x]).high < 0 for x in ("robertson", "pollu"))
    texts = [f"{x} {estimate(errors['es', x]).mean:.2g} against {estimate(errors['bp', x]).mean:.2g}" for x in
             ("robertson", "pollu")]  # fmt: skip
    return Verdict(verdict, "; ".join(texts), len(errors["es", "pollu"]))


WIDTHS = {  # problem: summary, error, settings from narrow to wide without their method
    "spiral": ("spiral", "validation_loss", "spiral-narrow", "spiral-wide"),
    "Robertson": ("stiff", "scaled_error", "robertson", "robertson-wide"),
    "POLLU": ("stiff", "scaled_error", "pollu", "pollu-wide"),
}


@claim(
    "bio-overparameterized",
    source="[H] C4",
    sentence="Evolution strategies gain on backpropagation especially when networks are over-parameterized.",
    published="none known",
    figure="biophysical/widths",
)
def width_helps_evolution(summaries: Summaries) -> Verdict:
    """The gap is the logarithm of the strategy's error minus that of tuned backpropagation. A problem agrees if the
    gap of the widest network lies below zero with its 95 % interval and below that of the narrowest. Reproduced if at
    least two of spiral, Robertson and POLLU agree, partly if one does, otherwise not. A diverged run counts with the
    error that it started from.
    """
    agree, texts, n = [], [], 0
    for problem, (summary, error, *settings) in WIDTHS.items():
        narrow, wide = (
            _ratio(*(endings.errors(summaries[summary], f"{method}-{x}", error) for method in ("es", "bp")))
            for x in settings
        )
        agree.append(wide.high < 0 and wide.mean < narrow.mean)
        texts.append(f"{problem} {10**narrow.mean:.2g} to {10**wide.mean:.2g}")
        n = wide.n
    verdict: VerdictName = "reproduced" if sum(agree) >= 2 else "partly" if any(agree) else "not reproduced"
    return Verdict(verdict, "error of ES over that of BP, narrow to wide: " + ", ".join(texts), n)


@claim(
    "bio-vanishing",
    source="Fronk & Petzold 2025",
    sentence="In stiff neural ODEs the gradient by the rates of fast modes vanishes, for evolution strategies too.",
    published="with implicit schemes as at least the first power of stiffness; evolution strategies: open",
    figure="biophysical/vanishing",
)
def gradients_vanish(summaries: Summaries) -> Verdict:
    """Exponent with which the norm of the gradient by the rates follows the rates, between the two largest of them and
    before training. It vanishes if the 95 % interval lies below -0.5. Reproduced if that holds for POLLU and Robertson,
    and for the exact gradient and the slope of the smoothed loss; partly if for the exact one only; otherwise not.
    """
    found = {
        (quantity, group): [_exponent(summaries, f"vanishing-{x}", quantity, group) for x in ("pollu", "robertson")]
        for quantity in ("exact_slope", "smooth_slope")
        for group in ("rates", "weights")
    }
    vanish = {quantity: all(x.high < -0.5 for x in found[quantity, "rates"]) for quantity, _ in found}
    verdict: VerdictName = "partly" if vanish["exact_slope"] else "not reproduced"
    if all(vanish.values()):
        verdict = "reproduced"
    texts = [
        f"{name} {' / '.join(f'{x.mean:.2f}' for x in found[quantity, 'rates'])}"
        for quantity, name in (("exact_slope", "exact"), ("smooth_slope", "smoothed"))
    ]
    weights = " / ".join(f"{x.mean:.2f}" for x in found["exact_slope", "weights"])
    text = f"exponents of POLLU / Robertson by rates: {'; '.join(texts)} (exact, by weights: {weights})"
    return Verdict(verdict, text, found["exact_slope", "rates"][0].n)


def _exponent(summaries: Summaries, setting: str, quantity: str, group: str) -> Estimate:
    norms = summaries["vanishing"][quantity].sel(setting=setting, group=group, snapshot="before training")
    last = norms.dropna("value", how="all").sortby("value").isel(value=slice(-2, None)).transpose("value", "seed")
    return estimate(np.diff(np.log10(last.values), axis=0)[0] / np.diff(np.log10(last["value"].values)))
