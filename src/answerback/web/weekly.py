"""Answers over everybody that take from seconds to minutes: worked out in the background, never while a page waits.

They are as of the Monday of the week (`analysis.together.us` says why), so a new one is due with a new snapshot or a
new week. Pages that rest on one alone say that it is being worked out (`NotReady`); others say so in its place.
"""

from __future__ import annotations

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
from answerback.web.desk import Desk, NotReady
from answerback.workspace.access import owner_scope


class Weekly(StrEnum):
    """What is worked out, in this order."""

    US = auto()
    COACHING = auto()
    LOOKBACK = auto()


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
    """Works out what is not there yet, unless a newer snapshot comes meanwhile: then what it says is due first."""
    snapshot = desk.snapshot
    for each in Weekly:
        key = key_of(desk, each)
        if desk.kept(key) is not None:
            continue
        if desk.snapshot != snapshot:
            return
        with desk.reading() as reader:
            desk.keep(key, _MAKERS[each](reader, owner_scope(f"pages: {each}")))


def weekly(desk: Desk, what: Weekly) -> Any:
    """An answer; None while it is being worked out."""
    return desk.kept(key_of(desk, what))


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


def key_of(desk: Desk, what: Weekly) -> Hashable:
    """Under which it is kept."""
    return ("weekly", what, desk.snapshot, week_of(desk.today()))
