"""A log says where a long run is, how fast, how long it still takes, and why it stopped."""

import re

import pytest

from gradfree import progress as module
from gradfree.progress import Progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test sets."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def numbers(line: str) -> tuple[str, float, float]:
    found = re.search(r"iteration (\d+/\d+)  ([\d.e+-]+)/s  (\d+) s to go", line)
    return found[1], float(found[2]), float(found[3])


def test_a_line_tells_progress_rate_time_to_go_and_the_result(tmp_path, clock):
    with Progress(tmp_path / "run.log", total=10) as progress:
        clock[0] += 4
        progress.step(2, error=12.34567)
    (line,) = (tmp_path / "run.log").read_text().splitlines()
    assert line.endswith("error 12.35") and numbers(line)[0] == "2/10"


def test_rate_and_time_to_go_of_a_resumed_run_count_only_what_this_process_did(tmp_path, clock):
    with Progress(tmp_path / "run.log", total=100) as progress:
        for done in range(51, 61):
            clock[0] += 2
            progress.step(done)
    done, rate, to_go = numbers((tmp_path / "run.log").read_text().splitlines()[-1])
    assert (done, rate, to_go) == ("60/100", 0.5, 80)


def test_steps_that_follow_each_other_fast_share_a_line_but_the_last_one_is_always_written(tmp_path, clock):
    with Progress(tmp_path / "run.log", total=100, every_s=2.0) as progress:
        for done in range(1, 101):
            clock[0] += 0.1
            progress.step(done)
    lines = (tmp_path / "run.log").read_text().splitlines()
    assert len(lines) == 6 and numbers(lines[-1])[0] == "100/100"


def test_lines_are_on_disk_at_once(tmp_path):
    with Progress(tmp_path / "run.log", total=2) as progress:
        progress.step(1)
        assert "1/2" in (tmp_path / "run.log").read_text()


def test_an_error_is_the_last_line_of_the_log_and_goes_on(tmp_path):
    with pytest.raises(ValueError, match="no members"), Progress(tmp_path / "run.log", total=2):
        raise ValueError("no members")
    assert (tmp_path / "run.log").read_text().rstrip().endswith("stopped by ValueError: no members")


def test_a_second_run_appends_to_the_log_of_the_first(tmp_path):
    for text in ("first", "second"):
        with Progress(tmp_path / "logs" / "run.log", total=1) as progress:
            progress.say(text)
    assert [line.split()[-1] for line in (tmp_path / "logs" / "run.log").read_text().splitlines()] == [
        "first",
        "second",
    ]


def test_without_a_path_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Progress(None, total=1) as progress:
        progress.step(1)
    assert not list(tmp_path.iterdir())
