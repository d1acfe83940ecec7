"""What somebody says of a ball: that was a no, wait until, not a ball. Pages heed it at once, figures from a build on.

Words go into the journal as `decision` records. Those that no build has moved into the log yet are read from there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from answerback.domain.kinds import DecisionReason
from answerback.workspace.home import Home
from answerback.workspace.journal import Entry, append, written
from answerback.workspace.known import source_of

OF_EVENTS = frozenset({"not_a_ball", "wait_until", "undo"})
WEEK = timedelta(days=7)
SAID: dict[str, tuple[str, DecisionReason | None]] = {
    "no": ("not_a_ball", DecisionReason.SAID_NO),
    "none": ("not_a_ball", DecisionReason.OTHER),
    "week": ("wait_until", None),
    "undo": ("undo", None),
}
"""What a button says, as the log has it."""


def marked_events(home: Home) -> frozenset[str]:
    """Ids of acts of which somebody said, since the last build, that nobody waits there (now)."""
    last: dict[str, str] = {}
    for entry in written(home, "decision"):
        said = entry.fields
        if said.get("subject_kind") == "event" and said.get("kind") in OF_EVENTS:
            last[str(said["subject_id"])] = str(said["kind"])
    return frozenset(event for event, kind in last.items() if kind != "undo")


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
        "occurred_at": _after_others(home, "event", event_id, now).isoformat(),
        "until": (as_of + WEEK).isoformat() if kind == "wait_until" else None,
        "reason": str(reason) if reason is not None else None,
    }
    append(home, Entry(source_of(home, "event", (event_id,)), "decision", fields, now))


def _after_others(home: Home, space: str, subject: str, now: datetime) -> datetime:
    """Now, in whole seconds, and later than all that was said of the same since the last build."""
    earlier = [
        datetime.fromisoformat(str(each.fields["occurred_at"])) + timedelta(seconds=1)
        for each in written(home, "decision")
        if each.fields.get("subject_kind") == space and each.fields.get("subject_id") == subject
    ]
    return max([now.astimezone(UTC).replace(microsecond=0), *earlier])
