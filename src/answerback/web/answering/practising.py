"""What practices rest on, worked out beside the pages: what came of those that are over, and what is worth trying."""

from __future__ import annotations

from answerback.analysis.craft.patterns import craft_of
from answerback.analysis.craft.plays import Rut
from answerback.analysis.lift.practised import Kind, PracticesJudged, own_kinds, practices_judged
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.domain.workdays import weekdays_of
from answerback.web.answering.asking import Asking
from answerback.web.answering.beforehand import answer_to
from answerback.web.answering.desk import Desk
from answerback.web.answering.tasks import Stands, Task


def _ruts(reader: Reader, scope: Scope) -> tuple[Rut, ...]:
    return craft_of(reader, scope).ruts


JUDGED = Task("practices", practices_judged, Stands.DAY)
RUTS = Task("kinds of touch that might work", _ruts, Stands.RESTING)
TASKS: tuple[Task, ...] = (JUDGED, RUTS)
"""As the worker knows them."""


def judged_of(desk: Desk) -> PracticesJudged | None:
    """What came of all practices that are over; None while it is worked out."""
    found: PracticesJudged | None = answer_to(desk, JUDGED)
    return found


def own_ruts(asking: Asking) -> tuple[Rut, ...] | None:
    """Where another kind of touch might work for whoever looks, the surest first; None while it is worked out."""
    found: tuple[Rut, ...] | None = answer_to(asking.desk, RUTS)
    if found is None:
        return None
    mine = (each for each in found if each.rep_key == asking.viewer.own_key)
    return tuple(sorted(mine, key=lambda each: (-each.probability, each.group.play, each.group.segment)))


def kinds_of(asking: Asking, rep_key: int) -> tuple[Kind, ...]:
    """All touches of somebody's last weeks, then each kind."""
    scope = asking.scope("practice").only(rep_key)
    found: tuple[Kind, ...] = asking.desk.once(
        ("kinds for a practice", scope), lambda reader: own_kinds(reader, scope, rep_key)
    )
    return found


def workdays(desk: Desk) -> frozenset[int]:
    """On which days of the week one works here, Monday is 0."""

    def days(reader: Reader) -> frozenset[int]:
        return weekdays_of(day for shift in reader.playbook.organisation.working_hours for day in shift.days)

    return desk.once(("workdays",), days)
