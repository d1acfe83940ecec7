"""What somebody says of a ball, a record or a finding: pages heed it at once, figures from the next build on.

Words go into the journal as `decision` records. Those that no build has moved into the log yet are read from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from answerback.analysis.findings.state import Said
from answerback.analysis.findings.words import SPACE
from answerback.domain.findings import Finding
from answerback.domain.kinds import DecisionReason
from answerback.web.answering.desk import OLD
from answerback.workspace.home import Home
from answerback.workspace.journal import Entry, append, written
from answerback.workspace.known import OWN_SOURCE, source_of

OF_EVENTS = frozenset({"not_a_ball", "wait_until", "undo"})
OF_RECORDS = frozenset({"contest", "upheld", "void"})
WEEK = timedelta(days=7)
SAID: dict[str, tuple[str, DecisionReason | None]] = {
    "no": ("not_a_ball", DecisionReason.SAID_NO),
    "none": ("not_a_ball", DecisionReason.OTHER),
    "week": ("wait_until", None),
    "undo": ("undo", None),
}
"""What a button says, as the log has it."""
_BEFORE_THE_END = timedelta(hours=1)


def marked_events(home: Home) -> frozenset[str]:
    """Ids of acts of which somebody said, since the last build, that nobody waits there (now)."""
    last = _last_words(home, "event", OF_EVENTS)
    return frozenset(event for event, kind in last.items() if kind != "undo")


def contested_lately(home: Home) -> dict[str, bool]:
    """Ids of records on whose correctness somebody spoke since the last build, and whether they are contested now."""
    return {event: kind == "contest" for event, kind in words_on_records(home).items()}


def words_on_records(home: Home) -> dict[str, str]:
    """The last word on each record that somebody spoke on since the last build: contest, upheld or void; by its id."""
    return _last_words(home, "event", OF_RECORDS)


def mark(home: Home, event_id: str, said: str, *, now: datetime, as_of: datetime) -> None:
    """Writes down what somebody said of an act. The later word stands, so each is a second after the one before.

    Args:
        home: The workspace.
        event_id: The act's id.
        said: One of `SAID`.
        now: When it is said.
        as_of: From when pages look: a week's wait counts from there.

    Raises KeyError for a word that nobody knows, UsageError where the id is of several systems.
    """
    kind, reason = SAID[said]
    fields = {
        "subject_kind": "event",
        "subject_id": event_id,
        "kind": kind,
        "occurred_at": _after_others(home, "event", event_id, heard_at(now, as_of)).isoformat(),
        "until": (as_of + WEEK).isoformat() if kind == "wait_until" else None,
        "reason": str(reason) if reason is not None else None,
    }
    append(home, Entry(source_of(home, "event", (event_id,)), "decision", fields, now))


def contest(home: Home, event_id: str, source: str, *, holds: bool, now: datetime, as_of: datetime) -> None:
    """Writes down that the record of an event is in dispute, or that it is right after all."""
    fields = {
        "subject_kind": "event",
        "subject_id": event_id,
        "kind": "upheld" if holds else "contest",
        "occurred_at": _after_others(home, "event", event_id, heard_at(now, as_of)).isoformat(),
    }
    append(home, Entry(source_of(home, "event", (event_id,), source), "decision", fields, now))


@dataclass(frozen=True, slots=True)
class FindingWord:
    """What somebody says of a finding."""

    said: Said
    until: datetime | None = None
    reason: DecisionReason | None = None


def say(
    home: Home,
    finding: Finding,
    word: FindingWord,
    *,
    earlier: Iterable[datetime | None],
    now: datetime,
    as_of: datetime,
) -> None:
    """Writes down what somebody said of a finding, later than all that was said of it before (`earlier`, naive UTC)."""
    known = [each.replace(tzinfo=UTC) + timedelta(seconds=1) for each in earlier if each is not None]
    at = max([heard_at(now, as_of), *known])
    fields = {
        "subject_kind": SPACE,
        "subject_id": finding.finding_id,
        "kind": str(word.said),
        "value": str(finding.kind),
        "occurred_at": _after_others(home, SPACE, finding.finding_id, at).isoformat(),
        "until": word.until.isoformat() if word.until is not None else None,
        "reason": str(word.reason) if word.reason is not None else None,
    }
    append(home, Entry(OWN_SOURCE, "decision", fields, now))


def heard_at(now: datetime, as_of: datetime) -> datetime:
    """When a word is taken to be said: now; of data that ended long ago, shortly before their end.

    Pages look at old data from their own end, and a word that is said after that day is not known there yet.
    """
    return now if now - as_of < OLD else as_of - _BEFORE_THE_END


def _last_words(home: Home, space: str, kinds: frozenset[str]) -> dict[str, str]:
    last: dict[str, str] = {}
    for entry in written(home, "decision"):
        said = entry.fields
        if said.get("subject_kind") == space and said.get("kind") in kinds:
            last[str(said["subject_id"])] = str(said["kind"])
    return last


def _after_others(home: Home, space: str, subject: str, at: datetime) -> datetime:
    """In whole seconds, and later than all that was said of the same since the last build."""
    earlier = [
        datetime.fromisoformat(str(each.fields["occurred_at"])) + timedelta(seconds=1)
        for each in written(home, "decision")
        if each.fields.get("subject_kind") == space and each.fields.get("subject_id") == subject
    ]
    return max([at.astimezone(UTC).replace(microsecond=0), *earlier])
