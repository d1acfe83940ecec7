"""What the API answers with, in the product's words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field


class Me(Schema):
    """Whom the token speaks for."""

    name: str
    email: str
    rep_id: str = Field(description="The id by which the log knows them; empty for who sells nothing.")
    roles: list[str]
    writes: bool = Field(description="Whether the token may also write.")
    as_of: datetime | None = Field(description="From when everything is seen; absent before the first build.")
    snapshot: str


class FindingOut(Schema):
    """Something that a person should look at. It is no sole basis for pay, promotion or dismissal."""

    id: str
    about: str
    headline: str
    lines: list[str]
    ask: bool = Field(description="A question to the rep alone, never a verdict.")
    good_news: bool
    raised_on: date
    others_from: date | None = Field(description="From when others than the rep may see it.")
    status: str


class Findings(Schema):
    """What is on one's pages this week, and what was before and is still open."""

    week: date
    findings: list[FindingOut]
    earlier: list[FindingOut]


class OnBaseOut(Schema):
    """On-base rates: which share of touches moved a buyer. A row without a rate says why."""

    by: list[str]
    as_of: datetime
    snapshot: str
    recorded_until: datetime | None
    by_sequence: int
    typed_in: int
    contested: int
    rows: list[dict[str, Any]]


class Ball(Schema):
    """A buyer who waits."""

    contact_id: str
    name: str
    account_id: str
    since: datetime
    last_at: datetime
    times: int
    did: str
    kind: str
    action_id: str
    due_at: datetime
    late: bool
    cold: bool
    written_before: bool


class Balls(Schema):
    """Buyers who wait on one person, most worth an answer first."""

    rep_id: str
    as_of: datetime
    waiting: list[Ball]
    older: int
    copied: int
    refused: int


class TurnOut(Schema):
    """Whose turn it is."""

    court: str
    since: datetime | None
    ended: bool


class LineOut(Schema):
    """One thing in the story of a chain."""

    occurred_at: datetime
    sort: str
    what: str
    detail: str
    who: str
    stance: str
    evidence: str
    by_sequence: bool
    gap_seconds: int | None
    court: str | None
    handed_over: bool
    event_id: str
    answers: str
    grade: str
    built: bool = Field(description="Whether a build has seen it: only then is it in rates and findings.")


class ChainOut(Schema):
    """One deal, or a company without one, as it went."""

    id: str
    is_deal: bool
    account_id: str
    owner_id: str
    starts_at: datetime | None
    ends_at: datetime | None
    outcome: str
    stage: str
    as_of: datetime
    summary: list[str]
    turn: TurnOut
    handovers: int
    longest_gap_seconds: int | None
    lines: list[LineOut]


class TakenOut(Schema):
    """A record that is on disk. It is on its chain at once, and in rates and findings from the next build on."""

    id: str
    record: str
    source: str
    evidence: str
    occurred_at: datetime
    written_at: datetime
