"""A diagnosis leaves out the weeks in which a rep's answers seem not to arrive, before anybody is named."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, time
from typing import cast

import numpy as np
import pytest

from answerback.analysis.detect.weekly import monday
from answerback.analysis.diagnose import heard as tested
from answerback.analysis.diagnose.answer import Counts, Diagnosis, Person, Shift
from answerback.analysis.diagnose.counted import Counted
from answerback.analysis.reader import Reader
from answerback.domain.findings import Verdict
from answerback.domain.refusals import Refused
from answerback.domain.scope import Scope
from tests.analysis.test_silences import CUT, END, REPS, WEEKS, cells


class _Once:
    """What a reader is asked for here: what was made once."""

    def once(self, key: Hashable, make: Callable[[], object]) -> object:
        del key
        return make()


READER = cast(Reader, _Once())


def counted(first: date) -> Counted:
    """One mail and one call of each rep in each week."""
    rep, week, play = (each.ravel() for each in np.indices((REPS, WEEKS, 2)))
    ones, zeros = np.ones(rep.size), np.zeros(rep.size, np.int64)
    return Counted(
        start=datetime.combine(first, time(), UTC),
        weeks=WEEKS,
        rep_keys=tuple(range(1, REPS + 1)),
        rep=rep,
        account=zeros,
        week=week,
        success=ones,
        exposure=ones,
        lag_hours=zeros,
        age_days=zeros,
        waiting_days=zeros,
        levels={"play": play},
        names={"play": ("call", "email")},
        groups={},
        group_names={},
        unseen=np.zeros((WEEKS, 2), np.int64),
    )


@pytest.mark.parametrize("silent", [(0, 4, 7), ()])
def test_silent_weeks_of_silent_reps_weigh_nothing(monkeypatch: pytest.MonkeyPatch, silent: tuple[int, ...]) -> None:
    told = cells(*silent)
    monkeypatch.setattr(tested, "cells_for_alarms", lambda *_: (told, None))
    before = counted(monday(told.weeks().start))
    left, unknown = tested.heard(READER, Scope("test", everybody=True), before)
    lost = before.exposure - left.exposure
    weeks = (before.week >= CUT) & (before.week < END)
    wanted = np.isin(before.rep, silent) & weeks & (before.levels["play"] == 1)
    assert lost.tolist() == wanted.astype(float).tolist()
    assert [each.reason for each in unknown] == [Refused.SILENT_TOGETHER] * bool(silent)


def test_only_a_fall_makes_it_look() -> None:
    def told(shift: float) -> Diagnosis:
        person = Person(7, Shift(shift, shift - 0.5, shift + 0.5, 0.001), Counts(0, 0, 0, 0), None)
        return Diagnosis(Verdict.INDIVIDUAL, None, Counts(0, 0, 0, 0), people=(person,))

    assert tested.names_a_fall(told(-1.0))
    assert not tested.names_a_fall(told(1.0))
