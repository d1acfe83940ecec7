"""What people decide, as entries of the journal: a mark on a ball, a contest, a merge, a word on a finding.

The log keeps whole seconds, and of two words on one thing the later stands. So each word is said a second after every
earlier one on the same thing, whether that is in the log by now or still in the journal: whoever takes a word back does
take it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow.compute as pc
import pyarrow.parquet as pq

from answerback.workspace.home import Home
from answerback.workspace.journal import Entry, append_all, written
from answerback.workspace.keys import Keys
from answerback.workspace.log import files_of, read_batches

_RECORD = "decision"
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Decision:
    """One word of somebody's.

    Attributes:
        source: Whose ids it speaks of.
        space: What it is about: event, deal, account, contact, rep, finding or policy.
        subject: Its id.
        kind: What is said: merge, contest, not_a_ball, wait_until, undo, …
        other: The other one of a pair.
        value: The decided value, where the kind has one.
        until: Until when it holds; None for good.
        reason: Why, as a word of `DecisionReason`; may be empty.
        actor: Whose word it is, by an id of the same source; may be empty.
    """

    source: str
    space: str
    subject: str
    kind: str
    other: str = ""
    value: str = ""
    until: datetime | None = None
    reason: str = ""
    actor: str = ""


def decide(home: Home, *decisions: Decision, now: datetime, said_at: datetime | None = None) -> None:
    """Writes decisions down, all of them or none. Several on one thing hold in the order given.

    Args:
        home: The workspace.
        decisions: What was decided.
        now: When it is written.
        said_at: When it is taken to be said; None for now. Later, if something was said of the same thing by then.

    Raises UsageError where the log could not take one of them.
    """
    keys = home.keys()
    things = [keys.key(each.space, each.source, each.subject) for each in decisions]
    latest = _latest(home, keys, things)
    entries = []
    for each, thing in zip(decisions, things, strict=True):
        at = (said_at or now).astimezone(UTC).replace(microsecond=0)
        if thing in latest:
            at = max(at, latest[thing] + _SECOND)
        latest[thing] = at
        entries.append(_entry(each, at, now))
    append_all(home, entries)


def _entry(each: Decision, at: datetime, now: datetime) -> Entry:
    fields = {
        "subject_kind": each.space,
        "subject_id": each.subject,
        "kind": each.kind,
        "other_id": each.other or None,
        "value": each.value or None,
        "occurred_at": at.isoformat(),
        "until": each.until.isoformat() if each.until is not None else None,
        "reason": each.reason or None,
        "actor_id": each.actor or None,
    }
    return Entry(each.source, _RECORD, fields, now)


def _latest(home: Home, keys: Keys, things: Sequence[int]) -> dict[int, datetime]:
    """When something was last said of each of these things, by their keys."""
    latest: dict[int, datetime] = {}
    for thing, at in (*_in_journal(home, keys), *_in_log(home, things)):
        latest[thing] = max(at, latest.get(thing, at))
    return latest


def _in_journal(home: Home, keys: Keys) -> Iterator[tuple[int, datetime]]:
    for entry in written(home, _RECORD):
        said = entry.fields
        at = datetime.fromisoformat(str(said["occurred_at"]))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        yield keys.key(str(said["subject_kind"]), entry.source, str(said["subject_id"])), at.replace(microsecond=0)


def _in_log(home: Home, things: Sequence[int]) -> Iterator[tuple[int, datetime]]:
    wanted = pc.field("subject_key").isin(things)
    for file in files_of(home, read_batches(home), f"{_RECORD}.parquet"):
        for row in pq.read_table(file.path, columns=["subject_key", "occurred_at"], filters=wanted).to_pylist():
            yield row["subject_key"], row["occurred_at"].replace(tzinfo=UTC)
