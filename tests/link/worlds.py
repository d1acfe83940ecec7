"""Small awkward worlds for hypothesis: few parties and tokens, so that they meet; times on a coarse grid that is also
the grid of the waiting times, so that ties and last instants happen all the time.

Every row is decided by a few bytes: cheap to draw, and shrunk towards the first of each list of choices. A world is
several islands that share nothing but the playbook and what covers everybody, because one run over four islands costs
as much as a run over one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from answerback.domain.kinds import ActionKind, EffortKind, Origin, Stance
from answerback.domain.playbook import Play, Playbook, Registration, Stage, StanceRule
from tests.link.world import (
    Account,
    Action,
    Bears,
    Change,
    Contact,
    Covered,
    Deal,
    Decision,
    Effort,
    Rep,
    Row,
    TookPart,
    World,
    day,
)

LAST_DAY = 4
"""Every island lives from day 0 to this one."""
BYTES = 16
"""Enough to decide any one row."""
ANSWERS = (ActionKind.REPLIED, ActionKind.DECLINED, ActionKind.ACCEPTED_MEETING)
CHANNELS = ("email", "calendar")

T = TypeVar("T")


class Dice:
    """Choices made by bytes, one after the other."""

    def __init__(self, rolls: bytes) -> None:
        self._rolls = iter(rolls)

    def pick(self, *choices: T) -> T:
        return choices[next(self._rolls) % len(choices)]

    def instant(self) -> datetime:
        """Half days, now and then a second off: the grid of all waiting times."""
        off = self.pick(0, 0, 0, 0, 1, -1)
        return day(self.pick(*range(2 * LAST_DAY + 1)) / 2) + timedelta(seconds=off)

    def edge(self) -> datetime | None:
        return self.pick(None, *(day(number) for number in range(LAST_DAY + 1)))


class Island:
    """Keys that no other island uses."""

    def __init__(self, number: int) -> None:
        self._from = 100_000 * number
        self.accounts = self._keys(1001, -1002)
        self.contacts = self._keys(2001, -2002, 2003)
        self.deals = self._keys(3001, -3002)
        self.reps = self._keys(4001, -4002)
        self.things = self._keys(7001, -7002)
        self.mails = self._keys(8001, -8002, 8003)
        self.events: list[int] = []

    def _keys(self, *keys: int) -> tuple[int, ...]:
        return tuple(key + self._from if key > 0 else key - self._from for key in keys)

    def new_event(self, dice: Dice) -> int:
        """A key of its own, its place among the others open."""
        key = (self._from + len(self.events) + 1) * dice.pick(1, -1)
        self.events.append(key)
        return key

    def parties(self, dice: Dice) -> dict[str, Any]:
        return {
            "account_key": dice.pick(*self.accounts, self.accounts[0], None),
            "contact_key": dice.pick(None, *self.contacts),
            "deal_key": dice.pick(None, *self.deals),
        }


Rolls = Callable[[int, int], list[bytes]]
"""Bytes for rows: at least so many, at most so many."""


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A playbook and one to four islands of up to a dozen events, small ones first."""

    def rolls(least: int, most: int) -> list[bytes]:
        return draw(st.lists(st.binary(min_size=BYTES, max_size=BYTES), min_size=least, max_size=most))

    return world_from(rolls, islands=draw(st.integers(1, 4)))


