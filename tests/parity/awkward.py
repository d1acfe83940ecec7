"""Worlds that engines could disagree on: generated ones, dense with ties and edges, at the limits of what columns hold.

Keys reach from the least to the greatest that there is; texts have signs beyond the usual ones; the grid of instants
lies across the end of a month, of a leap year's February or of a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from random import Random
from typing import Any

from tests.link.world import (
    Account,
    Assigned,
    Attribute,
    Away,
    Change,
    Deal,
    Decision,
    Happened,
    Intended,
    Practised,
    Promised,
    Rep,
    Row,
    Served,
    Spent,
    StoodInTheWay,
    Talked,
    TookPart,
    Wanted,
    World,
    day,
)
from tests.link.worlds import BYTES, world_from

LEAST, GREATEST = -(2**63), 2**63 - 1
TEXTS = ("naïve", "ß/SS", "Ωmega", "日本", "👍🏽", "e\u0301", "é", "a'b\"c\\d", " padded ", "%_", "null", "")
"""Two of them look alike and are not; one is empty, which is not the same as none."""


def dense_world(seed: int, *, islands: int = 24) -> World:
    """Many islands with plenty on each: one playbook, every choice of the generator taken somewhere."""
    random = Random(seed)

    def rolls(least: int, most: int) -> list[bytes]:
        return [random.randbytes(BYTES) for _ in range(random.randint(max(least, most // 2), most))]

    return world_from(rolls, islands=islands)


def awkward_world(seed: int, *, first_day: datetime) -> World:
    """A dense world, and what its generator does not make; extreme keys, awkward texts, begun on another day."""
    world = dense_world(seed)
    world = world.with_rows([*world.rows, *_besides(world, Random(seed))])
    keys = sorted(
        {value for row in world.rows for name, value in _values(row) if name.endswith("_key") and value is not None}
    )
    moved = dict(zip(keys, keys, strict=True)) | {keys[0]: LEAST, keys[-1]: GREATEST, keys[len(keys) // 2]: 0}
    rows = [_moved(row, moved, first_day) for row in world.rows]
    same_as = {moved.get(key, key): moved.get(stands, stands) for key, stands in world.same_as.items()}
    return World(world.playbook, tuple(rows), same_as)


def _besides(world: World, random: Random) -> list[Row]:
    """Facts, people in copy, and texts of parties: by the dozen, and some of them twice."""
    events = sorted(
        {value for row in world.rows for name, value in _values(row) if name in {"effort_key", "action_key"}}
    )
    reps = sorted({row.rep_key for row in world.of(Rep)})
    accounts = sorted({row.account_key for row in world.of(Account)})
    deals = sorted({row.deal_key for row in world.of(Deal)})
    rows: list[Row] = []
    for number in range(60):
        event, rep, text = random.choice(events), random.choice(reps), random.choice(TEXTS)
        rows += [
            TookPart(
                event_key=event,
                rep_key=rep,
                role=random.choice(("cc", "to", None)),
                event_type=random.choice((None, "buyer_action")),
                participant_key=number,
            ),
            Attribute(
                subject_key=random.choice((event, random.choice(accounts))),
                subject_kind=random.choice(("event", "account")),
                name=random.choice(TEXTS[:3]),
                value=text,
                starts_at=random.choice((None, day(1), day(2))),
                attribute_key=number,
                content_hash=random.choice((LEAST, GREATEST, number)),
            ),
            Change(
                deal_key=random.choice(deals),
                occurred_at=day(random.randint(0, 4)),
                new="Known",
                deal_change_key=number,
            ),
            Decision(
                subject_kind="finding",
                subject_key=random.choice((LEAST, GREATEST, number)),
                kind=random.choice(("dismiss", "wait_until", "share")),
                value=text,
                until=random.choice((None, day(3))),
                actor_key=random.choice((None, rep)),
                occurred_at=day(random.randint(0, 4)),
                content_hash=random.choice((LEAST, GREATEST, number)),
                decision_key=GREATEST - number,
            ),
            Decision(
                subject_kind="policy",
                subject_key=number,
                kind=random.choice(("pester", "share")),
                value=random.choice((None, text)),
                occurred_at=day(random.randint(0, 4)),
                decision_key=number,
            ),
            StoodInTheWay(
                event_key=random.choice((None, event)),
                deal_key=random.choice((None, random.choice(deals))),
                occurred_at=random.choice((None, day(2))),
                kind=text,
                obstacle_key=random.choice((LEAST + number, GREATEST - number)),
            ),
        ]
    rows += [
        Account(account_key=GREATEST - number, industry=text, size_band=text[:1] or None, content_hash=number)
        for number, text in enumerate(TEXTS, 1)
    ]
    rows += [
        Deal(deal_key=LEAST + number, amount_minor=amount, currency=currency, product_line="日本")
        for number, (amount, currency) in enumerate(((LEAST, "EUR"), (GREATEST, None), (0, ""), (None, "USD")), 1)
    ]
    return [
        *rows,
        *_books(random, reps, accounts, deals),
        *_talks(random, reps),
        *_chains(random, events, reps, accounts, deals),
        *_intentions(random, reps, accounts, deals),
    ]


def _intentions(random: Random, reps: list[int], accounts: list[int], deals: list[int]) -> list[Row]:
    """Touches that were meant, and their lots; the company is stated, or the deal's, or nowhere."""
    return [
        Intended(
            intention_key=number,
            rep_key=random.choice(reps),
            account_key=random.choice((None, *accounts)),
            deal_key=random.choice((None, *deals)),
            play=random.choice((None, random.choice(TEXTS))),
            arm=random.choice(("touch", "hold")),
            until=random.choice((day(7), day(14))),
            overruled=random.choice(("no", "yes")),
        )
        for number in range(40)
    ]


