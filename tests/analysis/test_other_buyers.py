"""An alarm that other buyers explain is a question; one that they do not explain stays a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from answerback.analysis.detect.changes import _change, _question
from answerback.analysis.detect.other_buyers import OtherBuyers, _explained
from answerback.analysis.detect.raised import Raised
from answerback.domain.findings import Level
from answerback.domain.refusals import Refused
from answerback.present.refusals import refusal_text
from answerback.stats.detect import Direction

RATES = {("email", "list"): 0.05, ("email", "fair"): 0.25, ("call", "list"): 0.1, ("call", "fair"): 0.3}
BEFORE = {("email", "list"): 20, ("email", "fair"): 80, ("call", "list"): 20, ("call", "fair"): 80}
FALL = Raised(
    rep_key=7,
    play="",
    direction=Direction.FALL,
    alarm=True,
    week=2910,
    since=2900,
    evidence=9_000.0,
    sure=0.95,
    episode=1,
    expected=0.2,
    usual=0.23,
    usual_matured=400.0,
    efforts=200,
    answered=24,
    matured=200.0,
    weeks_watched=30,
)


def test_a_worse_list_explains_a_fall() -> None:
    since = {("email", "list"): 80, ("email", "fair"): 20, ("call", "list"): 80, ("call", "fair"): 20}
    found = _explained(FALL, "lead_source", (BEFORE, since), RATES)
    assert found is not None
    assert (found.dimension, found.level) == ("lead_source", "list")
    assert found.explained == pytest.approx(0.6 * 0.2 / 0.11)


@pytest.mark.parametrize(
    "since",
    [
        BEFORE,
        {("email", "list"): 5, ("email", "fair"): 95, ("call", "list"): 5, ("call", "fair"): 95},
        {("email", "list"): 40, ("email", "fair"): 160, ("call", "list"): 1, ("call", "fair"): 4},
        {("email", "list"): 35, ("email", "fair"): 65, ("call", "list"): 35, ("call", "fair"): 65},
        {},
    ],
    ids=["the same buyers", "better buyers", "more mails to the same buyers", "a little of it", "no touches"],
)
def test_what_does_not_explain_it(since: dict[tuple[str, str], int]) -> None:
    assert _explained(FALL, "lead_source", (BEFORE, since), RATES) is None


def test_a_level_that_nobody_else_works_on_explains_nothing() -> None:
    since = {("email", "own"): 100, ("email", "fair"): 20}
    assert _explained(FALL, "lead_source", (BEFORE, since), RATES) is None


def test_what_buyers_explain_is_asked_of_the_rep_alone() -> None:
    plain = _change(FALL, (), ())
    asked = _question(plain, OtherBuyers("lead_source", "list", 0.8))
    assert (plain.level, asked.level) == (Level.FINDING, Level.ASK)
    assert asked.settle[0].reason is Refused.OTHER_BUYERS
    assert "80 %" in refusal_text(asked.settle[0])
    assert "lead_source list" in refusal_text(asked.settle[0])
    assert replace(asked, level=Level.FINDING).finding_id == plain.finding_id