def crowded_world(seed: int) -> World:
    """Many islands with plenty on each: what hypothesis, which likes small examples, seldom tries."""
    random = Random(seed)

    def rolls(least: int, most: int) -> list[bytes]:
        return [random.randbytes(BYTES) for _ in range(random.randint(max(least, most // 2), most))]

    return world_from(rolls, islands=6)


def world_from(rolls: Rolls, *, islands: int) -> World:
    """A world decided by bytes."""
    rows: list[Row] = []
    same_as: dict[int, int] = {}
    for number in range(islands):
        island = Island(number)
        rows += [effort(Dice(each), island) for each in rolls(0, 8)]
        rows += [action(Dice(each), island) for each in rolls(0, 8)]
        if island.events:
            rows += [bears for each in rolls(0, 10) for bears in meeting(Dice(each), island)]
            rows += [surrounding(Dice(each), island) for each in rolls(0, 8)]
        same_as |= merges(Dice(rolls(1, 1)[0]), island)
    everybody = Dice(rolls(1, 1)[0]).pick((), (Covered(),), (Covered(channel="email", ends_at=day(3)),))
    return World(playbook(Dice(b"".join(rolls(3, 3)))), tuple(distinct([*rows, *everybody])), same_as)


def playbook(dice: Dice) -> Playbook:
    """One to three plays, stages with and without a step, rules for stances, a rule for registration."""
    curt = StanceRule(kind=ActionKind.REPLIED, subkind="curt", stance=Stance.RETREAT)
    mild = StanceRule(kind=ActionKind.DECLINED, stance=Stance.NEUTRAL)
    return Playbook(
        stance=dice.pick((), (curt,), (mild,)),
        registration=Registration(subkinds=("work item",), minutes=dice.pick(720, 0)),
        stage=(Stage(name="New", step="early"), Stage(name="Known", step="early"), Stage(name="Late")),
        play=tuple(play(dice, number) for number in range(dice.pick(1, 2, 3))),
    )


def play(dice: Dice, number: int) -> Play:
    """A play with few or no conditions."""
    condition, answered_by = dice.pick(*range(12)), dice.pick(ANSWERS, ANSWERS, ANSWERS[:2], ANSWERS[1:], ())
    friendly = tuple(kind for kind in answered_by if kind is not ActionKind.DECLINED)
    return Play(
        name=f"play {number}",
        kind=EffortKind.EMAIL if condition == 1 else EffortKind.TASK if condition == 2 else None,
        subkind="work item" if condition == 3 else None,
        purpose="first_touch" if condition == 4 else None,
        step="early" if condition == 5 else None,
        reactive=True if condition == 6 else False if condition == 7 else None,
        origin=Origin.SEQUENCE if condition == 8 else None,
        answered_by=answered_by,
        aim=dice.pick(friendly, friendly[:1], ()),
        waiting_days=dice.pick(2, 1, 0.5),
        seen_on=dice.pick(CHANNELS, CHANNELS[:1], ()),
        counts=dice.pick(True, True, True, False),
    )


def effort(dice: Dice, island: Island) -> Effort:
    return Effort(
        effort_key=island.new_event(dice),
        occurred_at=dice.instant(),
        rep_key=dice.pick(*island.reps),
        kind=dice.pick("email", "email", "task"),
        subkind=dice.pick(None, None, "work item"),
        purpose=dice.pick(None, None, "first_touch", "follow_up"),
        origin=dice.pick("hand", "hand", "sequence"),
        evidence=dice.pick("captured", "captured", "claimed"),
        source=dice.pick("crm", "mailbox"),
        content_hash=dice.pick(0, 1),
        **island.parties(dice),
    )


def action(dice: Dice, island: Island) -> Action:
    return Action(
        action_key=island.new_event(dice),
        occurred_at=dice.instant(),
        kind=dice.pick("replied", "replied", "accepted_meeting", "declined", "opened"),
        subkind=dice.pick(None, None, "curt"),
        stance=dice.pick(None, None, None, "advance", "retreat"),
        evidence=dice.pick("captured", "captured", "claimed"),
        registered_by_key=dice.pick(None, *island.reps),
        source=dice.pick("crm", "mailbox"),
        content_hash=dice.pick(0, 1),
        **island.parties(dice),
    )


def meeting(dice: Dice, island: Island) -> list[Bears]:
    """A token on two events, now and then on a version of one that does not stand."""
    token_kind = dice.pick("thread", "thread", "message")
    token = dice.pick(*(island.mails if token_kind == "message" else island.things))
    roles = dice.pick(("is", "answers"), ("about", "about"), ("answers", "is"), ("is", "is"))
    return [
        Bears(
            event_key=dice.pick(*island.events),
            token_key=token,
            token_kind=token_kind,
            role=role,
            event_type=dice.pick(None, None, None, "effort", "buyer_action"),
            owner_hash=dice.pick(None, None, None, 0, 1),
        )
        for role in roles
    ]


def surrounding(dice: Dice, island: Island) -> Row:
    """Any other row: participants, parties, stages, teams, coverage, words."""
    sort = dice.pick(Covered, TookPart, TookPart, Contact, Deal, Account, Change, Change, Rep, Rep, Decision)
    event, contact = dice.pick(*island.events), dice.pick(*island.contacts)
    account, deal, rep = dice.pick(*island.accounts), dice.pick(*island.deals), dice.pick(*island.reps)
    version_at, tie = dice.pick(day(10), day(11)), dice.pick(0, 1)
    if sort is Covered:
        channel = dice.pick(None, *CHANNELS)
        return Covered(rep_key=dice.pick(None, rep), channel=channel, starts_at=dice.edge(), ends_at=dice.edge())
    if sort is TookPart:
        event_type, owner = dice.pick(None, None, "effort", "buyer_action"), dice.pick(None, None, 0, 1)
        return TookPart(event_key=event, contact_key=contact, event_type=event_type, owner_hash=owner)
    if sort is Contact:
        own = dice.pick(account, None)
        return Contact(contact_key=contact, account_key=own, version_at=version_at, content_hash=tie)
    if sort is Deal:
        own = dice.pick(account, None)
        return Deal(deal_key=deal, account_key=own, version_at=version_at, content_hash=tie)
    if sort is Account:
        segment = dice.pick("small", "large", None)
        return Account(account_key=account, segment=segment, version_at=version_at, content_hash=tie)
    if sort is Change:
        new, field = dice.pick("New", "Known", "Late", "No such stage"), dice.pick("stage", "stage", "amount")
        return Change(deal_key=deal, occurred_at=dice.instant(), new=new, field=field, version_at=version_at)
    if sort is Rep:
        team, starts, ends = dice.pick("north", "south", None), dice.edge(), dice.edge()
        return Rep(rep_key=rep, team=team, valid_from=starts, valid_to=ends, version_at=version_at, content_hash=tie)
    word = dice.pick("refusal", "not_refusal", "contest", "contest", "upheld", "void")
    return Decision(subject_key=event, kind=word, occurred_at=dice.instant())


def merges(dice: Dice, island: Island) -> dict[int, int]:
    """Which records are of one person, company or deal: never of two kinds."""
    found = {}
    for keys in (island.accounts, island.contacts, island.deals, island.reps):
        if dice.pick(False, False, True):
            found[keys[1]] = keys[0]
    return found


def distinct(rows: list[Row]) -> list[Row]:
    """One current record of each key, as a log has it; records without an id of their own get one."""
    taken: dict[object, Row] = {}
    for number, row in enumerate(rows):
        key: object = number
        if isinstance(row, Account | Contact | Deal):
            key = (type(row), getattr(row, f"{type(row).__name__.lower()}_key"))
        elif isinstance(row, Rep):
            key = (row.rep_key, row.valid_from)
        taken.setdefault(key, _numbered(row, number))
    return list(taken.values())


def _numbered(row: Row, number: int) -> Row:
    """Gives a row the key, or the hash that decides among equals, that no other has."""
    if isinstance(row, Change | Decision):
        return replace(row, content_hash=number)
    if isinstance(row, Covered):
        return replace(row, coverage_key=number)
    return row
