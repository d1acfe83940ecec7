"""What stood in the way, and which policies make people pester: sentence by sentence."""

from __future__ import annotations

import pytest

from tests.link.cases import Case, check
from tests.link.world import Deal, Decision, StoodInTheWay, day

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
]


@pytest.mark.parametrize("case", OBSTACLES, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
