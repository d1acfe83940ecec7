"""A practice of several: joined by whoever is free for it, begun by lot, and on its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from types import MappingProxyType

from answerback.analysis.lift.fixing import LEAST_REPS, next_monday
from answerback.analysis.lift.practised import Kind, own_kinds
from answerback.people.learning import group_practices
from answerback.people.learning.group_practices import Proposed
from answerback.people.learning.models import GroupPractice
from answerback.people.lived_in.company import Company, dated
from answerback.people.lived_in.practising import LEAST_TOUCHES, WEEKS, count_days, dose_of
from answerback.people.models import Person, Role

DRAWN_WEEKS_AGO = 2
"""On the Monday of that week lots were drawn."""
PROPOSED_BEFORE = timedelta(days=12)
"""So long before its Monday it was proposed."""
_WHAT = MappingProxyType(
    {
        "call": "Ask in every call what has to happen on their side next",
        "email": "Write in every mail what we need from them, in one line",
        "meeting": "Leave the last five minutes of every meeting to them",
    }
)


def practise_together(company: Company, without: Collection[int]) -> GroupPractice | None:
    """Lots for all who have no practice and were in no talk among peers, on what most of them do most.

    None where too few make enough touches of one kind: no draw could show anything.

    Args:
        company: Whose.
        without: Numbers of the persons who are left out.
    """
    monday = next_monday(company.day_of(company.weeks_ago(DRAWN_WEEKS_AGO)) - timedelta(days=7))
    drawn_at = company.working(monday, 0, 8)
    free = {key: each for key, each in company.those(Role.REP).items() if each.pk not in without}
    before = company.earlier(drawn_at)
    kinds = {key: _enough(own_kinds(before, company.scope.only(key), key)) for key in free}
    most = {key: max(found, key=lambda each: (found[each].touches, each)) for key, found in kinds.items() if found}
    if not most:
        return None
    play = max(_WHAT, key=lambda each: (Counter(most.values())[each], each))
    joining = {key: free[key] for key in free if play in kinds[key]}
    if len(joining) < LEAST_REPS:
        return None
    doses = sorted(dose_of(kinds[key][play]) for key in joining)
    made = group_practices.propose(
        next(iter(joining.values())), Proposed(_WHAT[play], play, doses[len(doses) // 2], WEEKS, monday)
    )
    if made is None:
        return None
    _join(company, made, list(joining.values()))
    group_practices.draw_what_is_due(company.home, now=drawn_at, seed=monday.toordinal())
    made.refresh_from_db()
    for key, person in joining.items():
        for each in made.practices.filter(person=person, starts_on__lt=company.today):
            count_days(company, each, key)
    return made


def _enough(kinds: Collection[Kind]) -> dict[str, Kind]:
    """The channels of which somebody makes enough touches to be compared with."""
    return {each.play: each for each in kinds if each.play in _WHAT and each.touches >= LEAST_TOUCHES}


def _join(company: Company, made: GroupPractice, people: list[Person]) -> None:
    first = company.working(made.starts_on - PROPOSED_BEFORE, 0, 10)
    dated([made], proposed_at=first)
    for days, person in enumerate(people):
        group_practices.join(company.home, person, made.pk)
        dated(made.joined.filter(person=person), at=company.working(company.day_of(first), days // 2, 11, days))
