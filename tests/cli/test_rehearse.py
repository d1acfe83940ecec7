"""`answerback rehearse`: plain words first, rows for machines, clear refusals, no workspace."""

from __future__ import annotations

import csv
import io
import resource

import pytest

from answerback.domain.errors import Exit
from tests.cli.terminal import Terminal, started

CHANGE = ("--from", "0.10", "--to", "0.03")


def test_it_answers_in_plain_words_without_a_workspace(nowhere: Terminal) -> None:
    ran = nowhere("rehearse", "--reps", "8", "--efforts-per-week", "20", *CHANGE)
    assert ran.code == Exit.OK
    assert not nowhere.home.exists()
    words = " ".join(ran.text.split())
    assert words.startswith("A fall from 10 % to 3 %, at 20 touches a week, shows after about 6 weeks:")
    assert "1 of 10 takes longer than" in words
    assert "false alarms of a fall a year in a team of 8 (one per rep in" in words
    assert "no method that raises one false alarm per rep in two years at most" in words
    assert "5.1 weeks" in words
    assert "±" in words
    assert max(len(line) for line in ran.text.splitlines() if "touches a week  " not in line) <= 160


def test_rows_for_machines(nowhere: Terminal) -> None:
    rows = nowhere.rows("rehearse", *CHANGE)
    assert [row["efforts_per_week"] for row in rows] == [20, 40, 100]
    first = rows[0]
    assert (first["reps"], first["from"], first["to"], first["baseline_weeks"]) == (8, 0.1, 0.03, 20)
    assert first["median_weeks"] == 6  # what the words say of the same seed
    assert first["false_alarms_per_team_year"] == pytest.approx(8 * first["false_alarms_per_rep_year"])
    assert first["limit_weeks"] == pytest.approx(5.1, abs=0.05)
    assert first["mean_weeks_error"] > 0
    assert 0 <= first["seen_in_4_weeks"] <= first["seen_in_8_weeks"] <= 1


def test_same_seed_same_answer_in_every_form(nowhere: Terminal) -> None:
    words = ("rehearse", "--reps", "1", "--from", "0.5", "--to", "0.1", "--weeks", "4")
    rows = nowhere.rows(*words, "--seed", "3")
    assert rows != nowhere.rows(*words, "--seed", "4")
    table = list(csv.DictReader(io.StringIO(nowhere(*words, "--seed", "3", "--format", "csv").text)))
    assert [float(row["mean_weeks"]) for row in table] == [row["mean_weeks"] for row in rows]


def test_a_rise_one_rep_and_a_change_that_does_not_show(nowhere: Terminal) -> None:
    one = ("rehearse", "--reps", "1", "--weeks", "8")
    rise = " ".join(nowhere(*one, "--from", "0.03", "--to", "0.3").text.split())
    assert rise.startswith("A rise from 3 % to 30 %")
    assert "about one false alarm of a rise in" in rise
    slight = ("rehearse", "--from", "0.10", "--to", "0.09", "--weeks", "4", "--efforts-per-week", "3")
    never = nowhere(*slight)
    words = " ".join(never.text.split())
    assert "mostly does not show" in words
    assert "still not seen after 4 weeks" in words
    assert "seen in 8 weeks" not in words
    rows = nowhere.rows(*slight)
    assert rows[0]["median_weeks"] is None
    assert rows[0]["seen_in_8_weeks"] is None


@pytest.mark.parametrize(
    "words",
    [
        ["--from", "0.1", "--to", "0.1"],
        ["--from", "0", "--to", "0.1"],
        ["--from", "0.1", "--to", "1.5"],
        [*CHANGE, "--reps", "0"],
        [*CHANGE, "--reps", "1000000000"],
        [*CHANGE, "--efforts-per-week", "1000000"],
        [*CHANGE, "--weeks", "0"],
        [*CHANGE, "--lag-days", "nan"],
        [*CHANGE, "--baseline-weeks", "1", "--efforts-per-week", "2"],
    ],
)
def test_nonsense_is_refused(nowhere: Terminal, words: list[str]) -> None:
    ran = nowhere("rehearse", *words)
    assert (ran.code, ran.out) == (Exit.USAGE, b"")
    assert ran.err.startswith("error[usage]: ")
    assert "Next: give" in ran.err


def test_a_missing_rate_is_a_wrong_word(nowhere: Terminal) -> None:
    assert nowhere("rehearse", "--from", "0.1").code == Exit.USAGE
    assert nowhere("rehearse", "--to", "0.1").code == Exit.USAGE


def test_it_takes_seconds() -> None:
    """Five of a processor; what neighbours take does not count."""
    before = _spent_by_children()
    assert started("--quiet", "rehearse", *CHANGE).returncode == Exit.OK
    assert _spent_by_children() - before < 15


def _spent_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
