"""What belongs to which chain, how long deals lived, whose they were: sentence by sentence, and against plain loops."""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from answerback.domain.playbook import Stage
from tests.link.cases import A2, E2, NEW, OLD, PLAYBOOK, A, Case, E, a, check, e, mail
from tests.link.oracle import judge, labels
from tests.link.runner import rows, run
from tests.link.settled import ALWAYS, FOR_GOOD, Act, Touch, newest_first, same, same_or_none
from tests.link.world import (
    Action,
    Away,
    Change,
    Contact,
    Deal,
    Decision,
    Effort,
    Promised,
    Row,
    Served,
    World,
    day,
)
from tests.link.worlds import BYTES, Dice, Rolls, distinct

ENDING = PLAYBOOK.model_copy(
    update={
        "stage": (Stage(name="New", step="early"), Stage(name="Won", outcome="won"), Stage(name="Lost", outcome="lost"))
    }
)
ACCOUNT, DEAL, DEAL_2 = 5, 31, 32


def ended(at: float, deal: int = DEAL, new: str | None = "lost", **fields: Any) -> Change:
    return Change(deal_key=deal, occurred_at=day(at), field="outcome", new=new, **fields)


def handed(at: float, old: int | None, new: int | None, deal: int = DEAL, **fields: Any) -> Change:
    return Change(
        deal_key=deal, occurred_at=day(at), field="owner", new=None, old_rep_key=old, new_rep_key=new, **fields
    )


def lived(deal: int = DEAL, from_day: float | None = 0, account: int | None = ACCOUNT, **fields: Any) -> Deal:
    opened = None if from_day is None else day(from_day)
    return Deal(deal_key=deal, account_key=account, created_at=opened, **fields)


def word(key: int, kind: str, subject_key: int = A, **fields: Any) -> Decision:
    return Decision(decision_key=key, kind=kind, subject_key=subject_key, **fields)


