"""What was noted of a chain since the last build: it is on its page at once, in rates and findings from a build on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from answerback.analysis.story import Line, Sort, Story, Turn
from answerback.domain.court import Side, court_after
from answerback.domain.kinds import DEFAULT_STANCE, NEVER_COUNTED, ActionKind, EffortKind, Evidence, Origin
from answerback.web.answering.desk import Desk
from answerback.web.noted.marks import words_on_records
from answerback.workspace.journal import Entry

_NO_TURN = frozenset({EffortKind.TASK})
_CLOCKS_DIFFER = timedelta(minutes=10)
"""What was noted by a clock that is ahead is shown all the same."""


@dataclass(frozen=True, slots=True)
class ChainIds:
    """The ids by which entries speak of a chain: its deal, its company, the company's persons."""

    deal_id: str
    account_ids: frozenset[str]
    contact_ids: frozenset[str]
    takes_company: bool
    """Whether an event that names no deal belongs to it: to a company, or to its only open deal."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted since the last build, of whatever chain."""

    efforts: tuple[Entry, ...]
    acts: tuple[Entry, ...]
    contested: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pending:
    """What was noted of a chain: lines in order of time, and events that somebody contested."""

    lines: tuple[Line, ...]
    contested: frozenset[str]


def noted(desk: Desk) -> Noted:
    """What was noted since the last build. To be read before the chain: then no build can come in between."""
    contested = frozenset(event for event, kind in words_on_records(desk).items() if kind != "upheld")
    return Noted(tuple(desk.noted("effort")), tuple(desk.noted("buyer_action")), contested)


def pending_of(found: Noted, chain: ChainIds, now: datetime) -> Pending:
    """What was noted of a chain and is in no snapshot yet, up to now."""
    lines = [_effort(each) for each in found.efforts if _is_of(each, chain)]
    lines += [_act(each) for each in found.acts if _counts(each) and _is_of(each, chain)]
    until = now + _CLOCKS_DIFFER
    latest = {(line.sort, line.event_id): line for line in lines if line.occurred_at <= until}
    ordered = sorted(latest.values(), key=lambda line: (line.occurred_at, line.event_id))
    return Pending(tuple(ordered), found.contested)


def with_pending(told: Story, pending: Pending, own_id: str) -> Story:
    """A chain with what was noted since; without what is contested, but for whose it is (`own_id`)."""
    known = {line.event_id for line in told.lines if line.event_id}
    own = {line.event_id for line in told.lines if own_id and line.who == own_id}
    hidden = pending.contested - own
    fresh = [line for line in pending.lines if line.event_id not in known | hidden]
    kept = [line for line in told.lines if line.event_id not in hidden or line.answers in own]
    if not fresh and len(kept) == len(told.lines):
        return told
    lines = sorted([*kept, *fresh], key=lambda line: (line.occurred_at, line.sort is not Sort.TOUCH, line.event_id))
    return replace(told, lines=tuple(_with_gaps(lines)), turn=_turn(told, fresh))


def _with_gaps(lines: Iterable[Line]) -> Iterator[Line]:
    before: datetime | None = None
    for line in lines:
        if line.court is None:
            yield line
            continue
        gap = None if before is None else int((line.occurred_at - before).total_seconds())
        yield replace(line, gap_seconds=gap)
        before = line.occurred_at


def _turn(told: Story, fresh: Iterable[Line]) -> Turn:
    """Whose turn the latest of what was noted makes it, where that came after all that was known."""
    turning = [line for line in fresh if line.court is not None]
    if not turning or (told.turn.since is not None and turning[-1].occurred_at < told.turn.since):
        return told.turn
    last = turning[-1]
    return told.turn if last.court is None else Turn(last.court, last.occurred_at)


def _is_of(entry: Entry, chain: ChainIds) -> bool:
    said = entry.fields
    if deal := said.get("deal_id"):
        return bool(chain.deal_id) and deal == chain.deal_id
    if not chain.takes_company:
        return False
    account, contact = said.get("account_id"), said.get("contact_id")
    return account in chain.account_ids if account else contact in chain.contact_ids


def _counts(entry: Entry) -> bool:
    return entry.fields.get("kind") not in NEVER_COUNTED


def _effort(entry: Entry) -> Line:
    said = entry.fields
    kind, purpose, origin = str(said["kind"]), str(said.get("purpose") or ""), said.get("origin") or Origin.HAND
    turns = origin == Origin.HAND and kind not in _NO_TURN
    return Line(
        occurred_at=_instant(said["occurred_at"]),
        sort=Sort.TOUCH,
        what=f"{kind} / {purpose}" if purpose else kind,
        detail=str(said.get("subkind") or ""),
        who=str(said.get("rep_id") or ""),
        evidence=str(said.get("evidence") or Evidence.CAPTURED),
        by_sequence=origin != Origin.HAND,
        court=court_after(Side.SELLER) if turns else None,
        event_id=str(said.get("source_id") or ""),
    )


def _act(entry: Entry) -> Line:
    said = entry.fields
    kind = str(said["kind"])
    stance = str(said.get("stance") or DEFAULT_STANCE[ActionKind(kind)])
    return Line(
        occurred_at=_instant(said["occurred_at"]),
        sort=Sort.ACT,
        what=kind,
        detail=str(said.get("subkind") or ""),
        who=str(said.get("contact_id") or ""),
        stance=stance,
        evidence=str(said.get("evidence") or Evidence.CAPTURED),
        court=court_after(Side.BUYER, kind=kind, stance=stance),
        event_id=str(said.get("source_id") or ""),
    )


def _instant(text: object) -> datetime:
    at = datetime.fromisoformat(str(text))
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
