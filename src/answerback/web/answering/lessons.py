"""Lessons held against the newest snapshot; which of them fit somebody's open deals; what buyers there usually say.

Whether a lesson holds is asked over everybody, and told as a state and as sums of five people or more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from answerback.analysis.lessons import (
    Claim,
    Evidence,
    Place,
    State,
    Suggestion,
    best,
    evidence,
    fits,
    places,
    suggestions,
)
from answerback.analysis.lessons.matching import open_deals
from answerback.analysis.lessons.touches import Held, held_against
from answerback.analysis.lessons.uses import Use, uses_of
from answerback.analysis.lessons.usual import Usual, Works, usual_at_steps, what_works
from answerback.analysis.lessons.vocabulary import Vocabulary, vocabulary
from answerback.domain.scope import Scope
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.people.learning import seen
from answerback.people.learning.lessons import claim_of
from answerback.people.learning.models import Lesson
from answerback.people.models import Person
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.answering.desk import Desk
from answerback.workspace.access import owner_scope

MOST_DEALS = 40
"""Of so many open deals, those touched last, it is asked which lesson fits."""


def claims_of(desk: Desk, lessons: Iterable[Lesson]) -> dict[int, Claim]:
    """What lessons say, by number."""
    every = list(lessons)
    draws, key_of = seen.draws_of(every), desk.roster().key_of
    return {each.pk: claim_of(each, key_of, draws.get(each.pk, ())) for each in every}


def evidence_of(desk: Desk, claim: Claim) -> Evidence | None:
    """How a lesson stands; None where the snapshot cannot know."""
    return desk.once(("lesson", claim), lambda reader: evidence(reader, owner_scope("pages: lessons"), claim))


def states_of(desk: Desk, claims: Mapping[int, Claim]) -> dict[int, State]:
    """The state of each lesson, by number; where it cannot be known it is emerging."""
    found = {number: evidence_of(desk, claim) for number, claim in claims.items()}
    return {number: State.EMERGING if each is None else each.state for number, each in found.items()}


def own_counts(desk: Desk, scope: Scope, claim: Claim) -> Held:
    """What those whom somebody may see did of it."""
    return desk.once(("lesson, own", claim, scope), lambda reader: held_against(reader, scope, claim))


def others_enough(held: Held, scope: Scope) -> bool:
    """Whether sums over everybody else are of five people or more, of the one kind of touch as of the other."""
    seen_by_name = {each.rep_key for each in scope.stretches}
    return all(len(held.people(used=side) - seen_by_name) >= LEAST_CONTRIBUTORS for side in (True, False))


def uses(desk: Desk, scope: Scope, lesson: int) -> tuple[Use, ...]:
    """The uses of a lesson by those whom somebody may see, as of the newest snapshot."""
    return desk.once(("lesson, uses", lesson, scope), lambda reader: uses_of(reader, scope, str(lesson)))


def everybody_uses(desk: Desk, lesson: int) -> tuple[Use, ...]:
    """The uses by everybody: for sums of five people or more."""
    return uses(desk, owner_scope("pages: lessons"), lesson)


def words_known(desk: Desk) -> Vocabulary:
    """What a lesson may speak of."""
    return desk.once(("lesson words",), vocabulary)


def suggested(desk: Desk) -> tuple[Suggestion, ...]:
    """Claims that the data suggest."""
    return desk.once(("lessons suggested",), lambda reader: suggestions(reader, owner_scope("pages: lessons")))


def usual(desk: Desk) -> Mapping[tuple[str, str], Usual]:
    """What buyers usually do and object, by step and sort of buyers."""
    return desk.once(("usual at steps",), lambda reader: usual_at_steps(reader, owner_scope("pages: prep sheet")))


def works(desk: Desk) -> Mapping[tuple[str, str], tuple[Works, ...]]:
    """Which channels moved buyers like these, everybody's, by step and sort of buyers."""
    return desk.once(("what works",), lambda reader: what_works(reader, owner_scope("pages: prep sheet")))


@dataclass(frozen=True, slots=True)
class Fitting:
    """A lesson that fits a deal: which, how it stands, and where the deal stands."""

    lesson: Lesson
    claim: Claim
    state: State
    place: Place


def fitting(desk: Desk, viewer: Person, deal_keys: Iterable[int]) -> dict[int, Fitting]:
    """The one lesson for each of these deals that fits best, by the deal's key; a deal that none fits is left out.

    Who may see the deals is the caller's to know.
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
    states = states_of(desk, claims)
    every = [(claim, states[number]) for number, claim in claims.items()]
    found = {}
    for key, place in where.items():
        claim = best(every, place)
        if claim is not None:
            number = int(claim.lesson_id)
            found[key] = Fitting(lessons[number], claim, states[number], place)
    return found


def fitting_own(desk: Desk, viewer: Person, rep_key: int) -> dict[int, Fitting]:
    """The lessons that fit a rep's own open deals, those touched last first."""
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