OWNED = ("owner_key", "deal_key", "owned_from", "owned_until", "starts_at", "ends_at")
CHAINS = [
    Case(
        "deal_span",
        "from when it was opened to its last ending; without one it is open",
        [lived(owner_key=7), ended(3, new="won"), lived(DEAL_2, 1)],
        [
            {
                "deal_key": DEAL,
                "account_key": ACCOUNT,
                "owner_key": 6,
                "starts_at": day(0),
                "ends_at": day(3),
                "outcome": "won",
            },
            {
                "deal_key": DEAL_2,
                "account_key": ACCOUNT,
                "owner_key": None,
                "starts_at": day(1),
                "ends_at": FOR_GOOD,
                "outcome": None,
            },
        ],
        same_as={7: 6},
    ),
    Case(
        "deal_span",
        "it starts at a change before it was opened, or at its first change; with neither it was always there",
        [
            lived(from_day=5),
            Change(deal_key=DEAL, occurred_at=day(2), new="New"),
            lived(DEAL_2, None),
            Change(deal_key=DEAL_2, occurred_at=day(4), new="12", field="amount"),
            lived(33, None),
            Change(deal_key=34, occurred_at=day(1), new="New"),
        ],
        [
            {"deal_key": DEAL, "starts_at": day(2), "account_key": ACCOUNT},
            {"deal_key": DEAL_2, "starts_at": day(4), "account_key": ACCOUNT},
            {"deal_key": 33, "starts_at": ALWAYS, "account_key": ACCOUNT},
            {"deal_key": 34, "starts_at": day(1), "account_key": None},
        ],
    ),
    Case(
        "deal_span",
        "opened again it lives on as if it had not ended; ended again, the last ending stands",
        [
            lived(),
            ended(1),
            ended(2, new=None),
            lived(DEAL_2),
            ended(1, DEAL_2),
            ended(2, DEAL_2, new=None),
            ended(4, DEAL_2, new="won"),
        ],
        [
            {"deal_key": DEAL, "starts_at": day(0), "ends_at": FOR_GOOD, "outcome": None},
            {"deal_key": DEAL_2, "starts_at": day(0), "ends_at": day(4), "outcome": "won"},
        ],
    ),
    Case(
        "deal_span",
        "where no change of the outcome ends it, its stages do; and its records are merged",
        [lived(), Change(deal_key=DEAL_2, occurred_at=day(3), new="Lost")],
        [{"deal_key": DEAL, "starts_at": day(0), "ends_at": day(3), "outcome": "lost"}],
        playbook=ENDING,
        same_as={DEAL_2: DEAL},
    ),
    Case(
        "deal_span",
        "owned by whom its record names, else by whom a change named last",
        [lived(owner_key=6), handed(1, 6, 7), lived(DEAL_2), handed(2, None, 8, DEAL_2), handed(1, None, 9, DEAL_2)],
        [{"deal_key": DEAL, "owner_key": 6}, {"deal_key": DEAL_2, "owner_key": 8}],
    ),
    Case(
        "deal_owner",
        "the first owner is whom the first change replaced, and owned it from the start; then each change",
        [lived(owner_key=8), handed(2, 6, 7), handed(4, 7, None)],
        [
            {"deal_key": DEAL, "occurred_at": day(0), "owner_key": 5},
            {"deal_key": DEAL, "occurred_at": day(2), "owner_key": 7},
            {"deal_key": DEAL, "occurred_at": day(4), "owner_key": None},
        ],
        same_as={6: 5},
    ),
    Case(
        "deal_owner",
        "without a change, whom its record names; whose owner nobody knows has no row",
        [lived(owner_key=8), lived(DEAL_2, None, owner_key=9), lived(33), handed(3, None, 7, 34)],
        [
            {"deal_key": DEAL, "occurred_at": day(0), "owner_key": 8},
            {"deal_key": DEAL_2, "occurred_at": ALWAYS, "owner_key": 9},
            {"deal_key": 34, "occurred_at": day(3), "owner_key": 7},
        ],
    ),
    Case(
        "deal_owner",
        "of changes at one instant the newest record stands; a change to the same owner is none",
        [
            handed(0, 1, 2, version_at=NEW, content_hash=1),
            handed(0, 1, 3, version_at=OLD, content_hash=9),
            handed(0, 1, 4, version_at=NEW, content_hash=2),
            handed(1, 2, 7),
        ],
        [{"occurred_at": day(0), "owner_key": 4}],
        same_as={7: 4},
    ),
    Case(
        "owned_deal",
        "from when it became theirs until it became somebody else's, with the life of the deal; nobody's is no row",
        [lived(owner_key=8), handed(2, 6, 7), handed(4, 7, None), lived(DEAL_2, None, owner_key=9)],
        [
            dict(zip(OWNED, (5, DEAL, day(0), day(2), day(0), FOR_GOOD), strict=True)),
            dict(zip(OWNED, (7, DEAL, day(2), day(4), day(0), FOR_GOOD), strict=True)),
            dict(zip(OWNED, (9, DEAL_2, ALWAYS, FOR_GOOD, ALWAYS, FOR_GOOD), strict=True)),
        ],
        same_as={6: 5},
    ),
    Case(
        "deal_said",
        "the amount, the closing date, the reason for a loss and the competitor, as they were said",
        [
            Change(deal_key=DEAL_2, occurred_at=day(1), field="amount", new="100"),
            Change(deal_key=DEAL, occurred_at=day(2), field="close_date", new="2026-03-01"),
            Change(deal_key=DEAL, occurred_at=day(3), field="loss_reason", new="price"),
            Change(deal_key=DEAL, occurred_at=day(3), field="competitor", new=None),
            Change(deal_key=DEAL, occurred_at=day(4), field="stage", new="Late"),
        ],
        [
            {"deal_key": DEAL, "field": "amount", "occurred_at": day(1), "value": "100"},
            {"deal_key": DEAL, "field": "close_date", "occurred_at": day(2), "value": "2026-03-01"},
            {"deal_key": DEAL, "field": "loss_reason", "occurred_at": day(3), "value": "price"},
            {"deal_key": DEAL, "field": "competitor", "occurred_at": day(3), "value": None},
        ],
        same_as={DEAL_2: DEAL},
    ),
    Case(
        "deal_said",
        "of two at one instant the newest record stands, then the one with the greater content",
        [
            Change(deal_key=DEAL, occurred_at=day(1), field="amount", new="1", version_at=OLD, content_hash=9),
            Change(deal_key=DEAL, occurred_at=day(1), field="amount", new="2", version_at=NEW, content_hash=1),
            Change(deal_key=DEAL, occurred_at=day(1), field="amount", new="3", version_at=NEW, content_hash=2),
        ],
        [{"value": "3"}],
    ),
    Case(
        "sole_deal",
        "from when one deal was the only open one; none or several are nobody's",
        [lived(from_day=1), ended(5), lived(DEAL_2, 3), ended(7, DEAL_2, new="won"), lived(33, 9, account=6)],
        [
            {"account_key": ACCOUNT, "starts_at": ALWAYS, "deal_key": None},
            {"account_key": ACCOUNT, "starts_at": day(1), "deal_key": DEAL},
            {"account_key": ACCOUNT, "starts_at": day(3), "deal_key": None},
            {"account_key": ACCOUNT, "starts_at": day(5), "deal_key": DEAL_2},
            {"account_key": ACCOUNT, "starts_at": day(7), "deal_key": None},
            {"account_key": 6, "starts_at": ALWAYS, "deal_key": None},
            {"account_key": 6, "starts_at": day(9), "deal_key": 33},
        ],
    ),
    Case(
        "sole_deal",
        "one that starts as another ends follows at once; one that ended as it started never was; three are several",
        [
            lived(from_day=1),
            ended(2),
            lived(DEAL_2, 2),
            lived(33, 3),
            ended(3, 33),
            lived(34, 4),
            lived(35, 4),
            lived(36, 4, account=None),
        ],
        [
            {"starts_at": ALWAYS, "deal_key": None},
            {"starts_at": day(1), "deal_key": DEAL},
            {"starts_at": day(2), "deal_key": DEAL_2},
            {"starts_at": day(4), "deal_key": None},
        ],
    ),
    Case(
        "sole_deal",
        "one without any date fills all time",
        [lived(from_day=None)],
        [{"account_key": ACCOUNT, "starts_at": ALWAYS, "deal_key": DEAL}],
    ),
    Case(
        "sole_deal",
        "deals of companies that are one are of one company; deals that are one count once",
        [lived(from_day=1), lived(DEAL_2, 3, account=6), lived(33, 4, account=6)],
        [
            {"account_key": ACCOUNT, "starts_at": ALWAYS, "deal_key": None},
            {"account_key": ACCOUNT, "starts_at": day(1), "deal_key": DEAL},
            {"account_key": ACCOUNT, "starts_at": day(3), "deal_key": None},
        ],
        same_as={6: ACCOUNT, 33: DEAL_2},
    ),
    Case(
        "chain_event",
        "its own deal, else the one deal of its account that was open then, else its account",
        [
            lived(from_day=1),
            ended(5),
            e(1, 2, account_key=ACCOUNT, deal_key=99),
            e(2, 0.9, account_key=ACCOUNT),
            e(3, 1, account_key=ACCOUNT),
            a(4, 4.9, account_key=ACCOUNT),
            a(5, 5, account_key=ACCOUNT),
            a(6, 2, account_key=6),
        ],
        [
            {"event_key": 1, "chain_key": 99, "is_deal": True, "account_key": ACCOUNT},
            {"event_key": 2, "chain_key": ACCOUNT, "is_deal": False, "account_key": ACCOUNT},
            {"event_key": 3, "chain_key": DEAL, "is_deal": True, "account_key": ACCOUNT},
            {"event_key": 4, "chain_key": DEAL, "is_deal": True, "account_key": ACCOUNT},
            {"event_key": 5, "chain_key": ACCOUNT, "is_deal": False, "account_key": ACCOUNT},
            {"event_key": 6, "chain_key": 6, "is_deal": False, "account_key": 6},
        ],
    ),
    Case(
        "chain_event",
        "just one deal: where two were open, it is the account's; what has neither deal nor account is in no chain",
        [lived(), lived(DEAL_2), e(1, 2, account_key=ACCOUNT), e(2, 2), a(3, 2, contact_key=8)],
        [{"event_key": 1, "chain_key": ACCOUNT, "is_deal": False}],
    ),
    Case(
        "chain_event",
        "deals, companies and people by the keys that stand for them; a company by its person",
        [
            lived(account=6),
            Contact(contact_key=8, account_key=6),
            e(1, 2, contact_key=9, rep_key=71),
            a(2, 3, deal_key=DEAL_2, registered_by_key=71),
        ],
        [
            {"event_key": 1, "chain_key": DEAL, "account_key": ACCOUNT, "contact_key": 8, "rep_key": 70},
            {"event_key": 2, "chain_key": DEAL, "account_key": ACCOUNT, "contact_key": None, "rep_key": 70},
        ],
        same_as={6: ACCOUNT, 9: 8, DEAL_2: DEAL, 71: 70},
    ),
    Case(
        "chain_event",
        "an act that does not count is none; one whose record is contested is, and says so",
        [
            a(1, 1, kind="opened", account_key=ACCOUNT),
            a(2, 1, account_key=ACCOUNT),
            word(1, "void", subject_key=2),
            a(3, 1, account_key=ACCOUNT),
            word(2, "contest", subject_key=3),
            e(4, 1, account_key=ACCOUNT),
            word(3, "contest", subject_key=4),
            e(5, 1, account_key=ACCOUNT),
            word(4, "void", subject_key=5),
        ],
        [
            {"event_key": 3, "side": "buyer", "contested": True},
            {"event_key": 4, "side": "seller", "contested": True},
        ],
    ),
    Case(
        "chain_event",
        "what each row says of an effort and of an act",
        [
            e(1, 1, account_key=ACCOUNT, purpose="follow_up", subkind="sent", evidence="claimed"),
            a(1, 2, account_key=ACCOUNT, subkind="short", stance="retreat"),
        ],
        [
            {
                "event_key": 1,
                "side": "seller",
                "kind": "email",
                "subkind": "sent",
                "step": "mail / follow_up",
                "reactive": False,
                "stance": None,
                "origin": "hand",
                "evidence": "claimed",
            },
            {
                "event_key": 1,
                "side": "buyer",
                "kind": "replied",
                "subkind": "short",
                "step": "replied",
                "reactive": None,
                "stance": "retreat",
                "origin": None,
                "evidence": "captured",
            },
        ],
    ),
    Case(
        "chain_event",
        "the ball goes over by what a buyer did, and by an effort made by hand: no task, no sequence, no registering",
        [
            e(1, 1, account_key=ACCOUNT),
            e(2, 1, account_key=ACCOUNT, evidence="claimed"),
            e(3, 1, account_key=ACCOUNT, kind="task"),
            e(4, 1, account_key=ACCOUNT, origin="sequence"),
            e(5, 1, account_key=ACCOUNT, subkind="work item", rep_key=7),
            a(6, 1.001, account_key=ACCOUNT, registered_by_key=7, kind="declined"),
            a(7, 2, account_key=ACCOUNT, evidence="claimed"),
        ],
        [{"event_key": number, "turns": number in {1, 2, 6, 7}} for number in range(1, 8)],
    ),
    Case(
        "chain_event",
        "two records of one mail are one event",
        [
            e(E, 1, account_key=ACCOUNT),
            mail(E),
            e(E2, 1, account_key=ACCOUNT, evidence="claimed"),
            mail(E2),
        ],
        [{"event_key": E}],
    ),
    Case(
        "service_case",
        "one row per case, by the company and deal that stand for others; the company is its own, else its deal's",
        [
            lived(),
            Served(case_key=1, account_key=6, deal_key=DEAL_2, opened_at=day(1), closed_at=day(2), kind="outage"),
            Served(case_key=2, deal_key=DEAL, opened_at=day(3)),
            Served(case_key=3, deal_key=99, opened_at=day(4)),
        ],
        [
            {
                "case_key": 1,
                "account_key": 7,
                "deal_key": DEAL,
                "opened_at": day(1),
                "closed_at": day(2),
                "kind": "outage",
            },
            {
                "case_key": 2,
                "account_key": ACCOUNT,
                "deal_key": DEAL,
                "opened_at": day(3),
                "closed_at": None,
                "kind": None,
            },
            {"case_key": 3, "account_key": None, "deal_key": 99, "opened_at": day(4), "closed_at": None, "kind": None},
        ],
        same_as={6: 7, DEAL_2: DEAL},
    ),
    Case(
        "promise",
        "one row per promise, by the deal that stands for another; made on the date of its record",
        [Promised(promise_key=1, deal_key=DEAL_2, promised_by="buyer", due_at=day(4), version_at=day(1))],
        [{"promise_key": 1, "deal_key": DEAL, "by_side": "buyer", "due_at": day(4), "made_at": day(1)}],
        same_as={DEAL_2: DEAL},
    ),
    Case(
        "absence",
        "absences that overlap or touch are one, by the rep that stands for another; open ends reach for good",
        [
            Away(absence_key=1, rep_key=1, starts_at=day(1), ends_at=day(3)),
            Away(absence_key=2, rep_key=2, starts_at=day(2), ends_at=day(4)),
            Away(absence_key=3, rep_key=1, starts_at=day(4), ends_at=day(5)),
            Away(absence_key=4, rep_key=1, starts_at=day(6)),
            Away(absence_key=5, rep_key=3, ends_at=day(1)),
            Away(absence_key=6, rep_key=3, starts_at=day(5), ends_at=day(5)),
        ],
        [
            {"rep_key": 1, "starts_at": day(1), "ends_at": day(5)},
            {"rep_key": 1, "starts_at": day(6), "ends_at": FOR_GOOD},
            {"rep_key": 3, "starts_at": ALWAYS, "ends_at": day(1)},
        ],
        same_as={2: 1},
    ),
    Case(
        "ball_word",
        "every word on a ball, by the event, deal and person that stand for others; no other word",
        [
            a(A),
            mail(A),
            a(A2, evidence="claimed"),
            mail(A2),
            word(1, "not_a_ball", subject_key=A2, reason="answered_elsewhere", actor_key=71, occurred_at=day(2)),
            word(2, "wait_until", subject_kind="deal", subject_key=DEAL_2, until=day(9), occurred_at=day(3)),
            word(3, "undo", subject_kind="deal", subject_key=DEAL, occurred_at=day(4)),
            word(4, "wait_until", subject_kind="finding"),
            word(5, "refusal"),
        ],
        [
            {
                "decision_key": 1,
                "subject_kind": "event",
                "subject_key": A,
                "kind": "not_a_ball",
                "occurred_at": day(2),
                "until": None,
                "reason": "answered_elsewhere",
                "actor_key": 70,
            },
            {
                "decision_key": 2,
                "subject_kind": "deal",
                "subject_key": DEAL,
                "kind": "wait_until",
                "occurred_at": day(3),
                "until": day(9),
                "reason": None,
                "actor_key": None,
            },
            {
                "decision_key": 3,
                "subject_kind": "deal",
                "subject_key": DEAL,
                "kind": "undo",
                "occurred_at": day(4),
                "until": None,
                "reason": None,
                "actor_key": None,
            },
        ],
        same_as={DEAL_2: DEAL, 71: 70},
    ),
    Case(
        "ball_word",
        "on a key that is also that of an event of the other sort it stays as it was said",
        [a(A), mail(A), a(A2, evidence="claimed"), mail(A2), e(A2), word(1, "not_a_ball", subject_key=A2)],
        [{"subject_key": A2}],
    ),
]


