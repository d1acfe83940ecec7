"""For which days a mailbox was seen, and whose it is: without that, "no answer" and "not visible" look the same.

A mailbox (an mbox file, or a folder of single mails) belongs to the rep who is on most of its mails. Its days run from
its first mail to its last. Two things are not believed: a few mails far away from all the others (a wrong clock), and
the days of sent mail before anything was received, where answers would not have been seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from answerback.domain.reading import Also, Record, Value

MOST_BOXES: Final = 50_000
MOST_REPS: Final = 10_000
_STRAY_GAP_MONTHS: Final = 6
_STRAY_SHARE: Final = 0.01
_OWNERS_SHARE: Final = 0.5


@dataclass(slots=True)
class _Days:
    """Mails by month: how many, the first and the last instant."""

    months: dict[int, tuple[int, datetime, datetime]] = field(default_factory=dict)

    def add(self, at: datetime, last: datetime, count: int = 1) -> None:
        month = at.year * 12 + at.month
        held = self.months.get(month)
        if held is None:
            self.months[month] = (count, at, last)
        else:
            self.months[month] = (held[0] + count, min(held[1], at), max(held[2], last))

    def merge(self, other: _Days) -> None:
        for count, first, last in other.months.values():
            self.add(first, last, count)

    def span(self) -> tuple[datetime, datetime] | None:
        """The first and the last instant, strays at either end left out; None without mails."""
        months = sorted(self.months)
        if not months:
            return None
        first, last = _without_strays(months, self.months)
        return self.months[first][1], self.months[last][2]


def _without_strays(months: list[int], held: dict[int, tuple[int, datetime, datetime]]) -> tuple[int, int]:
    """The first and last month of the body of mails: a few far off are wrong clocks."""
    total = sum(held[month][0] for month in months)
    ends = []
    for ordered in (months, months[::-1]):
        passed, end = 0, ordered[0]
        for month, following in pairwise(ordered):
            passed += held[month][0]
            if passed > _STRAY_SHARE * total:
                break
            if abs(following - month) > _STRAY_GAP_MONTHS:
                end = following
        ends.append(end)
    return ends[0], ends[1]


@dataclass(slots=True)
class _Box:
    """One mailbox while it is read."""

    present: dict[str, int] = field(default_factory=dict)
    mails_with_reps: int = 0
    every: _Days = field(default_factory=_Days)
    received: _Days = field(default_factory=_Days)


class Seen:
    """The mailboxes of a load, and their days."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._boxes: dict[str, _Box] = {}

    def mail(self, box: str, at: datetime, reps: Collection[str], *, received: bool) -> None:
        """A mail of that mailbox, the reps on it, and whether somebody outside wrote it."""
        held = self._boxes.get(box)
        if held is None:
            # Past a bound, which no real export reaches, folders are taken together.
            held = self._boxes.setdefault(box if len(self._boxes) < MOST_BOXES else "", _Box())
        held.every.add(at, at)
        if received:
            held.received.add(at, at)
        if reps:
            held.mails_with_reps += 1
            for rep in reps:
                if rep in held.present or len(held.present) < MOST_REPS:
                    held.present[rep] = held.present.get(rep, 0) + 1

    def coverage(self) -> Iterator[Also]:
        """One coverage record for each rep whose mailbox was seen, from its first to just after its last mail."""
        owned: dict[str, tuple[_Days, _Days]] = {}
        for box in self._boxes.values():
            owner = self._owner or _owner(box)
            if owner:
                every, received = owned.setdefault(owner, (_Days(), _Days()))
                every.merge(box.every)
                received.merge(box.received)
        for rep in sorted(owned):
            span = _days_seen(*owned[rep])
            if span is not None:
                # No id: a record is told apart by its span, so another export of this mailbox adds its days.
                fields: dict[str, Value] = {
                    "rep_id": rep,
                    "channel": "email",
                    "from": span[0],
                    "to": span[1] + timedelta(seconds=1),
                }
                yield Also((Record("coverage", fields),))


def _owner(box: _Box) -> str:
    if not box.present:
        return ""
    rep = max(box.present, key=lambda each: (box.present[each], each))
    return rep if box.present[rep] > _OWNERS_SHARE * box.mails_with_reps else ""


def _days_seen(every: _Days, received: _Days) -> tuple[datetime, datetime] | None:
    whole, incoming = every.span(), received.span()
    if whole is None or incoming is None:
        return None
    # A month of first mails without an answer is the life of a new mailbox; more is an inbox that was not exported.
    first = whole[0] if incoming[0] - whole[0] <= timedelta(days=31) else incoming[0]
    return first, whole[1]
