"""The state of a finding: a fold over what people said of it. The latest word stands; nothing else is stored.

Two threads run side by side: whether it is open (`dismiss`, `wait_until`, `done`, `reopen`), and whether the rep has
invited the manager to it (`share`, `withdraw`). `seen` closes nothing. The order in which words were loaded does not
matter: the later instant stands, then the greater hash, then the lesser key.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto


class Said(StrEnum):
    """What can be said of a finding."""

    SEEN = auto()
    DISMISS = auto()
    WAIT_UNTIL = auto()
    SHARE = auto()
    WITHDRAW = auto()
    DONE = auto()
    REOPEN = auto()


class Status(StrEnum):
    """Whether somebody should look at it."""

    OPEN = auto()
    WAITING = auto()
    DISMISSED = auto()
    DONE = auto()


_STATUS = {
    Said.DISMISS: Status.DISMISSED,
    Said.WAIT_UNTIL: Status.WAITING,
    Said.DONE: Status.DONE,
    Said.REOPEN: Status.OPEN,
}
_SHARING = frozenset({Said.SHARE, Said.WITHDRAW})


@dataclass(frozen=True, slots=True)
class Word:
    """One decision on a finding; instants are naive UTC, as in the log."""

    kind: str
    occurred_at: datetime
    until: datetime | None = None
    reason: str = ""
    value: str = ""
    """The kind of finding that it is about, as it was known then."""
    actor_key: int | None = None
    content_hash: int = 0
    decision_key: int = 0

    @property
    def place(self) -> tuple[datetime, int, int]:
        """Its place in the order of words: a total one."""
        return self.occurred_at, self.content_hash, -self.decision_key


@dataclass(frozen=True, slots=True)
class State:
    """What stands."""

    status: Status = Status.OPEN
    since: datetime | None = None
    """When it came to this."""
    until: datetime | None = None
    """Until when it waits."""
    reason: str = ""
    shared_since: datetime | None = None
    """Since when the manager is invited; None: not, or not any more."""
    seen_at: datetime | None = None
    """When it was seen first."""


def fold(words: Iterable[Word], as_of: datetime) -> State:
    """What stands at an instant, of all that was said by then.

    Args:
        words: In any order; kinds that say nothing of a finding are passed over.
        as_of: Naive UTC. Words said later are not known yet.

    >>> first, then = datetime(2026, 3, 2), datetime(2026, 3, 5)
    >>> words = [Word("reopen", then), Word("dismiss", first, reason="known")]
    >>> fold(words, then).status.value, fold(words, first).status.value, fold([], first).status.value
    ('open', 'dismissed', 'open')
    >>> fold([Word("wait_until", first, until=then)], then).status.value
    'open'
    """
    said = sorted((word for word in words if word.occurred_at <= as_of), key=lambda word: word.place)
    seen = [word.occurred_at for word in said if word.kind == Said.SEEN]
    sharing = [word for word in said if word.kind in _SHARING]
    shared = sharing[-1].occurred_at if sharing and sharing[-1].kind == Said.SHARE else None
    deciding = [word for word in said if word.kind in _STATUS]
    if not deciding:
        return State(shared_since=shared, seen_at=min(seen, default=None))
    last = deciding[-1]
    status, since, until = _STATUS[Said(last.kind)], last.occurred_at, None
    if status is Status.WAITING:
        until = last.until
        if until is not None and until <= as_of:
            status, since, until = Status.OPEN, until, None
    reason = last.reason if status in (Status.DISMISSED, Status.DONE) else ""
    return State(status, since, until, reason, shared, min(seen, default=None))