@pytest.mark.parametrize("case", CHAINS, ids=str)
def test_rows_in_rows_out(case: Case) -> None:
    check(case)


# --------------------------------------------------------------------------------------- what plain loops would find


def start_of(world: World, deal: int) -> datetime:
    """The first that is known of a deal."""
    said = [row.occurred_at for row in world.of(Change) if same(world, row.deal_key) == deal]
    opened = stated(world, deal, "created_at")
    return min([*said, *([opened] if opened is not None else [])], default=ALWAYS)


def stated(world: World, deal: int, name: str) -> Any:
    """What the newest record of a deal that says it says."""
    for row in newest_first(world.of(Deal), "deal_key"):
        if same(world, row.deal_key) == deal and getattr(row, name) is not None:
            return getattr(row, name)
    return None


def said_of(world: World, deal: int, field: str) -> list[Change]:
    """Changes of one field by time, of those at one instant the newest alone."""
    mine = [row for row in world.of(Change) if same(world, row.deal_key) == deal and row.field == field]
    newest: dict[datetime, Change] = {}
    for row in sorted(mine, key=lambda row: (row.version_at, row.content_hash)):
        newest[row.occurred_at] = row
    return [newest[moment] for moment in sorted(newest)]


def end_of(world: World, deal: int) -> tuple[datetime, str | None]:
    """Walks through what was said of a deal: the last ending, unless it was opened again."""
    endings: dict[str | None, str] = {stage.name: stage.outcome for stage in world.playbook.stage}
    told: list[tuple[datetime, str | None]] = [(row.occurred_at, row.new) for row in said_of(world, deal, "outcome")]
    if not told:
        known = [row for row in said_of(world, deal, "stage") if row.new in endings]
        told = [(row.occurred_at, endings[row.new]) for row in known]
    at, state = FOR_GOOD, None
    for moment, new in told:
        if new in {"won", "lost"} and new != state:
            at, state = moment, new
        elif new not in {"won", "lost"}:
            at, state = FOR_GOOD, None
    return at, state


