"""Each reason for having no answer has its sentence, with its numbers, and says when where that follows."""

from __future__ import annotations

import re
from datetime import date

import pytest

from answerback.domain.refusals import CannotTell, Refused
from answerback.present.refusals import refusal_text, refusal_texts

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("reason", Refused)
def test_every_reason_has_one_plain_sentence(reason: Refused) -> None:
    said = refusal_text(CannotTell(reason, have=0.25, need=0.75, names=("north", "2026Q1")))
    assert said.startswith(("Cannot ", "Nothing stands out"))
    assert said.endswith(".")
    assert not said.endswith("..")
    for word in ("nan", "None", "effort", "cell", "E1", "{", "_"):
        assert word not in said


NUMBERLESS = {Refused.ALIASED, Refused.NOBODY_UNTREATED, Refused.NO_RECORDS, Refused.NO_EXCHANGE_RATE}


@pytest.mark.parametrize("reason", sorted(set(Refused) - NUMBERLESS))
def test_what_there_is_and_what_it_takes_are_in_it(reason: Refused) -> None:
    one, other = (refusal_text(CannotTell(reason, have=have, need=0.75)) for have in (0.25, 0.5))
    assert one != other, "what there is"
    if reason is not Refused.NOT_FROZEN:
        more = refusal_text(CannotTell(reason, have=0.25, need=0.5))
        if reason is not Refused.TOO_SOON:  # whole weeks
            assert one != more, "what it takes"


@pytest.mark.parametrize("reason", sorted(NUMBERLESS - {Refused.NOBODY_UNTREATED}))
def test_names_are_in_it_and_may_be_missing(reason: Refused) -> None:
    assert "north and 2026Q1" in refusal_text(CannotTell(reason, names=("north", "2026Q1")))
    assert refusal_text(CannotTell(reason))


def test_it_says_what_would_settle_it() -> None:
    for reason in (Refused.NOBODY_UNTREATED, Refused.NO_OVERLAP, Refused.NOT_FROZEN):
        assert "answerback practice draw" in refusal_text(CannotTell(reason))
    for reason in (Refused.NO_HOLDOUT, Refused.PESTERING_OR_COLD, Refused.PLACEBO_FAILED, Refused.WINDOWS_OVERLAP):
        assert "answerback holdout draw" in refusal_text(CannotTell(reason))


def test_it_says_when_where_that_follows() -> None:
    assert "from 2026-03-23" in refusal_text(CannotTell(Refused.TOO_SOON, have=2, need=5), today=TODAY)
    assert "from 2026-03-12" in refusal_text(CannotTell(Refused.NOT_OVER, have=4, need=14), today=TODAY)
    short = CannotTell(Refused.BASELINE_TOO_SHORT, have=100, need=160)
    assert "at 25 a week about 3 weeks more, from 2026-03-23" in refusal_text(short, per_week=25, today=TODAY)
    assert "week" not in refusal_text(short, today=TODAY)
    assert "week" not in refusal_text(short, per_week=0)


def test_it_says_nothing_of_when_where_waiting_does_not_help() -> None:
    settled = CannotTell(Refused.BASELINE_TOO_SHORT, have=200, need=160)
    assert "more" not in refusal_text(settled, per_week=20, today=TODAY)
    assert "from 2026" not in refusal_text(CannotTell(Refused.TOO_FEW_REPS, have=1, need=5), per_week=9, today=TODAY)


def test_shares_are_said_in_percent() -> None:
    assert "60 %" in refusal_text(CannotTell(Refused.NOT_SEEN, have=0.6, need=0.8))
    assert re.search(r"0\.03\b", refusal_text(CannotTell(Refused.ANSWERS_SLOWER, have=0.03, need=0.05)))


def test_one_reason_twice_is_said_once() -> None:
    same = CannotTell(Refused.TOO_FEW_REPS, have=1, need=5)
    assert refusal_texts((same, same, CannotTell(Refused.NOBODY_UNTREATED))).count("Cannot tell") == 2
