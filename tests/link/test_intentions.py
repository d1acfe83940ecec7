"""Intended touches and their lots, sentence by sentence."""

from __future__ import annotations

import pytest

from tests.link.cases import Case, check
from tests.link.world import Contact, Intended, day

INTENTIONS = [
    Case(
        "intention",
        "one row per touch that was meant, by the people that stand for others",
        [
            Intended(intention_key=1, rep_key=2, account_key=30, arm="hold", until=day(14), overruled="yes"),
            Intended(intention_key=2, rep_key=3, account_key=31, contact_key=40, play="call"),
        ],
        [
            {
                "rep_key": 1,
                "account_key": 33,
                "contact_key": None,
                "arm": "hold",
                "until": day(14),
                "overruled": True,
                "play": None,
            },
            {
                "rep_key": 3,
                "account_key": 31,
                "contact_key": 41,
                "arm": "touch",
                "until": day(0),
                "overruled": False,
                "play": "call",
            },
        ],
        same_as={2: 1, 30: 33, 40: 41},
    ),
    Case(
        "intention",
        "without a company of its own it is about its contact's",
        [Contact(contact_key=40, account_key=30), Intended(intention_key=1, rep_key=1, contact_key=40)],
        [{"rep_key": 1, "account_key": 30, "contact_key": 40, "share_permille": 120}],
    ),
]


@pytest.mark.parametrize("case", INTENTIONS, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)
