"""What stood in the way, and which policies make people pester: sentence by sentence."""

from __future__ import annotations

from functools import partial

import pytest

from tests.link.cases import Case, check
from tests.link.world import Deal, Decision, StoodInTheWay, day

LessonWord = partial(Decision, kind="lesson_used", subject_kind="deal")

OBSTACLES = [
    Case(
        "obstacle",
        "one row per record, by the deal that stands for it; who said so, and when",
        [
            Deal(deal_key=1),
            StoodInTheWay(obstacle_key=1, deal_key=2, occurred_at=day(3), evidence="captured"),
            StoodInTheWay(obstacle_key=2, event_key=7, kind="timing", said_by="rep"),
        ],
        [
            {
                "obstacle_key": 1,
                "event_key": None,
                "deal_key": 1,
                "occurred_at": day(3),
                "kind": "price",
                "said_by": "buyer",
                "evidence": "captured",
            },
            {
                "obstacle_key": 2,
                "event_key": 7,
                "deal_key": None,
                "occurred_at": None,
                "kind": "timing",
                "said_by": "rep",
                "evidence": "claimed",
            },
        ],
        same_as={2: 1},
    ),
    Case(
        "policy_mark",
        "one row per time that it was said, whoever said it; other words are left out",
        [
            Decision(
                subject_kind="policy", subject_key=9, kind="pester", value="buyer waits", decision_key=1, actor_key=5
            ),
            Decision(subject_kind="policy", subject_key=9, kind="pester", value="buyer waits", decision_key=2),
            Decision(subject_kind="finding", subject_key=9, kind="pester", value="buyer waits", decision_key=3),
        ],
        [{"decision_key": 1, "policy": "buyer waits"}, {"decision_key": 2, "policy": "buyer waits"}],
    ),
    Case(
        "lesson_use",
        "of one person, lesson and deal the last word stands; a word without a person is nobody's in particular",
        [
            LessonWord(subject_key=1, value="7", decision_key=1, actor_key=5, occurred_at=day(1)),
            LessonWord(subject_key=2, value="7", decision_key=2, actor_key=5, occurred_at=day(2)),
            LessonWord(subject_key=3, value="7", decision_key=3, actor_key=5, occurred_at=day(3)),
            LessonWord(
                subject_key=3, value="7", kind="lesson_not_used", decision_key=4, actor_key=5, occurred_at=day(4)
            ),
            LessonWord(subject_key=3, value="8", decision_key=5, occurred_at=day(5)),
            LessonWord(subject_key=3, value=None, decision_key=6, actor_key=5),
            LessonWord(subject_key=3, value="9", subject_kind="event", decision_key=7, actor_key=5),
        ],
        [
            {"decision_key": 2, "deal_key": 1, "rep_key": 6, "lesson": "7", "occurred_at": day(2)},
            {"decision_key": 5, "deal_key": 3, "rep_key": None, "lesson": "8", "occurred_at": day(5)},
        ],
        same_as={2: 1, 5: 6},
    ),
]


@pytest.mark.parametrize("case", OBSTACLES, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
