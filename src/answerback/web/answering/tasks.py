"""What is worked out beside the pages: for how long an answer stands, where it is kept, and how it is made.

Each is made from everybody's rows, so it is asked for by what knows who may see what of it (`board`, `weekly`,
`beforehand`). All of them stand in one list, in `preparing`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.domain.workdays import week_of
from answerback.web.answering.desk import Desk
from answerback.workspace.access import owner_scope

RESTS = 20.0
"""So many times as long as it took, an answer that rests stands although there is a newer snapshot."""


class Stands(StrEnum):
    """For how long an answer is the answer."""

    DAY = auto()
    """As long as the snapshot is the newest, and for the day that it is as of."""
    WEEK = auto()
    """As long as the snapshot is the newest, and for the week that it is as of."""
    RESTING = auto()
    """For the week; and a while beside a newer snapshot, so that what takes minutes is not made all the time."""


@dataclass(frozen=True, slots=True)
class Task:
    """One answer that is worked out beside the pages."""

    name: str
    make: Callable[[Reader, Scope], Any]
    stands: Stands
    lacks: Callable[[Desk, Any], bool] = lambda _, __: False
    """Whether something is asked of an answer by now that was not when it was worked out."""

    def key(self, desk: Desk) -> Hashable:
        """Under what it is kept."""
        day = desk.today() if self.stands is Stands.DAY else week_of(desk.today())
        return ("beside", self.name, day, None if self.stands is Stands.RESTING else desk.snapshot)


@dataclass(frozen=True, slots=True)
class Worked:
    """An answer, the snapshot that it is of, how many seconds it took, and when it was there by the monotonic clock."""

    made: Any
    snapshot: str
    took: float
    at: float


def worked(desk: Desk, task: Task) -> Worked | None:
    """An answer that stands; None while it is being worked out."""
    found: Worked | None = desk.kept(task.key(desk))
    return found


def is_due(desk: Desk, task: Task) -> bool:
    """Whether it is to be worked out."""
    known = worked(desk, task)
    if known is None or task.lacks(desk, known.made):
        return True
    return known.snapshot != desk.snapshot and time.monotonic() - known.at >= RESTS * known.took


def work_out(desk: Desk, task: Task) -> Worked:
    """Works an answer out now, and keeps it."""
    began = time.monotonic()
    made = make(desk, task)
    return keep(desk, task, made, took=time.monotonic() - began)


def make(desk: Desk, task: Task) -> Any:
    """Works an answer out, and keeps it nowhere."""
    with desk.reading() as reader:
        return task.make(reader, owner_scope(f"pages: {task.name}"))


def keep(desk: Desk, task: Task, made: object, *, took: float = 0.0) -> Worked:
    """Keeps an answer.

    Args:
        desk: Of the snapshot that it was worked out of.
        task: Which.
        made: The answer.
        took: Seconds.
    """
    whole = Worked(made, desk.snapshot, took, time.monotonic())
    desk.keep(task.key(desk), whole)
    return whole


def forget(desk: Desk, task: Task) -> None:
    """Keeps it no more: it is worked out again."""
    desk.keep(task.key(desk), None)
