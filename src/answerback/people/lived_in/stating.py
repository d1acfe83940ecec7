"""Lessons: claims that data suggested at the time, one that many believe, what debriefs taught; uses and thanks.

How each stands is not decided here: what came after it was said decides, at every build.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from answerback.analysis.lessons import Claim, Place, fits, places, suggestions
from answerback.analysis.lessons.matching import open_deals
from answerback.analysis.reader import ids_of
from answerback.people.learning import lessons
from answerback.people.learning.lessons import Stated, Using
from answerback.people.learning.models import DebriefOf, Lesson, Reach
from answerback.people.lived_in.company import Company, dated, how_many_before
from answerback.people.lived_in.looking_back import Looked
from answerback.people.lived_in.words_of_endings import OBSTACLE_OF
from answerback.people.models import Person, Role
from answerback.present.lessons import where_text

SUGGESTED_WEEKS_AGO, BELIEVED_WEEKS_AGO = 18, 20
"""So many weeks ago the data suggested something; and somebody had said the opposite."""
MOST_SUGGESTED = 3
MOST_OF_DEBRIEFS = 4
USED_DAYS_AGO = 9
USERS = 2
"""So many reps say that they use lessons."""
MOST_USES = 2
"""Of one lesson."""
MOST_DEALS = 20
_DO = MappingProxyType(
    {
        "call": "call",
        "email": "write",
        "meeting": "ask for a meeting",
        "message": "send a short message",
        "proposal": "send the offer",
        "content": "send something to read",
        "visit": "go there",
        "task": "do what was promised",
    }
)
_DOING = MappingProxyType(
    {
        "call": "calling",
        "email": "writing",
        "meeting": "asking for a meeting",
        "message": "sending a message",
        "proposal": "sending the offer",
        "content": "sending something to read",
        "visit": "going there",
        "task": "doing what was promised",
    }
)
_BY_KIND_THANKS = (
    "Good to have it in one sentence.",
    "I think of it now before I choose how to get in touch.",
    "Short, and I can try it at once.",
)
_BY_USE_THANKS = (
    "I had exactly this one on my desk. Now I know what to ask.",
    "The question is good. I take it as it stands.",
    "Thank you for writing down what went wrong.",
    "Read it in the morning, and had a use for it the same day.",
)


@dataclass(frozen=True)
class Stating:
    """States the lessons of a company."""

    company: Company
    looked: tuple[Looked, ...]

    def all_of_them(self) -> list[Lesson]:
        """Every lesson, the earliest said first."""
        return [*self._by_kind(), *self._of_debriefs()]

    def _by_kind(self) -> list[Lesson]:
        """What names two kinds of touch: every touch shows by itself whether it was made so.

        What the data suggested at the time, and before that the opposite of the first of it, which many believe.
        """
        authors = iter(reversed(self.company.those(Role.REP).values()))
        at, before = (self.company.weeks_ago(weeks) for weeks in (SUGGESTED_WEEKS_AGO, BELIEVED_WEEKS_AGO))
        found = suggestions(self.company.earlier(at), self.company.scope)
        claims = [each.claim for each in found if {each.claim.play, each.claim.instead_of} <= _DO.keys()]
        said = [(_belief(each), before) for each in claims[:1]]
        said += [(_advice(each), at) for each in claims[:MOST_SUGGESTED]]
        made = [self._share(author, stated, then) for author, (stated, then) in zip(authors, said, strict=False)]
        advice = [each for each in made[1:] if each is not None]
        for each in advice:
            self._thank(each, [], _BY_KIND_THANKS)
        return [each for each in made if each is not None]

    def _share(self, author: Person, said: Stated, at: datetime) -> Lesson | None:
        made = lessons.state(author, said, now=at)
        if made is not None:
            lessons.share(author, made.pk, anonymous=False, now=at + timedelta(hours=1))
        return made

    def _of_debriefs(self) -> list[Lesson]:
        """What debriefs on the wall taught: it counts where somebody says of a deal that they use it.

        The first of each obstacle, and of each step where none is named; and one that its author keeps to themselves.
        """
        made: list[Lesson | None] = []
        told = set[str]()
        for each in self.looked:
            obstacle = OBSTACLE_OF.get(each.cause, "")
            where = obstacle or each.step
            on_wall = each.debrief.reach == Reach.EVERYBODY and not each.debrief.anonymous
            if each.debrief.of == DebriefOf.WON or not where or where in told or not on_wall:
                continue
            told.add(where)
            place = Place(obstacle=obstacle) if obstacle else Place(step=each.step)
            made.append(self._of_debrief(each, place))
            if len(made) >= MOST_OF_DEBRIEFS:
                break
        kept = next((each for each in self.looked if each.debrief.reach == Reach.NOBODY), None)
        if kept is not None and kept.step:
            at = kept.debrief.closed_at or self.company.now
            lessons.state(kept.debrief.owner, Stated(kept.debrief.lesson, step=kept.step), now=at, debrief=kept.debrief)
        return [each for each in made if each is not None]

    def _of_debrief(self, looked: Looked, place: Place) -> Lesson | None:
        debrief = looked.debrief
        at = debrief.closed_at or self.company.now
        made = lessons.state(
            debrief.owner, Stated(debrief.serves, step=place.step, obstacle=place.obstacle), now=at, debrief=debrief
        )
        if made is not None:
            lessons.share(debrief.owner, made.pk, anonymous=False, now=at + timedelta(days=1))
            self._thank(made, self._use(made), _BY_USE_THANKS)
        return made

    def _use(self, lesson: Lesson) -> list[Person]:
        """Who says that they use it, each on the one of their open deals that it fits, whatever came of it then."""
        company, said_at = self.company, self._said_at
        if lesson.stated_at >= said_at:
            return []
        claim = Claim(str(lesson.pk), lesson.stated_at, step=lesson.step, obstacle=lesson.obstacle)
        users: list[Person] = []
        for key, deals in self._open.items():
            person = company.people[key]
            deal = next((each for each, place in deals.items() if fits(claim, place)), None)
            if deal is None or person.pk == lesson.author_id or len(users) >= MOST_USES:
                continue
            deal_id = ids_of(company.reader, [deal], "deal").get(deal, "")
            word = Using(lesson.pk, deal_id, tuple(company.roster.ids_of(key)))
            lessons.use(company.home, word, now=said_at, said_at=said_at)
            users.append(person)
        return users

    @cached_property
    def _said_at(self) -> datetime:
        return self.company.working(self.company.today, -USED_DAYS_AGO, 15)

    @cached_property
    def _open(self) -> dict[int, dict[int, Place]]:
        """By rep the deals that were open when uses are said, and where each stood."""
        before = self.company.earlier(self._said_at)
        reps = list(self.company.those(Role.REP))[1 :: len(self.company.those(Role.REP)) // USERS or 1]
        deals = {key: open_deals(before, key, most=MOST_DEALS) for key in reps}
        standing = places(before, [each for some in deals.values() for each in some])
        return {key: {each: standing[each] for each in some if each in standing} for key, some in deals.items()}

    def _thank(self, lesson: Lesson, users: Iterable[Person], notes: tuple[str, ...]) -> None:
        """Thanks of those who used it; of a lesson that names two kinds of touch, of two others who sell."""
        others = [each for each in self.company.those(Role.REP).values() if each.pk != lesson.author_id]
        before = how_many_before(lesson)
        turn = before % len(others)
        thankful = list(users) or (others[turn:] + others[:turn])[:2] if lesson.instead_of else list(users)
        for place, person in enumerate(thankful):
            lessons.thank(person, lesson.pk, notes[(before + place) % len(notes)])
        at = min((lesson.shared_at or lesson.stated_at) + timedelta(days=8), self.company.now)
        dated(lesson.thanks.all(), at=at)


def _advice(claim: Claim) -> Stated:
    """A claim as somebody would say it."""
    said = f"{where_text(claim)}, {_DO[claim.play]} instead of {_DOING[claim.instead_of]}."
    return Stated(said, claim.play, claim.instead_of, claim.step, claim.segment, claim.obstacle)


def _belief(claim: Claim) -> Stated:
    """The opposite of a claim, as one hears it: it asks less of the buyer."""
    said = f"{where_text(claim)}, {_DO[claim.instead_of]} instead of {_DOING[claim.play]}: it asks less of them."
    return Stated(said, claim.instead_of, claim.play, claim.step, claim.segment, claim.obstacle)
