"""A team whose buyers object to the price; what a call and a mail then bring is known.

Eight reps, forty weeks, one touch a working day on deals at the step `closing`. Half of the deals name the price on
their third day. After it a call moves 60 % of the buyers and a mail 25 %; else both move 30 %. `uma` mails and never
calls. An answer comes the next morning.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from tests.analysis.team import Row, text

MONDAY = datetime(2025, 9, 1, tzinfo=UTC)
WEEKS = 40
END = MONDAY + timedelta(weeks=WEEKS + 3)
REPS = ("ann", "ben", "cleo", "dara", "eve", "finn", "gus", "uma")
DEALS = 96
AFTER_PRICE = {"call": 0.6, "email": 0.25}
ELSE = 0.3
STATED = MONDAY + timedelta(weeks=10)


def opened(number: int) -> datetime:
    return MONDAY + timedelta(weeks=number * (WEEKS - 8) // DEALS)


def objects(number: int) -> bool:
    return number // len(REPS) % 2 == 0


def objected_at(number: int) -> datetime:
    return opened(number) + timedelta(days=2, hours=7)


def rep_of(number: int) -> str:
    return REPS[number % len(REPS)]


def tables(seed: int = 1) -> dict[str, list[Row]]:
    rng = random.Random(seed)
    efforts: list[Row] = []
    actions: list[Row] = []
    for number in range(DEALS):
        rep = rep_of(number)
        for day in range(1, 56):
            made = opened(number) + timedelta(days=day, hours=9)
            if made.weekday() > 4:
                continue
            kind = "email" if rep == "uma" or rng.random() < 0.5 else "call"
            late = objects(number) and made > objected_at(number)
            token = f"{kind}:{number}.{day}"
            about = {"account_id": f"a{number}", "contact_id": f"p{number}", "deal_id": f"d{number}"}
            efforts.append(
                {"effort_id": token, "rep_id": rep, **about, "occurred_at": text(made), "kind": kind}
                | {"reference": token, "origin": "hand", "evidence": "captured"}
            )
            if rng.random() < (AFTER_PRICE[kind] if late else ELSE):
                act = "replied" if kind == "email" else "answered_call"
                actions.append(
                    {"action_id": f"b.{token}", **about, "occurred_at": text(made + timedelta(hours=18))}
                    | {"kind": act, "evidence": "captured", "refers_to": token}
                )
    return {
        "rep": [{"rep_id": rep, "name": rep.upper()} for rep in REPS],
        "coverage": [
            {"rep_id": "", "channel": each, "from": text(MONDAY), "to": text(END)} for each in ("email", "call")
        ],
        "account": [{"account_id": f"a{n}", "segment": "large" if n % 3 else "small"} for n in range(DEALS)],
        "contact": [{"contact_id": f"p{n}", "account_id": f"a{n}"} for n in range(DEALS)],
        "deal": [
            {"deal_id": f"d{n}", "account_id": f"a{n}", "owner_id": rep_of(n), "created_at": text(opened(n))}
            for n in range(DEALS)
        ],
        "deal_change": [
            {"deal_id": f"d{n}", "occurred_at": text(opened(n)), "field": "stage", "old": "", "new": "Priced"}
            for n in range(DEALS)
        ],
        "obstacle": [
            {"deal_id": f"d{n}", "occurred_at": text(objected_at(n)), "kind": "price", "said_by": "buyer"}
            | {"evidence": "captured"}
            for n in range(DEALS)
            if objects(n)
        ],
        "effort": efforts,
        "buyer_action": actions,
        "decision": decisions(),
    }


def decisions() -> list[Row]:
    """That `ben` would use lesson 7 in his first deal; and in his second, which he took back."""
    first, second = (n for n in range(DEALS) if rep_of(n) == "ben" and n < 16)

    def said(number: int, kind: str, day: int) -> Row:
        return {
            "subject_kind": "deal", "subject_id": f"d{number}", "kind": kind, "value": "7", "actor_id": "ben",
            "occurred_at": text(opened(number) + timedelta(days=day)),
        }  # fmt: skip

    return [said(first, "lesson_used", 10), said(second, "lesson_used", 10), said(second, "lesson_not_used", 11)]
