"""Answers over everybody that take from seconds to minutes: worked out in the background, never while a page waits.

They are as of the Monday of the week (`analysis.together.us` says why), so a new week always asks for new ones. A new
snapshot does, too, but not at once: what took a minute is not worked out anew every few minutes, and until then pages
show what was worked out of the snapshot before. It holds keys only, so nobody is named who is not there any more.

Pages that rest on one alone say that it is being worked out (`NotReady`); others say so in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

from answerback.analysis.lift.answers import Lifts, lifts
from answerback.analysis.lookback.behind import people_behind
from answerback.analysis.lookback.replaying import Lookback, lookback
from answerback.analysis.reader import Reader
from answerback.analysis.together.us import Us, monday_of, read_us
from answerback.domain.scope import Scope
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.web.answering import tasks
from answerback.web.answering.desk import Desk, NotReady
from answerback.web.answering.tasks import Stands, Task, worked


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
TASKS = {each: Task(each, maker, Stands.RESTING) for each, maker in _MAKERS.items()}
"""As the worker knows them."""


def make(desk: Desk, what: Weekly) -> Any:
    """Works an answer out, and keeps it nowhere."""
    return tasks.make(desk, TASKS[what])


def keep(desk: Desk, what: Weekly, made: object, *, took: float = 0.0) -> None:
    """Keeps an answer for this week.

    Args:
        desk: Of the snapshot that it was worked out of.
        what: Which.
        made: The answer.
        took: Seconds.
    """
    tasks.keep(desk, TASKS[what], made, took=took)


def weekly(desk: Desk, what: Weekly) -> Any:
    """An answer; None while it is being worked out for the first time in this week."""
    found = worked(desk, TASKS[what])
    return None if found is None else found.made


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