def owner_at(world: World, deal: int, moment: datetime) -> int | None:
    """Whose a deal was: by the latest change before, else by what the next one replaced, else by its record."""
    changes = said_of(world, deal, "owner")
    before = [row for row in changes if row.occurred_at <= moment]
    if before:
        return same_or_none(world, before[-1].new_rep_key)
    if moment < start_of(world, deal):
        return None
    return same_or_none(world, changes[0].old_rep_key if changes else stated(world, deal, "owner_key"))


def all_deals(world: World) -> set[int]:
    known = [row.deal_key for row in world.of(Deal)] + [row.deal_key for row in world.of(Change)]
    return {same(world, key) for key in known}


def chain_of(world: World, account: int | None, deal: int | None, moment: datetime) -> tuple[int, bool] | None:
    """The chain of an event, and whether it is a deal."""
    if deal is not None:
        return deal, True
    if account is None:
        return None
    alive = [
        each
        for each in all_deals(world)
        if same_or_none(world, stated(world, each, "account_key")) == account
        and start_of(world, each) <= moment < end_of(world, each)[0]
    ]
    return (alive[0], True) if len(alive) == 1 else (account, False)


def events_by(world: World) -> dict[tuple[int, str], tuple[object, ...]]:
    judged = judge(world)
    found: dict[tuple[int, str], tuple[object, ...]] = {}
    for touch in judged.touches:
        chain = chain_of(world, touch.account, touch.deal, touch.at)
        if chain is not None:
            turns = touch.row.origin == "hand" and touch.row.kind != "task" and touch.registers is None
            said = (labels(touch)[1], touch.rep, touch.contact, turns, touch.contested)
            found[touch.key, "seller"] = (*chain, touch.account, touch.at, *said)
    for act in judged.acts:
        chain = chain_of(world, act.account, act.deal, act.at)
        if chain is not None and act.counts:
            facts = (act.row.kind, act.registrar, act.contact, True, act.contested)
            found[act.key, "buyer"] = (*chain, act.account, act.at, *facts)
    return found


