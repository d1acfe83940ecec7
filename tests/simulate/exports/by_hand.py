"""A practice company told by hand: every sort of event and record at least once, with names that no system likes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from answerback.simulate.facts import SCHEMAS, Facts, fact_table

Row = dict[str, Any]


def at(text: str) -> int:
    """Seconds since 1970 of an instant written as `2026-03-02 09:15:07` (UTC)."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


START, END = at("2026-01-05 00:00:00"), at("2026-06-01 00:00:00")
DOMAIN = "halden.example"


def told(**tables: list[Row]) -> Facts:
    """Facts from rows; what a row leaves out is null, a table that is left out is empty."""
    made = {
        name: fact_table(name, {column: [row.get(column) for row in tables.get(name, [])] for column in schema.names})
        for name, schema in SCHEMAS.items()
    }
    return Facts("Halden, Sons & Co.", DOMAIN, START, END, 7, made)


def _seller(number: int, name: str, local: str, role: str = "rep", **more: object) -> Row:
    usual: Row = {
        "seller": number,
        "name": name,
        "email": f"{local}@{DOMAIN}",
        "manager": 2 if role == "rep" else 3 if role == "manager" else None,
        "team": "Team Süd",
        "role": role,
        "segment": "small",
        "region": "central",
        "time_zone": "Europe/Berlin",
        "tenure_start": at("2024-02-01 00:00:00"),
    }
    return usual | more


_MOVED = at("2026-03-01 00:00:00")
SELLERS = [
    _seller(0, "Anna Berg", "anna.berg", time_zone="America/New_York", region="east coast", team="Team Ost"),
    _seller(1, "Søren Côté", "soren.cote", valid_to=_MOVED),
    _seller(1, 'Søren "Sorry" Côté-Berg', "soren.cote-berg", valid_from=_MOVED, team="Team Ost"),
    _seller(2, "Uwe Yilmaz", "uwe.yilmaz", "manager", segment=None),
    _seller(3, "Zoë", "zoe", "leader", team=None, segment=None, time_zone="Europe/Lisbon"),
]
_COMPANIES = ("=HYPERLINK(1), Ltd.", 'The "Quoted" Company', "Łódź Stål ÅB; 東京", "Plain Foods")
ACCOUNTS = [
    {
        "account": number,
        "name": name,
        "domain": f"company{number}.example",
        "industry": "Food, drink",
        "size_band": ("10-49", "50-249", "250-999", "1000+")[number],
        "region": "central",
        "segment": ("small", "middle")[number % 2],
        "time_zone": ("Europe/Berlin", "America/New_York", "Asia/Tokyo", None)[number],
        "lead_source": ("research", "bought list")[number % 2],
    }
    for number, name in enumerate(_COMPANIES)
]
_PEOPLE = ("+Kim, von der Au", 'Renée "=1+1" O\'Hara', "李 小龙", "Cher", "@Mark Late", "Pat Never")
CONTACTS: list[Row] = [
    {
        "contact": number,
        "account": (0, 1, 2, 3, 1, 3)[number],
        "name": name,
        "email": f"person{number}@company{(0, 1, 2, 3, 1, 3)[number]}.example",
        "title": "Head of Purchasing, Operations",
        "level": "manager",
        "known_from": (None, None, None, None, at("2026-02-10 10:00:00"), None)[number],
    }
    for number, name in enumerate(_PEOPLE)
]
DEALS: list[Row] = [
    {
        "deal": number,
        "account": (0, 1, 2)[number],
        "contact": (0, 1, 2)[number],
        "seller": (0, 1, 0)[number],
        "name": ("=Flow, first", "Insight\nsecond line", "Flow Plus 3")[number],
        "product_line": "Flow Plus",
        "amount_minor": (1_250_050, 990_000, 125_000)[number],
        "currency": ("EUR", "USD", "JPY")[number],
        "created_at": at("2026-01-20 10:00:00"),
    }
    for number in range(3)
]


def _change(deal: int, when: str, field: str, old: str | None, new: str | None, seller: int = 0) -> Row:
    return {"deal": deal, "at": at(when), "field": field, "old": old, "new": new, "seller": seller}


