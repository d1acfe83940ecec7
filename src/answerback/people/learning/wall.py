"""The wall: what others failed at and what it taught, beside what worked. The only form in which others see a debrief.

A post without a name holds no owner, no company, no day and no number; whoever asks for one by its number finds none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Prefetch

from answerback.analysis.ended.facts import Facts, read_facts
from answerback.people.learning import seen
from answerback.people.learning.debriefs import FAILURES
from answerback.people.learning.models import Debrief, DebriefOf, Lesson, Reach
from answerback.people.models import Appointment, Person, Role

MOST = 200
"""So many of the latest are looked through."""


@dataclass(frozen=True, slots=True)
class Post:
    """A debrief as others see it.

    Attributes:
        of: What ended.
        went, lesson, serves: Its text.
        own_reasons, buyer_reasons: What stood in the way, as its owner sees it and as the buyer said.
        unknown: Questions answered with "I do not know".
        facts: What the chain showed.
        by: Who wrote it; empty where they stand without their name, as are the three below.
        by_leader: Whether a leader did.
        chain_id, ended_at, number: The deal, when it ended, and the debrief's own number.
        own: Whether whoever looks wrote it.
        lessons: Lessons that were made from it and shared.
    """

    of: DebriefOf
    went: str
    lesson: str
    serves: str
    own_reasons: tuple[str, ...]
    buyer_reasons: tuple[str, ...]
    unknown: frozenset[str]
    facts: Facts
    by: str = ""
    by_leader: bool = False
    chain_id: str = ""
    ended_at: datetime | None = None
    number: int | None = None
    own: bool = False
    lessons: tuple[Lesson, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether it tells of what did not work."""
        return self.of in FAILURES

    @property
    def obstacles(self) -> frozenset[str]:
        """All that stood in the way, whoever said so; mistakes of our own as one."""
        return frozenset(
            each.partition(":")[0] for each in (*self.own_reasons, *self.buyer_reasons, *self.facts.buyer_said)
        )


@dataclass(frozen=True, slots=True)
class Filters:
    """What the wall is narrowed to; empty for all."""

    step: str = ""
    segment: str = ""
    obstacle: str = ""

    def fit(self, step: str, segment: str, obstacles: Iterable[str]) -> bool:
        """Whether something is shown.

        >>> Filters(obstacle="price").fit("Offer", "", {"price"}), Filters(step="Offer").fit("", "", ())
        (True, False)
        """
        return (
            self.step in ("", step)
            and self.segment in ("", segment)
            and (not self.obstacle or self.obstacle in set(obstacles))
        )


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands on the wall for somebody.

    Attributes:
        opening: The latest failure that a leader shared under their name; None while none has.
        failed, worked: The other posts, the latest first.
        lessons: Lessons that were shared, the latest first.
        choices: By filter, the values that something on the wall has.
    """

    opening: Post | None
    failed: tuple[Post, ...]
    worked: tuple[Post, ...]
    lessons: tuple[Lesson, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def wall(viewer: Person, filters: Filters, today: date, steps: Mapping[str, str] = MappingProxyType({})) -> Wall:
    """The wall as somebody sees it. A leader's failure opens it, whatever the filters leave of the rest.

    Args:
        viewer: Who looks.
        filters: What it is narrowed to.
        today: The day on which somebody leads.
        steps: By the stages of the CRM, of which deals tell, the steps of which lessons speak.
    """
    leaders = _leaders(today)
    shared = Lesson.objects.filter(shared_at__isnull=False, withdrawn_at=None)
    rows = (
        seen.on_the_wall()
        .select_related("owner")
        .prefetch_related(Prefetch("lessons", queryset=shared, to_attr="shared_lessons"))
        .order_by("-shared_at", "-pk")[:MOST]
    )
    posts = [post_of(each, viewer, leaders, lessons=each.shared_lessons) for each in rows]
    opening = next((each for each in posts if each.by_leader and each.failed), None)
    lessons = list(seen.lessons_shared()[:MOST])
    places = {id(each): _place(each, steps) for each in posts}
    fitting = [each for each in posts if each is not opening and filters.fit(*places[id(each)])]
    return Wall(
        opening=opening,
        failed=tuple(each for each in fitting if each.failed),
        worked=tuple(each for each in fitting if not each.failed),
        lessons=tuple(each for each in lessons if filters.fit(each.step, each.segment, {each.obstacle})),
        choices=_choices(places.values(), lessons),
    )


def shared_with(viewer: Person, number: int, today: date) -> Post | None:
    """A debrief of somebody else that whoever looks may open by its number; None for every other number."""
    found = seen.debriefs(viewer, today).exclude(owner=viewer).select_related("owner").filter(pk=number).first()
    if found is None:
        return None
    shared = found.lessons.filter(shared_at__isnull=False, withdrawn_at=None)
    return post_of(found, viewer, _leaders(today), lessons=shared)


def post_of(debrief: Debrief, viewer: Person, leaders: frozenset[int], lessons: Iterable[Lesson] = ()) -> Post:
    """A debrief as somebody sees it who did not write it, or as they would."""
    nameless = debrief.anonymous and debrief.reach == Reach.EVERYBODY
    plain: dict[str, Any] = {
        "of": DebriefOf(debrief.of),
        "went": debrief.went,
        "lesson": debrief.lesson,
        "serves": debrief.serves,
        "own_reasons": tuple(debrief.own_reasons),
        "buyer_reasons": tuple(debrief.buyer_reasons),
        "unknown": frozenset(debrief.unknown),
        "facts": read_facts(debrief.facts),
        "own": debrief.owner_id == viewer.pk,
    }
    if nameless:  # a lesson under its author's name would say who wrote what stands beside it
        return Post(**plain, lessons=tuple(each for each in lessons if each.anonymous))
    return Post(
        **plain,
        by=debrief.owner.name,
        by_leader=debrief.owner_id in leaders,
        chain_id=debrief.chain_id,
        ended_at=debrief.ended_at,
        number=debrief.pk,
        lessons=tuple(each for each in lessons if not each.anonymous),
    )


_Place = tuple[str, str, frozenset[str]]


def _place(post: Post, steps: Mapping[str, str]) -> _Place:
    return steps.get(post.facts.typed_in, post.facts.typed_in), post.facts.segment, post.obstacles


def _choices(places: Iterable[_Place], lessons: Iterable[Lesson]) -> dict[str, tuple[str, ...]]:
    step, segment, obstacle = set[str](), set[str](), set[str]()
    for at, of, in_the_way in places:
        step.add(at)
        segment.add(of)
        obstacle |= in_the_way
    for each in lessons:
        step.add(each.step)
        segment.add(each.segment)
        obstacle.add(each.obstacle)
    found = {"step": step, "segment": segment, "obstacle": obstacle}
    return {name: tuple(sorted(values - {""})) for name, values in found.items()}


def _leaders(today: date) -> frozenset[int]:
    held = Appointment.objects.filter(role=Role.LEADER)
    return frozenset(each.person_id for each in held if each.holds(today))