def _chains(random: Random, events: list[int], reps: list[int], accounts: list[int], deals: list[int]) -> list[Row]:
    """What a chain takes besides events: deals and what was said of them, promises, absences, cases, words on balls."""
    rows: list[Row] = []
    for number in range(60):
        rep, account, deal = random.choice(reps), random.choice(accounts), random.choice(deals)
        text, starts = random.choice(TEXTS), random.choice((None, day(1), day(2)))
        rows += [
            Deal(
                deal_key=10_000_000 + number,
                account_key=account,
                owner_key=random.choice((None, rep)),
                created_at=starts,
                version_at=day(11),
            ),
            Change(
                deal_key=random.choice((deal, 10_000_000 + number)),
                occurred_at=day(random.randint(0, 4)),
                field=random.choice(("loss_reason", "competitor", "close_date", "outcome")),
                new=random.choice((None, text, "lost")),
                deal_change_key=200 + number,
                content_hash=random.choice((LEAST, GREATEST)),
            ),
            Promised(
                deal_key=deal, promised_by=text, due_at=starts, version_at=day(random.randint(0, 2)), promise_key=number
            ),
            Away(
                rep_key=rep,
                starts_at=starts,
                ends_at=random.choice((None, day(2), day(3))),
                absence_key=GREATEST - number,
            ),
            Served(
                account_key=random.choice((None, account)),
                deal_key=random.choice((None, deal)),
                opened_at=day(1),
                closed_at=starts,
                kind=random.choice((None, text)),
                case_key=LEAST + number,
            ),
            Decision(
                subject_kind=random.choice(("event", "deal")),
                subject_key=random.choice((deal, random.choice(events))),
                kind=random.choice(("not_a_ball", "wait_until", "undo")),
                reason=random.choice((None, text)),
                until=starts,
                actor_key=random.choice((None, rep)),
                occurred_at=day(random.randint(0, 4)),
                decision_key=1_000_000 + number,
            ),
            Decision(
                subject_kind="deal",
                subject_key=deal,
                kind=random.choice(("lesson_used", "lesson_used", "lesson_not_used")),
                value=random.choice(("1", "2")),
                actor_key=random.choice((None, rep)),
                occurred_at=day(random.randint(0, 4)),
                decision_key=2_000_000 + number,
            ),
        ]
    return rows


def _talks(random: Random, reps: list[int]) -> list[Row]:
    """Coaching talks and practices, with ties in time and in age."""
    rows: list[Row] = []
    for number in range(60):
        rep, coach, text = random.choice(reps), random.choice(reps), random.choice(TEXTS)
        rows += [
            Talked(
                rep_key=rep,
                coach_key=coach,
                occurred_at=day(random.randint(0, 2)),
                kind=text,
                topic=random.choice((None, text)),
                minutes=random.choice((LEAST, None, GREATEST)),
                conversation_key=number,
            ),
            Practised(
                rep_key=rep,
                play=random.choice((None, text)),
                arm=random.choice(("now", "later", None)),
                frozen_at=day(random.randint(0, 2)),
                starts_at=random.choice((None, day(1))),
                ends_at=random.choice((None, day(3))),
                practice_key=number,
            ),
        ]
    return rows


def _books(random: Random, reps: list[int], accounts: list[int], deals: list[int]) -> list[Row]:
    """What the office keeps, with ties in time and in age."""
    rows: list[Row] = []
    for number in range(60):
        rep, account, deal = random.choice(reps), random.choice(accounts), random.choice(deals)
        starts, text = random.choice((None, day(1), day(2))), random.choice(TEXTS)
        field, new = random.choice(
            (("outcome", "won"), ("outcome", "lost"), ("outcome", None), ("amount", "12"), ("owner", None))
        )
        rows += [
            Change(
                deal_key=deal,
                occurred_at=day(random.randint(0, 4)),
                field=field,
                new=new,
                old=random.choice(("7", None)),
                old_rep_key=random.choice(reps),
                new_rep_key=rep,
                deal_change_key=100 + number,
                content_hash=random.choice((LEAST, GREATEST)),
            ),
            Assigned(
                rep_key=rep,
                account_key=random.choice((account, None)),
                deal_key=random.choice((deal, None)),
                notified_at=random.choice((None, day(2))),
                starts_at=starts,
                ends_at=random.choice((None, day(2), day(3))),
                assignment_key=number,
                content_hash=random.choice((LEAST, GREATEST)),
            ),
            Wanted(
                rep_key=random.choice((rep, None)),
                team=text,
                metric=random.choice(("on_base", "won_amount")),
                value=random.choice((LEAST, number, GREATEST)),
                target_key=number,
            ),
            Spent(rep_key=rep, amount_minor=number, currency=text, expense_key=number),
            Happened(starts_at=starts, scope=random.choice((None, text)), text=text, happening_key=number),
        ]
    return rows


def _moved(row: Row, moved: Mapping[int, int], first_day: datetime) -> Row:
    """The same row on other days, its keys exchanged."""
    changed: dict[str, Any] = {}
    for name, value in _values(row):
        if isinstance(value, datetime) and name != "version_at":
            changed[name] = value + (first_day - day(0))
        elif name.endswith("_key") and value is not None:
            changed[name] = moved.get(value, value)
    return replace(row, **changed)


def _values(row: Row) -> list[tuple[str, Any]]:
    return [(each.name, getattr(row, each.name)) for each in fields(row)]