EVENT = (
    "chain_key",
    "is_deal",
    "account_key",
    "occurred_at",
    "step",
    "rep_key",
    "contact_key",
    "turns",
    "contested",
)


def difference(world: World) -> str | None:
    """In what the SQL and the loops differ, or None."""
    duck = run(world, only="chain_event")
    found = {(row["event_key"], row["side"]): tuple(row[name] for name in EVENT) for row in rows(duck, "chain_event")}
    spans = {row["deal_key"]: (row["starts_at"], row["ends_at"], row["outcome"]) for row in rows(duck, "deal_span")}
    owners = sorted(rows(duck, "deal_owner"), key=lambda row: row["occurred_at"])
    owned = {}
    for deal in all_deals(world):
        for moment in MOMENTS:
            told = [row["owner_key"] for row in owners if row["deal_key"] == deal and row["occurred_at"] <= moment]
            owned[deal, moment] = told[-1] if told else None
    for what, ours, theirs in (
        ("events", found, events_by(world)),
        ("spans", spans, {deal: (start_of(world, deal), *end_of(world, deal)) for deal in all_deals(world)}),
        ("owners", owned, {place: owner_at(world, *place) for place in owned}),
    ):
        if ours != theirs:
            odd = [key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)]
            return f"{what}: " + "; ".join(f"{key}: {ours.get(key)}, expected {theirs.get(key)}" for key in odd)
    return None


