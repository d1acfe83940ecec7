"""The board of causes of what went down for many at once: taken on by the leader, and begun with what records say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from answerback.domain.findings import Finding
from answerback.people.learning import causes
from answerback.people.learning.causes import Word
from answerback.people.learning.models import CauseBoard, CauseState
from answerback.people.lived_in.company import dated
from answerback.people.models import Role
from answerback.present.causes import AGAINST, FOR, TESTS

DUE_WEEKS = 5
MOST_TAKEN_ON = 3
_DONE = "Looked at in the records: what they hold is against it."


@dataclass(frozen=True, slots=True)
class Stances:
    """What records say of one cause: for it, against it, or neither."""

    cause: str
    stances: frozenset[str]


def begin_board(finding: Finding, said: Iterable[Stances], today: date, zone: ZoneInfo) -> CauseBoard | None:
    """The board of a finding, once.

    Of a cause against which records speak, and nothing for it, that is said. Others of which they tell something are
    looked at by somebody, with a test and a day, first those for which they speak; the rest wait. None where nobody
    leads, or it was begun.
    """
    who = [each for each in causes.who_can(today) if Role.OPERATIONS not in each.roles_on(today)]
    leader = next((each for each in who if Role.LEADER in each.roles_on(today)), None)
    if leader is None or causes.board_of(finding.finding_id) is not None:
        return None
    began = datetime.combine(finding.raised_on + timedelta(days=1), time(10), zone)
    due = today + timedelta(weeks=DUE_WEEKS)
    board = causes.take_on(leader, finding.finding_id, leader, due, began)
    dated([board], opened_at=began)
    managers = [each for each in who if each.pk != leader.pk] or [leader]
    taken = 0
    for each in sorted(said, key=lambda each: FOR not in each.stances):
        if each.stances == {AGAINST}:
            causes.say(leader, finding.finding_id, each.cause, Word(CauseState.DOES_NOT, leader, "", None, _DONE))
        elif each.stances and taken < MOST_TAKEN_ON:
            owner = managers[taken % len(managers)]
            word = Word(CauseState.LOOKED_AT, owner, TESTS[each.cause], today + timedelta(weeks=2 + taken), "")
            causes.say(leader, finding.finding_id, each.cause, word)
            taken += 1
    return causes.board_of(finding.finding_id)
