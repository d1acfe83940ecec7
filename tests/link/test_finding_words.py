"""What was said on findings: every word stays, by the person who stands for another."""

from __future__ import annotations

import pytest

from tests.link.cases import Case, check
from tests.link.world import Decision, day


def said(kind: str, key: int, **fields: object) -> Decision:
    about = {"subject_kind": "finding", "subject_key": 9} | fields
    return Decision(kind=kind, occurred_at=day(key), decision_key=key, **about)  # type: ignore[arg-type]


SAID_OF_FINDINGS = [
    Case(
        "finding_decision",
        "every word stays, whatever was said later",
        [said("dismiss", 1, reason="known", value="change"), said("reopen", 2), said("wait_until", 3, until=day(9))],
        [
            {
                "decision_key": 1,
                "subject_key": 9,
                "kind": "dismiss",
                "value": "change",
                "reason": "known",
                "until": None,
            },
            {"decision_key": 2, "subject_key": 9, "kind": "reopen", "value": None, "reason": None, "until": None},
            {"decision_key": 3, "subject_key": 9, "kind": "wait_until", "value": None, "reason": None, "until": day(9)},
        ],
    ),
    Case(
        "finding_decision",
        "whoever was merged speaks as the one who stands for them; words on anything else are left out",
        [said("seen", 1, actor_key=2), said("contest", 2, subject_kind="event")],
        [{"decision_key": 1, "actor_key": 1}],
        same_as={2: 1},
    ),
]


@pytest.mark.parametrize("case", SAID_OF_FINDINGS, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