CHANGES = [
    _change(0, "2026-01-20 10:00:00", "stage", None, "Qualification"),
    _change(1, "2026-01-20 10:00:00", "stage", None, "Discovery", 1),
    _change(0, "2026-02-01 09:00:01", "stage", "Qualification", "Discovery"),
    _change(0, "2026-02-03 09:00:00", "amount", "1250050", "1500000"),
    _change(0, "2026-02-03 09:00:00", "stage", "Discovery", "Proposal"),
    _change(1, "2026-02-04 12:30:59", "owner", "1", "0", 2),
    _change(2, "2026-02-05 08:00:00", "stage", "Qualification", "Discovery"),
    # Two steps in the same second: claimed and taken back.
    _change(2, "2026-02-06 08:00:00", "stage", "Discovery", "Negotiation"),
    _change(2, "2026-02-06 08:00:00", "stage", "Negotiation", "Proposal"),
    _change(0, "2026-03-02 23:30:00", "stage", "Proposal", "Closed Won"),
    _change(0, "2026-03-02 23:30:00", "outcome", None, "won"),
    _change(1, "2026-03-05 10:00:00", "stage", "Discovery", "Closed Lost"),
    _change(1, "2026-03-05 10:00:00", "outcome", None, "lost"),
    _change(1, "2026-03-05 10:00:00", "loss_reason", None, "price"),
    _change(2, "2026-03-06 10:00:00", "close_date", "2026-04-30", "2026-06-30"),
]


def _effort(number: int, when: str, kind: str, system: str, **more: object) -> Row:
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
        "evidence": "claimed" if system == "crm" else "captured",
        "minutes": 7,
        "system": system,
    }
    return usual | more


EFFORTS = [
    _effort(0, "2026-01-10 08:00:01", "call", "dialler"),
    _effort(1, "2026-01-11 08:00:01", "call", "dialler", contact=1, account=1, seller=1),
    _effort(2, "2026-01-12 08:00:01", "call", "dialler", origin="sequence", template="First, contact", deal=None),
    _effort(3, "2026-01-13 08:00:01", "call", "none"),
    _effort(4, "2026-01-14 08:00:01", "call", "crm", contact=2, account=2),
    _effort(5, "2026-01-15 08:00:01", "call", "crm", contact=2, account=2),
    _effort(6, "2026-01-16 08:00:01", "call", "crm", contact=2, account=2, seller=1),
    _effort(7, "2026-01-17 08:00:01", "visit", "crm", deal=0, minutes=95),
    _effort(8, "2026-01-18 08:00:01", "meeting", "crm", contact=1, account=1, meets_at=at("2026-01-22 13:00:00")),
    _effort(9, "2026-01-19 08:00:01", "email", "crm", contact=3, account=3),
    _effort(10, "2026-01-19 09:00:01", "email", "mail", contact=1, account=1, thread=1),
    _effort(11, "2026-01-20 09:00:01", "meeting", "calendar", meets_at=at("2026-01-27 13:00:00")),
    _effort(12, "2026-01-20 09:30:01", "meeting", "calendar", contact=1, account=1, meets_at=at("2026-01-28 13:00:00")),
    _effort(13, "2026-02-03 10:00:00", "proposal", "esign", deal=0, purpose="proposal", template="Standard; A4"),
    _effort(14, "2026-02-04 10:00:00", "proposal", "esign", deal=1, contact=1, account=1, seller=1, purpose="proposal"),
    _effort(15, "2026-02-05 10:00:00", "proposal", "esign", deal=2, contact=2, account=2, purpose="proposal"),
    _effort(16, "2026-02-06 10:00:00", "proposal", "esign", contact=3, account=3, purpose="proposal"),
    # In the hour that the clocks of Berlin show twice … (the end of summer time lies outside; this is its start).
    _effort(17, "2026-03-29 01:00:00", "call", "dialler", contact=1, account=1, seller=1),
    _effort(18, "2026-03-29 00:59:59", "call", "dialler", contact=1, account=1, seller=1),
]


def _act(number: int, when: str, kind: str, system: str, **more: object) -> Row:
    usual: Row = {
        "action": number,
        "account": 0,
        "contact": 0,
        "at": at(when),
        "kind": kind,
        "evidence": "claimed" if system == "crm" else "captured",
        "system": system,
    }
    return usual | more


