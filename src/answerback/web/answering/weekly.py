"""Answers over everybody that take from seconds to minutes: worked out in the background, never while a page waits.

They are as of the Monday of the week (`analysis.together.us` says why), so a new week always asks for new ones. A new
snapshot does, too, but not at once: what took a minute is not worked out anew every few minutes, and until then pages
show what was worked out of the snapshot before. It holds keys only, so nobody is named who is not there any more.

Pages that rest on one alone say that it is being worked out (`NotReady`); others say so in its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

from answerback.analysis.lift.answers import Lifts, lifts
from answerback.analysis.lookback.behind import people_behind
from answerback.analysis.lookback.replaying import Lookback, lookback
from answerback.analysis.reader import Reader
from answerback.analysis.together.us import Us, monday_of, read_us
from answerback.domain.scope import Scope
from answerback.domain.workdays import week_of
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.web.answering.desk import Desk, NotReady
from answerback.workspace.access import owner_scope

RESTS = 20.0
"""So many times as long as it took, an answer stands although there is a newer snapshot."""


class Weekly(StrEnum):
    """What is worked out, in this order."""

    US = auto()
    COACHING = auto()
    LOOKBACK = auto()


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer, the snapshot that it is of, how long it took and when it was there."""

    made: Any
    snapshot: str
    took: float
    at: float

    def stands(self, snapshot: str, now: float) -> bool:
        """Whether it need not be worked out again yet."""
        return self.snapshot == snapshot or now - self.at < RESTS * self.took


@dataclass(frozen=True, slots=True)
class Replayed:
    """The past year, and how many people are behind each finding that is about no person, by its id."""

    lookback: Lookback
    behind: dict[str, int]


def _us(reader: Reader, scope: Scope) -> Us:
    return read_us(reader, scope, LEAST_CONTRIBUTORS)


def _coaching(reader: Reader, scope: Scope) -> Lifts:
    return lifts(monday_of(reader), scope, "conversation")


def _lookback(reader: Reader, scope: Scope) -> Replayed:
    at = monday_of(reader)
    found = lookback(at, scope)
    return Replayed(found, people_behind(at, scope, found))


_MAKERS: dict[Weekly, Callable[[Reader, Scope], Any]] = {
    Weekly.US: _us,
    Weekly.COACHING: _coaching,
    Weekly.LOOKBACK: _lookback,
}


def prepare(desk: Desk) -> None:
    """Works out what is due, unless a newer snapshot comes meanwhile: then its findings are due first."""
    snapshot = desk.snapshot
    for each in Weekly:
        known: _Kept | None = desk.kept(_key(desk, each))
        if known is not None and known.stands(snapshot, time.monotonic()):
            continue
        if desk.snapshot != snapshot:
            return
        began = time.monotonic()
        keep(desk, each, make(desk, each), took=time.monotonic() - began)


def make(desk: Desk, what: Weekly) -> Any:
    """Works an answer out, and keeps it nowhere."""
    with desk.reading() as reader:
        return _MAKERS[what](reader, owner_scope(f"pages: {what}"))


def keep(desk: Desk, what: Weekly, made: object, *, took: float = 0.0) -> None:
    """Keeps an answer for this week.

    Args:
        desk: Of the snapshot that it was worked out of.
        what: Which.
        made: The answer.
        took: Seconds.
    """
    desk.keep(_key(desk, what), _Kept(made, desk.snapshot, took, time.monotonic()))


def weekly(desk: Desk, what: Weekly) -> Any:
    """An answer; None while it is being worked out for the first time in this week."""
    known: _Kept | None = desk.kept(_key(desk, what))
    return None if known is None else known.made


def us_of(desk: Desk) -> Us:
    """Everybody as one. Raises NotReady."""
    found: Us | None = weekly(desk, Weekly.US)
    if found is None:
        raise NotReady
    return found


def replayed_of(desk: Desk) -> Replayed:
    """The past year. Raises NotReady."""
    found: Replayed | None = weekly(desk, Weekly.LOOKBACK)
    if found is None:
        raise NotReady
    return found


def coaching_of(desk: Desk) -> Lifts | None:
    """What talks changed; None while it is being worked out."""
    found: Lifts | None = weekly(desk, Weekly.COACHING)
    return found


def _key(desk: Desk, what: Weekly) -> Hashable:
    return ("weekly", what, week_of(desk.today()))
