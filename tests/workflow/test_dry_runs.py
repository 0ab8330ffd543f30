"""What would run: every scale can be planned, and a single target needs only its own jobs."""

import pytest

from gradfree import config

TRAINING = {"enkf": "train_cnn_with_enkf", "remedies": "train_cnn_with_enkf", "gradient": "train_cnn_with_gradient"}
RUN = "results/laptop/cnn/enkf/corrected/seed-0.json"


@pytest.mark.parametrize("scale", config.SCALES)
def test_every_scale_plans_one_job_per_run_summary_and_figure(whole, tmp_path, scale):
    chapters = config.read(whole.folder, scale).chapters()
    chapter, expected = chapters["cnn"], dict[str, int]()
    methods = [method for method, runs in chapter if hasattr(runs, "settings")]
    for method in methods:
        rule = TRAINING.get(method, f"train_cnn_with_{method}")
        seeds = [chapter.training(method, setting).n_seeds for setting in getattr(chapter, method).settings]
        expected[rule] = expected.get(rule, 0) + sum(seeds)
    expected |= {"summarize_cnn": len(methods), "judge_claims": len(chapters)}
    expected["draw_figure"] = sum(len(each.figures.model_dump()) for each in chapters.values())
    expected |= dict.fromkeys(("fetch_digits", "fetch_fonts", "letters", "write_book", "all"), 1)
    found = whole.plan(tmp_path, "--config", f"scale={scale}")
    assert {rule: found.get(rule) for rule in expected} == expected


def test_one_run_needs_the_digits_and_itself(whole, tmp_path):
    assert whole.plan(tmp_path, RUN) == {"fetch_digits": 1, "train_cnn_with_enkf": 1}


def test_one_run_on_letters_needs_the_letters(whole, tmp_path):
    found = whole.plan(tmp_path, RUN.replace("corrected", "letters-large"))
    assert found == {"fetch_fonts": 1, "letters": 1, "train_cnn_with_enkf": 1}


def test_with_ones_own_notmnist_no_fonts_are_fetched(whole, tmp_path):
    found = whole.plan(tmp_path, RUN.replace("corrected", "letters-large"), "--config", "data={notmnist_folder: there}")
    assert found == {"letters": 1, "train_cnn_with_enkf": 1}


def test_one_run_can_be_planned_alone_where_its_data_are(whole, place):
    assert whole.plan(place, "--allowed-rules", "train_cnn_with_enkf", "--", RUN) == {"train_cnn_with_enkf": 1}


def test_claims_need_runs_and_summaries_but_no_figure(whole, tmp_path):
    found = whole.plan(tmp_path, "results/laptop/cnn/claims.json")
    assert "judge_claims" in found and "draw_figure" not in found


def test_targets_named_as_chapters_are_planned(whole, tmp_path):
    assert "write_book" not in whole.plan(tmp_path, "cnn") and "write_book" in whole.plan(tmp_path, "book")
