"""Coaching talks and practices, sentence by sentence."""

from __future__ import annotations

import pytest

from tests.link.cases import Case, check
from tests.link.world import Practised, Talked, day

TALKS = [
    Case(
        "conversation",
        "one row per talk, by the people that stand for others",
        [
            Talked(
                conversation_key=1,
                rep_key=2,
                coach_key=9,
                occurred_at=day(1),
                kind="training",
                topic="offer",
                minutes=30,
            ),
            Talked(conversation_key=2, rep_key=3, coach_key=3, occurred_at=day(2)),
        ],
        [
            {"rep_key": 1, "coach_key": 8, "occurred_at": day(1), "kind": "training", "topic": "offer", "minutes": 30},
            {"rep_key": 3, "coach_key": 3, "occurred_at": day(2), "kind": None, "topic": None, "minutes": None},
        ],
        same_as={2: 1, 9: 8},
    ),
    Case(
        "practice",
        "one row per version of its plan, by the rep that stands for another",
        [
            Practised(practice_key=1, rep_key=2, play="call", arm="now", starts_at=day(7), ends_at=day(49)),
            Practised(practice_key=2, rep_key=2, frozen_at=day(20), starts_at=day(7), ends_at=day(70)),
        ],
        [
            {"rep_key": 1, "play": "call", "arm": "now", "frozen_at": day(0), "starts_at": day(7), "ends_at": day(49)},
            {"rep_key": 1, "play": None, "arm": None, "frozen_at": day(20), "starts_at": day(7), "ends_at": day(70)},
        ],
        same_as={2: 1},
    ),
]


@pytest.mark.parametrize("case", TALKS, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
