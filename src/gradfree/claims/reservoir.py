"""Claims of chapter `reservoir`: thesis part 2."""

from __future__ import annotations

from gradfree.analysis import reservoir_activity as activity
from gradfree.analysis.statistics import estimate
from gradfree.claims.ledger import Summaries, Verdict, VerdictName, claim


@claim(
    "res-input",
    source="ours",
    sentence="The published input wiring leaves most input neurons silent: the image enters through a few pixels.",
    published="3 to 5 % of the input neurons active per image in a reimplementation",
    figure="reservoir/activity",
)
def most_input_neurons_are_silent(summaries: Summaries) -> Verdict:
    """Share of input neurons that fire at least once while an image is on, wiring `published`, over test images.
    Reproduced if the whole 95 % interval lies below 10 %; partly if the mean lies below 50 %; otherwise not.
    """
    found = estimate(100 * activity.active_share(summaries["activity"], "published", "input"), 0, 100)
    verdict: VerdictName = "reproduced" if found.high < 10 else "partly" if found.mean < 50 else "not reproduced"
    return Verdict(verdict, f"{found.mean:.3g} [{found.low:.3g}, {found.high:.3g}] % over {found.n} images", 1)
