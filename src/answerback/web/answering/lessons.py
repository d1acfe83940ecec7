"""Lessons held against the newest snapshot; which of them fit somebody's open deals; what buyers there usually say.

Whether a lesson holds is asked over everybody, of all lessons at once and beside the pages (`LESSONS`), and told as a
state and as sums of five people or more. Pages read what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from answerback.analysis.lessons import (
    Claim,
    Evidence,
    Place,
    State,
    Suggestion,
    best,
    evidence_of_each,
    fits,
    not_yet,
    places,
    suggestions,
)
from answerback.analysis.lessons.matching import open_deals
from answerback.analysis.lessons.touches import Held, held_against
from answerback.analysis.lessons.uses import Use, uses_of_each
from answerback.analysis.lessons.usual import Usual, Works, usual_at_steps, what_works
from answerback.analysis.lessons.vocabulary import Vocabulary, vocabulary
from answerback.analysis.reader import Reader
from answerback.analysis.roster import read_roster
from answerback.domain.scope import Scope
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.people.learning import seen
from answerback.people.learning.lessons import claim_of
from answerback.people.learning.models import Lesson
from answerback.people.models import Person
from answerback.web.answering.beforehand import Ahead, ahead, answer_to
from answerback.web.answering.desk import Desk, NotReady
from answerback.web.answering.tasks import Stands, Task

MOST_DEALS = 40
"""Of so many open deals, those touched last, it is asked which lesson fits."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """How every lesson stands that is not withdrawn.

    Attributes:
        evidence: By claim; None where the snapshot cannot know.
        uses: By the lesson's number the uses by everybody: for sums of five people or more.
    """

    evidence: Mapping[Claim, Evidence | None]
    uses: Mapping[str, tuple[Use, ...]]


def _lessons(reader: Reader, scope: Scope) -> Lessons:
    claims = _claims(read_roster(reader).key_of, seen.every_lesson())
    return Lessons(evidence_of_each(reader, scope, list(claims.values())), uses_of_each(reader, scope))


def _lacks(desk: Desk, found: Lessons) -> bool:
    """Whether a lesson was said, or put to the test by lots, since they were worked out."""
    every = _claims(desk.roster().key_of, seen.every_lesson()).values()
    return any(each not in found.evidence and not _is_new(desk, each) for each in every)


LESSONS = Task("lessons", _lessons, Stands.DAY, _lacks)
SUGGESTED = Task("lessons suggested", suggestions, Stands.DAY)
USUAL = Task("usual at steps", usual_at_steps, Stands.DAY)
WORKS = Task("what works", what_works, Stands.DAY)
AROUND: tuple[Task, ...] = (SUGGESTED, USUAL, WORKS)
"""As the worker knows them: how lessons stand comes with what every rep's page waits for, what is around them later."""


def claims_of(desk: Desk, lessons: Iterable[Lesson]) -> dict[int, Claim]:
    """What lessons say, by number."""
    return _claims(desk.roster().key_of, lessons)


def _claims(key_of: Callable[[str], int | None], lessons: Iterable[Lesson]) -> dict[int, Claim]:
    every = list(lessons)
    draws = seen.draws_of(every)
    return {each.pk: claim_of(each, key_of, draws.get(each.pk, ())) for each in every}


def _is_new(desk: Desk, claim: Claim) -> bool:
    """Whether nothing that the snapshot has can have come after it."""
    return not claim.draws and claim.stated_at >= desk.as_of()


class StillWorking:
    """Stands where it is being worked out how a lesson stands."""


def evidence_of(desk: Desk, claim: Claim) -> Evidence | type[StillWorking] | None:
    """How a lesson stands; None where the snapshot cannot know."""
    if _is_new(desk, claim):
        return not_yet(claim)
    found: Lessons | None = answer_to(desk, LESSONS)
    return StillWorking if found is None else found.evidence.get(claim, StillWorking)


def states_of(desk: Desk, claims: Mapping[int, Claim]) -> dict[int, State | None]:
    """The state of each lesson, by number, emerging where the snapshot cannot know; None while it is worked out."""
    return {number: _state(evidence_of(desk, claim)) for number, claim in claims.items()}


def _state(found: Evidence | type[StillWorking] | None) -> State | None:
    if isinstance(found, Evidence):
        return found.state
    return State.EMERGING if found is None else None


def own_counts(desk: Desk, scope: Scope, found: Evidence, rep_key: int) -> Held:
    """What somebody did of it, within a scope that is about them: from what was worked out, where that is all of it.

    A contested touch is in its rep's own view alone.
    """
    contesting: frozenset[int] | None = ahead(desk, Ahead.CONTESTING)
    if contesting is not None and rep_key not in contesting and desk.holds_all(scope, rep_key):
        return found.held.of(found.held.rep == rep_key)
    claim = found.claim
    return desk.once(("lesson, own", claim, scope), lambda reader: held_against(reader, scope, claim))


