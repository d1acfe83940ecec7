"""All that is worked out beside the pages, in the order in which it is."""

from __future__ import annotations

from answerback.web.answering import beforehand, lessons, practising, weekly
from answerback.web.answering.board import FINDINGS
from answerback.web.answering.desk import Desk
from answerback.web.answering.leading import LEADING
from answerback.web.answering.tasks import Stands, Task, is_due, work_out

TASKS: tuple[Task, ...] = (
    *(beforehand.TASKS[each] for each in beforehand.SOON),
    lessons.LESSONS,
    FINDINGS,
    *weekly.TASKS.values(),
    LEADING,
    *(task for each, task in beforehand.TASKS.items() if each not in beforehand.SOON),
    *practising.TASKS,
    *lessons.AROUND,
)
"""First what takes seconds and every rep's page waits for, then the findings."""


def prepare(desk: Desk, tasks: tuple[Task, ...] = TASKS) -> None:
    """Works out what is due, one after the other. Takes from seconds to minutes.

    Where a newer snapshot comes meanwhile, what may rest is left for the next time: the findings of the new one are due
    before that.
    """
    snapshot = desk.snapshot
    for task in tasks:
        late = task.stands is Stands.RESTING and desk.snapshot != snapshot
        if not late and is_due(desk, task):
            work_out(desk, task)
