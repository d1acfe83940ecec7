"""Channels whose answers seem not to arrive: who is named, what is then in no rate, and what is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.analysis.detect.replaying import replay
from answerback.analysis.detect.silences import Silent, alone_since, watch_silences, without
from answerback.analysis.detect.silent import silence_finding, silent_alone
from answerback.analysis.detect.weekly import Cells, Stream
from answerback.analysis.findings.gathering import Standing
from answerback.analysis.findings.naming import Names, reps_of
from answerback.analysis.findings.state import State
from answerback.domain.findings import Role
from answerback.domain.refusals import Refused
from answerback.present.findings import headline, story
from answerback.stats.detect import Direction
from tests.analysis.detect_cells import Team

REPS, WEEKS, CUT, END = 12, 44, 30, 36


def cells(*silent: int, until: int = END) -> Cells:
    """Twelve reps who mail and call; of some no mail is answered for six weeks."""
    rates = np.full((WEEKS, 2 * REPS), 0.25)
    rates[CUT:until, list(silent)] = 0.0
    both = Team(rates, a_day=3).cells(default_rng(3))
    streams = tuple(
        Stream(1 + at % REPS, channel, channel, channel, 14)
        for at, channel in enumerate(["email"] * REPS + ["call"] * REPS)
    )
    kinds = tuple(Stream(0, each, each, each, 14) for each in ("email", "call"))
    pooled = both.pooled
    number = (both.answers.stream >= REPS).astype(np.int32)
    return replace(both, streams=streams, kinds=kinds, pooled=replace(pooled, stream=number))


@pytest.fixture(scope="module")
def three() -> tuple[Cells, tuple[Silent, ...]]:
    told = cells(0, 4, 7)
    return told, watch_silences(told)


def test_the_channel_its_reps_and_its_weeks_are_named(three: tuple[Cells, tuple[Silent, ...]]) -> None:
    told, (one,) = three
    start = told.weeks().start
    assert one.channel == "email"
    assert set(one.reps) == {1, 5, 8}
    assert (one.since - start, one.last - start) == (CUT, END - 1)
    assert CUT < one.week - start <= END
    assert one.sure >= 0.9


def test_nothing_later_changes_when_it_was_raised(three: tuple[Cells, tuple[Silent, ...]]) -> None:
    told, (one,) = three
    (then,) = watch_silences(told, until=one.week)
    assert then.week == one.week
    assert watch_silences(told, until=one.week - 1) == ()


def test_one_rep_alone_or_nobody_is_not_named() -> None:
    assert watch_silences(cells(0)) == ()
    assert watch_silences(cells()) == ()


def test_these_weeks_are_in_no_rate_and_accuse_nobody() -> None:
    told = cells(0, 4, 7, until=WEEKS)
    silences = watch_silences(told)
    before = {each.rep_key for each in replay(told).alarms() if each.direction is Direction.FALL}
    after = replay(without(told, silences)).alarms()
    assert before & {1, 5, 8}
    assert not after


def test_what_is_silent_of_one_alone_is_said_of_the_fall() -> None:
    told = cells(0, until=WEEKS)
    start = told.weeks().start
    found = alone_since(told, 1, start + CUT, start + WEEKS - 1)
    assert found is not None
    assert found[0] == "email"
    assert found[1] > 20
    assert alone_since(told, 2, start + CUT, start + WEEKS - 1) is None
    falls = [each for each in replay(told).alarms() if each.rep_key == 1]
    assert falls
    assert [each.reason for each in silent_alone(told, falls[0])] == [Refused.SILENT_ALONE]


def test_operations_are_told_whose_answers_and_what_would_settle_it(three: tuple[Cells, tuple[Silent, ...]]) -> None:
    _, (one,) = three
    finding = silence_finding(one)
    names = Names({("rep", 1): "ann"}, {("rep", 1): "Ann"})
    told = "\n".join(story(Standing(finding, State(), {}, muted=False, expired=False), names))
    assert finding.first_for is Role.OPERATIONS
    assert reps_of(finding) == (1, 5, 8)
    assert headline(finding) == "email: answers seem not to arrive"
    assert "Ann" in told
    assert "test message" in told
    assert names.details(finding.details)["reps"] == ["ann", "5", "8"]