def others_enough(held: Held, scope: Scope) -> bool:
    """Whether sums over everybody else are of five people or more, of the one kind of touch as of the other."""
    seen_by_name = {each.rep_key for each in scope.stretches}
    return all(len(held.people(used=side) - seen_by_name) >= LEAST_CONTRIBUTORS for side in (True, False))


def uses(desk: Desk, scope: Scope, lesson: int) -> tuple[Use, ...]:
    """The uses of a lesson by those whom somebody may see, as of the newest snapshot."""
    every = everybody_uses(desk, lesson)
    return tuple(each for each in every if each.rep_key is not None and scope.holds(each.rep_key, each.said_at))


def everybody_uses(desk: Desk, lesson: int) -> tuple[Use, ...]:
    """The uses by everybody, none while they are worked out: for sums of five people or more."""
    found: Lessons | None = answer_to(desk, LESSONS)
    return () if found is None else found.uses.get(str(lesson), ())


def used_by(desk: Desk, scope: Scope, rep_key: int) -> dict[int, frozenset[str]]:
    """The lessons that a rep within a scope uses, by number, and on which deals; none while it is worked out."""
    found: Lessons | None = answer_to(desk, LESSONS)
    told: dict[int, set[str]] = {}
    for lesson, every in (found.uses if found is not None else {}).items():
        for each in every:
            if each.rep_key == rep_key and scope.holds(rep_key, each.said_at) and lesson.isdecimal():
                told.setdefault(int(lesson), set()).add(each.deal_id)
    return {lesson: frozenset(deals) for lesson, deals in told.items()}


def words_known(desk: Desk) -> Vocabulary:
    """What a lesson may speak of."""
    return desk.once(("lesson words",), vocabulary)


def suggested(desk: Desk) -> tuple[Suggestion, ...] | None:
    """Claims that the data suggest; None while they are worked out."""
    found: tuple[Suggestion, ...] | None = answer_to(desk, SUGGESTED)
    return found


def usual(desk: Desk) -> Mapping[tuple[str, str], Usual] | None:
    """What buyers usually do and object, by step and sort of buyers; None while it is worked out."""
    found: Mapping[tuple[str, str], Usual] | None = answer_to(desk, USUAL)
    return found


def works(desk: Desk) -> Mapping[tuple[str, str], tuple[Works, ...]] | None:
    """Which channels moved buyers like these, everybody's, by step and sort of buyers; None while it is worked out."""
    found: Mapping[tuple[str, str], tuple[Works, ...]] | None = answer_to(desk, WORKS)
    return found


@dataclass(frozen=True, slots=True)
class Fitting:
    """A lesson that fits a deal: which, how it stands, and where the deal stands."""

    lesson: Lesson
    claim: Claim
    state: State
    place: Place


def fitting(desk: Desk, viewer: Person, deal_keys: Iterable[int]) -> dict[int, Fitting]:
    """The one lesson for each of these deals that fits best, by the deal's key; a deal that none fits is left out.

    Who may see the deals is the caller's to know. Raises NotReady while it is worked out how lessons stand that fit.
    """
    return _fitting(desk, _lessons_for(viewer), deal_keys)


def _lessons_for(viewer: Person) -> dict[int, Lesson]:
    return {each.pk: each for each in seen.lessons(viewer).select_related("author")}


def _fitting(desk: Desk, lessons: Mapping[int, Lesson], deal_keys: Iterable[int]) -> dict[int, Fitting]:
    keys = tuple(sorted(set(deal_keys)))
    if not lessons or not keys:
        return {}
    where: Mapping[int, Place] = desk.once(("deals stand", keys), lambda reader: places(reader, keys))
    standing = set(where.values())
    claims = {
        number: claim
        for number, claim in claims_of(desk, lessons.values()).items()
        if any(fits(claim, place) for place in standing)
    }
    states = {number: state for number, state in states_of(desk, claims).items() if state is not None}
    if len(states) < len(claims):
        raise NotReady
    every = [(claim, states[number]) for number, claim in claims.items()]
    found = {}
    for key, place in where.items():
        claim = best(every, place)
        if claim is not None:
            number = int(claim.lesson_id)
            found[key] = Fitting(lessons[number], claim, states[number], place)
    return found


def fitting_own(desk: Desk, viewer: Person, rep_key: int) -> dict[int, Fitting]:
    """The lessons that fit a rep's own open deals, those touched last first. Raises NotReady."""
    lessons = _lessons_for(viewer)
    if not lessons:
        return {}
    worked = ahead(desk, Ahead.CHAINS)
    keys: tuple[int, ...] = desk.once(
        ("open deals", rep_key, worked is None),
        lambda reader: open_deals(reader, rep_key, most=MOST_DEALS, worked=worked),
    )
    found = _fitting(desk, lessons, keys)
    return {key: found[key] for key in keys if key in found}