# ---------------------------------------------------------------------------- worlds full of deals that come and go

ACCOUNTS, DEALS, REPS = (5, -6), (31, -32, 33), (71, -72)
MOMENTS = [day(half / 2) for half in range(-1, 10)]
WORLDS = int(os.environ.get("ANSWERBACK_WORLDS", "24"))


def deal_row(dice: Dice) -> Row:
    return Deal(
        deal_key=dice.pick(*DEALS),
        account_key=dice.pick(*ACCOUNTS, ACCOUNTS[0], ACCOUNTS[0], None),
        owner_key=dice.pick(None, *REPS),
        created_at=dice.pick(None, dice.instant(), dice.instant()),
        version_at=dice.pick(OLD, NEW),
        content_hash=dice.pick(0, 1),
    )


def change_row(dice: Dice) -> Row:
    field = dice.pick("outcome", "outcome", "outcome", "stage", "owner", "amount")
    outcomes, stages = ("won", "lost", "lost", None), ("New", "Won", "Lost", "No such stage")
    return Change(
        deal_key=dice.pick(*DEALS),
        occurred_at=dice.instant(),
        field=field,
        new=dice.pick(*outcomes) if field == "outcome" else dice.pick(*stages) if field == "stage" else None,
        old_rep_key=dice.pick(None, *REPS) if field == "owner" else None,
        new_rep_key=dice.pick(None, *REPS) if field == "owner" else None,
        version_at=dice.pick(OLD, NEW),
    )


