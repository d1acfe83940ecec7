"""Mails and meetings of every sort, told by hand, between people whose names no mail program likes."""

from __future__ import annotations

from typing import Any

from answerback.simulate.facts import Facts
from tests.simulate.exports.by_hand import ACCOUNTS, CONTACTS, DEALS, END, SELLERS, START, at, told

Row = dict[str, Any]
LOST = (at("2026-04-10 00:00:00"), at("2026-04-13 00:00:00"))
"""In these days the mail of seller 0 was not archived."""


def _effort(number: int, when: str, kind: str = "email", system: str = "mail", **more: object) -> Row:
    usual: Row = {
        "effort": number,
        "seller": 0,
        "account": 0,
        "contact": 0,
        "at": at(when),
        "kind": kind,
        "purpose": "follow_up",
        "step": "approach",
        "origin": "hand",
        "evidence": "captured",
        "minutes": 7,
        "system": system,
    }
    return usual | more


def _act(number: int, when: str, kind: str, answers: int | None, system: str = "mail", **more: object) -> Row:
    usual: Row = {
        "action": number,
        "account": 0,
        "contact": 0,
        "at": at(when),
        "kind": kind,
        "evidence": "captured",
        "system": system,
        "answers": answers,
    }
    return usual | more


_OTHER: Row = {"account": 1, "contact": 1, "thread": 1}
EFFORTS = [
    _effort(0, "2026-01-12 08:15:07", thread=0, origin="sequence", template="First: contact"),
    _effort(1, "2026-01-15 09:00:00", thread=0),
    _effort(2, "2026-01-16 09:00:01", thread=0, answers=1),
    _effort(3, "2026-01-19 09:00:02", thread=0, answers=3, step="discover", deal=0),
    _effort(4, "2026-01-20 09:00:03", thread=0, answers=4, step="discover", deal=0),
    _effort(5, "2026-02-02 15:00:00", seller=1, **_OTHER),
    _effort(6, "2026-02-03 15:00:00", seller=1, **_OTHER, answers=7),
    # This seller has another name and address from March on.
    _effort(7, "2026-03-03 15:00:00", seller=1, **_OTHER, step="close"),
    _effort(8, "2026-03-04 07:00:00", seller=2, account=2, contact=2, thread=2, step="offer"),
    _effort(9, "2026-03-05 07:00:00", seller=2, account=2, contact=2, thread=2, answers=14),
    _effort(10, "2026-03-06 07:00:00", account=3, contact=3, thread=3),
    _effort(11, "2026-03-09 07:00:00", account=3, contact=5, thread=4),
    _effort(12, "2026-01-26 10:00:00", "meeting", "calendar", meets_at=at("2026-02-03 14:00:00"), step="discover"),
    _effort(13, "2026-03-27 10:00:00", "meeting", "calendar", account=1, contact=1, seller=1,
            meets_at=at("2026-03-30 07:30:00")),
    _effort(14, "2026-01-27 10:00:00", "meeting", "calendar", account=2, contact=2,
            meets_at=at("2026-02-09 01:00:00")),
    _effort(15, "2026-02-10 10:00:00", "meeting", "calendar", account=3, contact=3,
            meets_at=at("2026-02-12 10:00:00")),
    _effort(16, "2026-04-11 09:00:00", "email", "none", account=2, contact=2, thread=5),
    _effort(17, "2026-04-14 09:00:00", account=2, contact=2, thread=5, answers=20),
    _effort(18, "2026-01-28 10:00:00", "call", "dialler"),
    _effort(19, "2026-01-29 10:00:00", "call", "none"),
]  # fmt: skip
ACTIONS = [
    _act(0, "2026-01-12 08:15:47", "out_of_office", 0, thread=0),
    _act(1, "2026-01-15 20:31:12", "replied", 1, thread=0),
    _act(2, "2026-01-16 09:00:31", "auto_replied", 2, thread=0),
    _act(3, "2026-01-17 11:00:00", "asked", 2, thread=0),
    _act(4, "2026-01-19 20:00:00", "requested_offer", 3, thread=0),
    _act(5, "2026-01-21 10:00:00", "replied", 4, thread=0, objection="price"),
    _act(6, "2026-01-22 10:00:00", "replied", None, thread=0, deal=0),  # its program stripped the ids
    _act(7, "2026-02-02 19:00:00", "introduced", 5, **_OTHER, brings=4),
    _act(8, "2026-02-03 19:00:00", "replied", 6, **_OTHER, stance="retreat", objection="competitor"),
    _act(9, "2026-03-03 15:30:00", "complained", 7, **_OTHER),
    _act(10, "2026-03-03 16:30:00", "unsubscribed", 7, **_OTHER),
    _act(11, "2026-02-04 16:30:00", "unsubscribed", None, **_OTHER),
    _act(12, "2026-02-05 12:00:00", "introduced", None, **_OTHER, brings=4),
    _act(13, "2026-03-04 08:00:00", "declined", 8, account=2, contact=2, thread=2, objection="no need"),
    _act(14, "2026-03-04 09:00:00", "inquired", None, account=2, contact=2, thread=2),
    _act(15, "2026-03-06 07:00:09", "bounced", 10, account=3, contact=3, thread=3),
    _act(16, "2026-03-10 07:00:00", "forwarded", 11, account=3, contact=5, thread=4),
    _act(17, "2026-03-11 07:00:00", "asked", 11, account=3, contact=5, thread=4, objection="integration"),
    _act(18, "2026-01-28 13:30:01", "accepted_meeting", 12, "calendar"),
    _act(19, "2026-03-28 13:30:02", "declined_meeting", 13, "calendar", account=1, contact=1),
    _act(20, "2026-04-12 09:00:00", "replied", 16, "none", account=2, contact=2, thread=5),
    # The first answer to this meeting was replaced; of this one another time was proposed.
    _act(21, "2026-01-28 10:00:00", "accepted_meeting", 14, "calendar", account=2, contact=2),
    _act(22, "2026-02-06 10:00:00", "declined_meeting", 14, "calendar", account=2, contact=2),
    _act(23, "2026-02-10 11:00:00", "rescheduled", 15, "calendar", account=3, contact=3),
    _act(24, "2026-02-11 11:00:00", "accepted_meeting", 15, "calendar", account=3, contact=3),
    _act(25, "2026-01-28 10:00:20", "answered_call", 18, "dialler"),
    _act(26, "2026-05-04 10:00:20", "inquired", None, account=3, contact=3),  # nobody wrote to them of late
    _act(27, "2026-02-03 20:00:00", "introduced", 6, **_OTHER, brings=4),  # who is in the conversation already
]  # fmt: skip


def office_by_hand() -> Facts:
    """A company's mail and meetings."""
    return told(
        seller=SELLERS,
        account=ACCOUNTS,
        contact=CONTACTS,
        deal=DEALS,
        effort=EFFORTS,
        action=ACTIONS,
        conversation=[
            {"seller": 0, "coach": 2, "at": at(f"2026-0{month}-11 08:30:00"), "kind": "one_to_one", "topic": "approach",
             "minutes": 30}
            for month in (2, 3, 4, 5)
        ],
        coverage=[
            {"seller": 0, "system": "mail", "from": START, "to": LOST[0]},
            {"seller": 0, "system": "mail", "from": LOST[1], "to": END},
            *({"seller": seller, "system": "calendar", "from": START, "to": END} for seller in (0, 1)),
        ],
    )  # fmt: skip
