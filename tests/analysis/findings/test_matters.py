"""A change and the verdict on it are one finding; what is about anything else stays apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.analysis.findings.matters import joined
from answerback.domain.findings import Finding, FindingKind, Level, Subject, Verdict
from answerback.domain.refusals import CannotTell, Refused
from tests.analysis.findings.made import SUNDAY, fall

WHY = CannotTell(Refused.TOO_FEW_REPS, 3, 5)


def verdict(rep: int = 1, *, week: int = 0, **fields: object) -> Finding:
    told = {"kind": FindingKind.VERDICT, "verdict": Verdict.INDIVIDUAL, "settle": (WHY,), "play": ""} | fields
    return replace(fall(rep, week=week), **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("weeks", [-5, 0, 5])
def test_the_first_one_stands_with_the_verdict(weeks: int) -> None:
    change, told = fall(), verdict(week=weeks)
    (one,) = joined([told, change])
    assert one.finding_id == (told if weeks < 0 else change).finding_id
    assert (one.verdict, one.settle) == (Verdict.INDIVIDUAL, (WHY,))
    assert one.raised_on == SUNDAY + min(0, weeks) * timedelta(weeks=1)


@pytest.mark.parametrize(
    "other",
    [
        verdict(2),
        verdict(direction="rise"),
        verdict(week=14),
        verdict(subject=Subject("organisation")),
        fall(play="call"),
        fall(level=Level.ASK, play="call"),
    ],
)
def test_other_people_directions_times_and_kinds_of_touch_stay_apart(other: Finding) -> None:
    assert len(joined([fall(), other])) == 2


@given(st.permutations([fall(), verdict(), fall(2), verdict(3, week=1), fall(1, play="call", week=2)]))
def test_the_order_changes_nothing(found: list[Finding]) -> None:
    assert joined(found) == joined(sorted(found, key=lambda each: each.finding_id))