def event_row(dice: Dice, key: int) -> Row:
    parties: dict[str, Any] = {
        "account_key": dice.pick(*ACCOUNTS, ACCOUNTS[0], None),
        "deal_key": dice.pick(*[None] * 6, *DEALS),
    }
    at, key = dice.instant(), key * dice.pick(1, -1)
    if dice.pick(True, False):
        kind, origin = dice.pick("email", "email", "task"), dice.pick("hand", "hand", "sequence")
        subkind, rep = dice.pick(None, "work item"), dice.pick(*REPS)
        return Effort(effort_key=key, occurred_at=at, kind=kind, origin=origin, subkind=subkind, rep_key=rep, **parties)
    kind, clerk = dice.pick("replied", "declined", "opened"), dice.pick(None, *REPS)
    return Action(action_key=key, occurred_at=at, kind=kind, registered_by_key=clerk, **parties)


def world_of_deals(rolls: Rolls) -> World:
    """Three deals of two companies at most, with endings and events among them."""
    found = [deal_row(Dice(each)) for each in rolls(0, 4)]
    found += [change_row(Dice(each)) for each in rolls(0, 8)]
    found += [event_row(Dice(each), number) for number, each in enumerate(rolls(0, 10), 1)]
    keys = [
        abs(row.effort_key if isinstance(row, Effort) else row.action_key)
        for row in found
        if isinstance(row, Effort | Action)
    ]
    found += [
        Decision(subject_key=key, kind=Dice(each).pick("contest", "void"))
        for key, each in zip(keys, rolls(0, 2), strict=False)
    ]
    dice = Dice(rolls(1, 1)[0])
    same_as = {}
    for group in (ACCOUNTS, DEALS, REPS):
        if dice.pick(False, False, True):
            same_as[group[1]] = group[0]
    return World(ENDING, tuple(distinct(found)), same_as)


@st.composite
def worlds_of_deals(draw: st.DrawFn) -> World:
    def rolls(least: int, most: int) -> list[bytes]:
        return draw(st.lists(st.binary(min_size=BYTES, max_size=BYTES), min_size=least, max_size=most))

    return world_of_deals(rolls)


def crowded(seed: int) -> World:
    random = Random(seed)

    def rolls(least: int, most: int) -> list[bytes]:
        return [random.randbytes(BYTES) for _ in range(random.randint(max(least, most // 2), most))]

    return world_of_deals(rolls)


@settings(
    max_examples=WORLDS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(worlds_of_deals())
def test_the_relations_hold_what_nested_loops_find(world: World) -> None:
    assert difference(world) is None


@pytest.mark.slow
def test_they_hold_it_in_crowded_worlds_too() -> None:
    met: Counter[str] = Counter()
    for seed in range(WORLDS):
        world = crowded(seed)
        assert difference(world) is None, seed
        met.update(situations(world))
    assert not [each for each in SITUATIONS if met[each] < WORLDS // 12], f"the worlds are too tame: {met}"


SITUATIONS = ("its own deal", "the only deal", "several deals", "no deal", "at its start", "at its end", "no chain")


def situations(world: World) -> set[str]:
    """What occurs in a world, so that a run of worlds can show that it met everything."""
    judged, met = judge(world), set[str]()
    events: list[Touch | Act] = [*judged.touches, *judged.acts]
    for event in events:
        mine = [
            (start_of(world, deal), end_of(world, deal)[0])
            for deal in all_deals(world)
            if event.account is not None and same_or_none(world, stated(world, deal, "account_key")) == event.account
        ]
        alive = sum(starts <= event.at < ends for starts, ends in mine)
        if event.deal is not None or event.account is None:
            met.add("its own deal" if event.deal is not None else "no chain")
            continue
        met.add(("no deal", "the only deal")[alive] if alive < 2 else "several deals")
        met |= {"at its start" for starts, ends in mine if starts == event.at < ends}
        met |= {"at its end" for starts, ends in mine if starts < ends == event.at}
    return met
