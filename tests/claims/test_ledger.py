"""The ledger: a row for each claim, with its rule, and no verdict where the scale cannot carry one."""

import json

import pytest

import gradfree.claims.cnn  # noqa: F401 - registers its claims
from gradfree.claims import ledger
from gradfree.claims.ledger import CLAIMS, Verdict, claim

CNN_CLAIMS = {
    "cnn-accuracy", "cnn-sgd-fails", "cnn-adam-slow", "cnn-gradients", "cnn-activations", "cnn-ensemble",
    "cnn-activation-fn", "cnn-adaptive", "cnn-letters", "cnn-schedule",
}  # fmt: skip
TEXTS = dict(source="a book", sentence="It | works.", published="yes", figure="cnn/test_error")


@pytest.fixture
def registered(monkeypatch):
    """A ledger of its own with two claims."""
    monkeypatch.setattr(ledger, "CLAIMS", {})

    @claim("first", **TEXTS)
    def first(summaries) -> Verdict:
        """Reproduced if
        the number is one.
        """
        return Verdict("reproduced" if summaries == 1 else "not reproduced", f"{summaries}", 3)

    @claim("second", **TEXTS)
    def second(summaries) -> Verdict:
        """Partly."""
        return Verdict("partly", "a\nb", 2)


def test_every_claim_of_the_chapter_is_registered():
    assert CNN_CLAIMS - CLAIMS.keys() == set()


def test_every_claim_states_source_sentence_published_number_figure_and_rule():
    for found in CLAIMS.values():
        assert all((found.source, found.sentence.endswith("."), found.published, found.figure, len(found.rule) > 40))


def test_a_claim_without_a_rule_is_refused_and_not_registered():
    with pytest.raises(ValueError, match="'lazy' has no rule: write it into the docstring of judge"):

        @claim("lazy", **TEXTS)
        def judge(summaries) -> Verdict:
            return Verdict("reproduced", "", 1)

    assert "lazy" not in CLAIMS


def test_two_claims_of_one_id_are_refused(registered):
    with pytest.raises(ValueError, match="first"):

        @claim("first", **TEXTS)
        def again(summaries) -> Verdict:
            """Another rule."""
            return Verdict("reproduced", "", 1)


def test_a_row_holds_claim_rule_and_verdict(registered):
    row = ledger.judge_chapter("cnn", 1)[0]
    assert row == TEXTS | {
        "id": "first", "rule": "Reproduced if the number is one.", "verdict": "reproduced", "ours": "1", "n_seeds": 3,
    }  # fmt: skip


def test_a_scale_that_is_too_small_gets_numbers_without_verdicts(registered):
    rows = ledger.judge_chapter("cnn", 1, testable=False)
    assert [row["verdict"] for row in rows] == ["not testable at this scale"] * 2 and rows[0]["ours"] == "1"


def test_json_comes_back_as_the_rows_and_facts(registered):
    rows = ledger.judge_chapter("cnn", 0)
    assert json.loads(ledger.to_json(rows, {"scale": "smoke"})) == {"facts": {"scale": "smoke"}, "claims": rows}


def test_markdown_is_a_table_of_one_line_per_claim_and_the_rules_below(registered):
    text = ledger.to_markdown(ledger.judge_chapter("cnn", 0), {"scale": "smoke", "commit": "abc"})
    first, second = (line for line in text.splitlines() if line.startswith(("| first", "| second")))
    assert r"It \| works." in first and first.endswith("| 0 | not reproduced |") and "| a b |" in second
    assert "* **first** (cnn/test_error): Reproduced if the number is one." in text
    assert "smoke" in text.splitlines()[0] and "abc" in text