ACTIONS = [
    _act(0, "2026-01-10 08:00:19", "answered_call", "dialler", answers=0, cause=0),
    _act(1, "2026-01-11 08:00:20", "answered_call", "dialler", answers=1, contact=1, account=1),
    _act(2, "2026-01-11 08:03:20", "declined", "dialler", answers=1, contact=1, account=1, objection="=no need"),
    _act(3, "2026-01-12 15:00:00", "called", "dialler", answers=0),
    _act(4, "2026-01-12 16:00:00", "called", "dialler", contact=3, account=3, stance="neutral"),
    _act(5, "2026-01-13 08:00:20", "answered_call", "none", answers=3),
    _act(6, "2026-01-14 08:00:01", "answered_call", "crm", answers=4, contact=2, account=2),
    _act(7, "2026-01-15 08:00:01", "declined", "crm", answers=5, contact=2, account=2),
    _act(8, "2026-01-18 09:00:00", "replied", "crm", contact=3, account=3, answers=9),
    _act(9, "2026-01-18 10:00:00", "called", "crm", contact=2, account=2),
    _act(10, "2026-01-19 11:11:11", "inquired", "crm", contact=3, account=3, evidence="captured"),
    _act(11, "2026-05-31 23:30:00", "inquired", "crm", contact=2, account=2),
    _act(12, "2026-01-20 07:00:05", "replied", "mail", contact=1, account=1, answers=10, thread=1),
    _act(13, "2026-01-27 13:02:00", "attended", "dialler", answers=11),
    _act(14, "2026-01-28 13:15:00", "no_show", "dialler", answers=12, contact=1, account=1),
    _act(15, "2026-01-22 13:00:00", "no_show", "crm", answers=8, contact=1, account=1),
    _act(16, "2026-02-03 10:30:00", "viewed_document", "esign", answers=13, deal=0),
    _act(17, "2026-03-02 23:00:00", "signed", "esign", answers=13, deal=0),
    _act(18, "2026-02-05 07:00:00", "returned_offer", "esign", answers=14, contact=1, account=1, deal=1),
    _act(19, "2026-02-06 07:00:00", "declined", "esign", answers=15, contact=2, account=2, deal=2,
         objection='"price", again'),
    _act(20, "2026-02-07 07:00:00", "signed", "esign", contact=3, account=3),
    _act(22, "2026-01-12 08:00:40", "answered_call", "dialler", answers=2, stance="retreat", objection="price, mostly"),
    _act(21, "2026-02-08 07:00:00", "unsubscribed", "mail", contact=2, account=2, thread=2),
]  # fmt: skip


def story() -> Facts:
    """The whole company."""
    return told(
        seller=SELLERS,
        account=ACCOUNTS,
        contact=CONTACTS,
        deal=DEALS,
        deal_change=CHANGES,
        effort=EFFORTS,
        action=ACTIONS,
        copy=[{"event": "effort", "number": 10}, {"event": "action", "number": 12}],
        case=[
            {"case": 0, "account": 0, "deal": 0, "opened_at": at("2026-04-01 08:00:00"),
             "closed_at": at("2026-04-03 09:00:00"), "kind": "fault, heavy"},
            {"case": 1, "account": 1, "opened_at": at("2026-05-01 08:00:00"), "kind": "question"},
        ],
        obstacle=[
            {"deal": 1, "at": at("2026-03-04 10:00:00"), "kind": "price", "said_by": "buyer", "evidence": "captured"},
            {"deal": 1, "at": at("2026-03-05 10:00:00"), "kind": "timing", "said_by": "rep", "evidence": "claimed"},
        ],
        absence=[{"seller": 0, "from": at("2026-04-06 00:00:00"), "to": at("2026-04-13 00:00:00")}],
        assignment=[
            {"account": 0, "seller": 0, "notified_at": START, "from": START},
            {"account": 1, "seller": 1, "notified_at": START, "from": START, "to": _MOVED},
            {"account": 1, "seller": 0, "notified_at": _MOVED, "from": _MOVED},
            {"account": 2, "seller": 0, "notified_at": START, "from": START},
        ],
        target=[
            {"seller": 0, "metric": "won_amount", "period": "2026Q1", "value": 12_345_678},
            {"seller": 1, "metric": "on_base", "period": "2026-03", "value": 12},
        ],
        expense=[
            {"seller": 0, "period": "2026-01", "amount_minor": 72_550, "currency": "EUR"},
            {"seller": 0, "period": "2026-02", "amount_minor": 9_000, "currency": "JPY"},
        ],
        happening=[{"from": START, "to": END, "scope": "all", "text": "Prices, up by 5 %"}],
        conversation=[
            {"seller": 0, "coach": 2, "at": at("2026-02-02 08:30:00"), "kind": "one_to_one", "topic": "approach",
             "minutes": 30},
        ],
        coverage=[
            {"seller": seller, "system": system, "from": START, "to": END}
            for seller in (0, 1)
            for system in ("dialler", "esign")
        ] + [{"seller": 2, "system": "dialler", "from": at("2026-02-01 00:00:00"), "to": END}],
    )  # fmt: skip
