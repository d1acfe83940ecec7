"""A small world to link: the current records of a log, as plain rows, and the playbook they are read with.

Fields carry the names of the log's columns, so that a row goes into the engine as it stands. Times are naive UTC, as an
engine holds them. Keys are any whole numbers, different in every id space.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from answerback.domain.playbook import Playbook

MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - instants are naive UTC inside an engine
LOADED = MONDAY + timedelta(days=300)


def day(number: float) -> datetime:
    """The instant so many days after the first Monday of 2026."""
    return MONDAY + timedelta(days=number)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What every record carries."""

    source: str = "crm"
    version_at: datetime = LOADED
    content_hash: int = 0


@dataclass(frozen=True, kw_only=True)
class Effort(Row):
    effort_key: int
    rep_key: int = 4000
    occurred_at: datetime = MONDAY
    account_key: int | None = None
    contact_key: int | None = None
    deal_key: int | None = None
    kind: str = "email"
    subkind: str | None = None
    purpose: str | None = None
    origin: str = "hand"
    template: str | None = None
    evidence: str = "captured"
    minutes: int | None = None
    cost_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Action(Row):
    action_key: int
    occurred_at: datetime = MONDAY
    account_key: int | None = None
    contact_key: int | None = None
    deal_key: int | None = None
    kind: str = "replied"
    subkind: str | None = None
    stance: str | None = None
    evidence: str = "captured"
    registered_by_key: int | None = None


@dataclass(frozen=True, kw_only=True)
class Bears(Row):
    """An event bears a token (record `reference`)."""

    event_key: int
    token_key: int
    role: str
    event_type: str | None = None
    token_kind: str = "thread"
    owner_hash: int | None = None
    reference_key: int = 0


@dataclass(frozen=True, kw_only=True)
class TookPart(Row):
    event_key: int
    contact_key: int | None = None
    rep_key: int | None = None
    role: str | None = None
    event_type: str | None = None
    owner_hash: int | None = None
    participant_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Account(Row):
    account_key: int
    industry: str | None = None
    size_band: str | None = None
    region: str | None = None
    segment: str | None = None


@dataclass(frozen=True, kw_only=True)
class Contact(Row):
    contact_key: int
    account_key: int | None = None
    level: str | None = None


@dataclass(frozen=True, kw_only=True)
class Deal(Row):
    deal_key: int
    account_key: int | None = None
    owner_key: int | None = None
    product_line: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Change(Row):
    """One field of a deal took another value (record `deal_change`)."""

    deal_key: int
    occurred_at: datetime
    new: str | None
    field: str = "stage"
    old: str | None = None
    old_rep_key: int | None = None
    new_rep_key: int | None = None
    deal_change_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Rep(Row):
    rep_key: int
    team: str | None = None
    role: str | None = None
    segment: str | None = None
    region: str | None = None
    manager_key: int | None = None
    tenure_start: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Covered(Row):
    """What could have been seen (record `coverage`)."""

    rep_key: int | None = None
    channel: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    coverage_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Decision(Row):
    subject_key: int
    kind: str
    occurred_at: datetime = MONDAY
    subject_kind: str = "event"
    value: str | None = None
    actor_key: int | None = None
    until: datetime | None = None
    reason: str | None = None
    decision_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Attribute(Row):
    subject_key: int
    name: str
    value: str
    subject_kind: str = "account"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    attribute_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Assigned(Row):
    """An account or deal was given to a rep (record `assignment`)."""

    rep_key: int
    account_key: int | None = None
    deal_key: int | None = None
    notified_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    assignment_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Promised(Row):
    """Something promised (record `promise`)."""

    deal_key: int
    promised_by: str = "seller"
    due_at: datetime | None = None
    promise_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Away(Row):
    """A rep is away (record `absence`)."""

    rep_key: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    absence_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Served(Row):
    """Service after the sale (record `case`)."""

    account_key: int | None = None
    deal_key: int | None = None
    opened_at: datetime = MONDAY
    closed_at: datetime | None = None
    kind: str | None = None
    case_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Wanted(Row):
    """What a rep or team should reach (record `target`)."""

    rep_key: int | None = None
    team: str | None = None
    metric: str = "won_amount"
    period: str = "2026Q1"
    value: int = 0
    target_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Spent(Row):
    """What a rep spent in a period (record `expense`)."""

    rep_key: int | None = None
    period: str = "2026-01"
    amount_minor: int = 0
    currency: str = "EUR"
    expense_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Happened(Row):
    """Something that touched many at once (record `happening`)."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    scope: str | None = None
    text: str = "prices rise"
    happening_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Talked(Row):
    """A coaching talk (record `conversation`)."""

    rep_key: int
    coach_key: int
    occurred_at: datetime = MONDAY
    kind: str | None = None
    topic: str | None = None
    minutes: int | None = None
    conversation_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Practised(Row):
    """A small change tried on purpose (record `practice`)."""

    rep_key: int
    play: str | None = None
    metric: str = "on_base"
    arm: str | None = None
    frozen_at: datetime = MONDAY
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    practice_key: int = 0


@dataclass(frozen=True, kw_only=True)
class Intended(Row):
    """A touch that somebody meant to make, and its lot (record `intention`)."""

    rep_key: int
    account_key: int | None = None
    contact_key: int | None = None
    deal_key: int | None = None
    play: str | None = None
    intended_at: datetime = MONDAY
    arm: str = "touch"
    draw: str = "1"
    share_permille: int = 120
    drawn_at: datetime = MONDAY
    until: datetime = MONDAY
    overruled: str = "no"
    intention_key: int = 0


@dataclass(frozen=True, kw_only=True)
class StoodInTheWay(Row):
    """What stood in the way (record `obstacle`)."""

    event_key: int | None = None
    deal_key: int | None = None
    occurred_at: datetime | None = None
    kind: str = "price"
    said_by: str = "buyer"
    evidence: str = "claimed"
    obstacle_key: int = 0


R = TypeVar("R", bound=Row)

RECORD_OF: dict[type[Row], str] = {
    Effort: "effort",
    Action: "buyer_action",
    Bears: "reference",
    TookPart: "participant",
    Account: "account",
    Contact: "contact",
    Deal: "deal",
    Change: "deal_change",
    Rep: "rep",
    Covered: "coverage",
    Decision: "decision",
    Attribute: "attribute",
    Assigned: "assignment",
    Wanted: "target",
    Spent: "expense",
    Happened: "happening",
    Talked: "conversation",
    Practised: "practice",
    Intended: "intention",
    StoodInTheWay: "obstacle",
    Promised: "promise",
    Away: "absence",
    Served: "case",
}


@dataclass(frozen=True)
class World:
    """Rows of any sort in any order, what was merged, and the playbook."""

    playbook: Playbook
    rows: tuple[Row, ...]
    same_as: dict[int, int] = field(default_factory=dict)
    """Key → the key that stands for it."""

    def of(self, sort: type[R]) -> list[R]:
        """All rows of one sort."""
        return [row for row in self.rows if isinstance(row, sort)]

    def with_rows(self, rows: list[Row]) -> World:
        """The same playbook and merges over other rows."""
        return replace(self, rows=tuple(rows))
