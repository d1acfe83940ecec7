"""A decision is later than what it takes back, wherever that was said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from answerback.domain.errors import UsageError
from answerback.workspace.deciding import Decision, decide
from answerback.workspace.home import Home
from answerback.workspace.journal import compact_journal, let_go, written
from tests.workspace.world import NOW, PLAYBOOK

BALL = Decision("crm", "event", "e1", "not_a_ball")
UNDO = Decision("crm", "event", "e1", "undo")


def said(home: Home) -> list[tuple[object, object]]:
    return [(each.fields["kind"], each.fields["occurred_at"]) for each in written(home, "decision")]


def at(seconds: int) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat()


def into_the_log(home: Home) -> None:
    let_go(home, now=NOW, closed=compact_journal(home, PLAYBOOK, now=NOW))


def test_words_within_one_second_are_in_order(home: Home) -> None:
    for each in (BALL, UNDO, BALL):
        decide(home, each, now=NOW)
    decide(home, Decision("crm", "event", "e2", "not_a_ball"), now=NOW)
    assert said(home) == [("not_a_ball", at(0)), ("undo", at(1)), ("not_a_ball", at(2)), ("not_a_ball", at(0))]


def test_a_word_is_later_than_those_that_the_log_has(home: Home) -> None:
    decide(home, BALL, now=NOW)
    into_the_log(home)
    assert said(home) == []
    decide(home, UNDO, now=NOW)
    decide(home, Decision("mail", "event", "e1", "undo"), now=NOW)  # another system's event
    assert said(home) == [("undo", at(1)), ("undo", at(0))]


def test_findings_are_one_thing_whoever_speaks_of_them(home: Home) -> None:
    decide(home, Decision("answerback", "finding", "f1", "dismiss", value="change"), now=NOW)
    into_the_log(home)
    decide(home, Decision("other", "finding", "f1", "reopen"), now=NOW)
    assert said(home) == [("reopen", at(1))]


def test_several_are_written_at_once_or_not_at_all(home: Home) -> None:
    decide(home, BALL, UNDO, Decision("crm", "deal", "d1", "wait_until", until=NOW), now=NOW)
    assert said(home) == [("not_a_ball", at(0)), ("undo", at(1)), ("wait_until", at(0))]
    with pytest.raises(UsageError):
        decide(home, BALL, Decision("crm", "weather", "x", "undo"), now=NOW)
    assert len(said(home)) == 3


def test_a_word_is_dated_as_asked_unless_something_was_said_later(home: Home) -> None:
    earlier = NOW - timedelta(days=9, microseconds=5)
    decide(home, BALL, now=NOW, said_at=earlier)
    decide(home, UNDO, now=NOW, said_at=earlier)
    first = (earlier).replace(microsecond=0)
    assert [when for _, when in said(home)] == [first.isoformat(), (first + timedelta(seconds=1)).isoformat()]
