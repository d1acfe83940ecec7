"""What somebody says of a ball, a record or a finding: pages heed it at once, figures from the next build on.

Words go into the journal as `decision` records. Those that no build has moved into the log yet are read from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from answerback.analysis.findings.state import Said
from answerback.analysis.findings.words import SPACE
from answerback.domain.findings import Finding
from answerback.domain.kinds import DecisionReason
from answerback.web.answering.desk import OLD, Desk
from answerback.workspace.deciding import Decision, decide
from answerback.workspace.home import Home
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


def marked_events(desk: Desk) -> frozenset[str]:
    """Ids of acts of which somebody said, since the last build, that nobody waits there (now)."""
    return frozenset(event for event, kind in words_on_acts(desk).items() if kind != "undo")


def words_on_acts(desk: Desk) -> dict[str, str]:
    """The last word on each act since the last build: `not_a_ball`, `wait_until` or `undo`; by its id."""
    return _last_words(desk, "event", OF_EVENTS)


def contested_lately(desk: Desk) -> dict[str, bool]:
    """Ids of records on whose correctness somebody spoke since the last build, and whether they are contested now."""
    return {event: kind == "contest" for event, kind in words_on_records(desk).items()}


def words_on_records(desk: Desk) -> dict[str, str]:
    """The last word on each record that somebody spoke on since the last build: contest, upheld or void; by its id."""
    return _last_words(desk, "event", OF_RECORDS)


def mark(home: Home, event_ids: Sequence[str], said: str, *, now: datetime, as_of: datetime) -> None:
    """Writes down what somebody said of acts. The later word stands.

    Args:
        home: The workspace.
        event_ids: The acts' ids.
        said: One of `SAID`.
        now: When it is said.
        as_of: From when pages look: a week's wait counts from there.

    Raises KeyError for a word that nobody knows, UsageError where the id is of several systems.
    """
    kind, reason = SAID[said]
    words = [
        Decision(
            source=source_of(home, "event", (each,)),
            space="event",
            subject=each,
            kind=kind,
            until=as_of + WEEK if kind == "wait_until" else None,
            reason=reason or "",
        )
        for each in event_ids
    ]
    decide(home, *words, now=now, said_at=heard_at(now, as_of))


def contest(home: Home, event_id: str, source: str, *, holds: bool, now: datetime, as_of: datetime) -> None:
    """Writes down that the record of an event is in dispute, or that it is right after all."""
    whose = source_of(home, "event", (event_id,), source)
    word = Decision(whose, "event", event_id, "upheld" if holds else "contest")
    decide(home, word, now=now, said_at=heard_at(now, as_of))


@dataclass(frozen=True, slots=True)
class FindingWord:
    """What somebody says of a finding."""

    said: Said
    until: datetime | None = None
    reason: DecisionReason | None = None


def say(home: Home, finding: Finding, word: FindingWord, *, now: datetime, as_of: datetime) -> None:
    """Writes down what somebody said of a finding."""
    said = Decision(
        source=OWN_SOURCE,
        space=SPACE,
        subject=finding.finding_id,
        kind=word.said,
        value=finding.kind,
        until=word.until,
        reason=word.reason or "",
    )
    decide(home, said, now=now, said_at=heard_at(now, as_of))


def heard_at(now: datetime, as_of: datetime) -> datetime:
    """When a word is taken to be said: now; of data that ended long ago, shortly before their end.

    Pages look at old data from their own end, and a word that is said after that day is not known there yet.
    """
    return now if now - as_of < OLD else as_of - _BEFORE_THE_END


def _last_words(desk: Desk, space: str, kinds: frozenset[str]) -> dict[str, str]:
    last: dict[str, str] = {}
    for entry in desk.noted("decision"):
        said = entry.fields
        if said.get("subject_kind") == space and said.get("kind") in kinds:
            last[str(said["subject_id"])] = str(said["kind"])
    return last
