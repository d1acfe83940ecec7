"""Talks: those that the log knows, what was written down in the last of each pair, and those that come next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from answerback.analysis.leading.first_hand import LOOKED_AT
from answerback.analysis.leading.talks_held import HeldTalk, talks_held
from answerback.analysis.lessons.objected import objected
from answerback.analysis.on_base import on_base
from answerback.analysis.side_by_side import side_by_side
from answerback.domain.periods import midnight
from answerback.people.learning import commitments, talks
from answerback.people.learning.models import Held, Talk, TalkKind
from answerback.people.learning.talks import Known, Planned
from answerback.people.lived_in.company import Company, dated, how_many_before
from answerback.people.models import Person
from answerback.present.debriefs import reason_words

SHOWN = 4
"""So many touches of each side somebody shows to a peer: not all of them, for they choose."""
PEERS_SINCE = timedelta(weeks=39)
"""Talks among peers are few: they are taken from the whole time."""


@dataclass(frozen=True, slots=True)
class _Said:
    note: str
    lesson: str
    serves: str
    promise: str


_OF_STEP: Mapping[str, tuple[_Said, ...]] = MappingProxyType(
    {
        "approach": (
            _Said(
                "We read the last first touches aloud. Which of them would one answer?",
                "A first touch asks for one thing only.",
                "The next ones end with one question that takes a line to answer.",
                "Rewrite the first two sentences of my first touch",
            ),
            _Said(
                "Whom do we write to first, and why them?",
                "The first touch goes to who has the trouble, and not to who has the title.",
                "Before I begin with a company I write down who there has the trouble.",
                "Name for five new companies who has the trouble",
            ),
        ),
        "discover": (
            _Said(
                "We went through two open deals: what do we know from them, and what do we only think?",
                "Half of what we had in the notes was ours, and not theirs.",
                "I mark in my notes what they said themselves.",
                "Mark it in the notes of my open deals",
            ),
            _Said(
                "What would have to be true for them to do nothing? We could not say it of either deal.",
                "Doing nothing is on their list, too. We never ask after it.",
                "I ask it in the next talk at this step.",
                "Ask what happens if they do nothing, in two deals",
            ),
        ),
        "offer": (
            _Said(
                "Two offers are out. Of neither do we know who has read it.",
                "An offer that nobody has opened is not an offer yet.",
                "I go through it with them, instead of sending it.",
                "Arrange a talk on each offer that is out",
            ),
            _Said(
                "We laid the last offers side by side with what was asked for before them.",
                "An offer answers a question. On two of them I could not say which.",
                "On the next one their question stands on top.",
                "Put their question on top of the next offer",
            ),
        ),
        "close": (
            _Said(
                "What is left to be done on their side until it is signed? We drew it as a list.",
                "The last steps are theirs. I only knew ours.",
                "I ask for their list before I speak of a date.",
                "Get the list of what is left to do from one buyer",
            ),
            _Said(
                "We looked at what waits longest, and at who has to move.",
                "Where it is their turn, one touch more does not help; where it is ours, it does.",
                "Each open deal gets one line: whose turn, and until when.",
                "Write that line for each of my open deals",
            ),
        ),
    }
)
_ADVICE = MappingProxyType(
    {
        "integration": "First ask what they have and who keeps it running. Then show one thing that works beside it,"
        " and nothing else. Whoever keeps it running comes to the second talk.",
        "price": "Do not answer the number. Ask what they compare it with, and what it would have to save them.",
        "timing": "Ask what has to happen first, and by when. Keep to the day that they name.",
        "competitor": "Ask what they like about the other one. It tells what they want better than any list.",
        "no need": "Stop there and ask what they tried before. If it was nothing, leave it and go to the next one.",
    }
)
_TRIES = MappingProxyType(
    {
        "integration": "The next time it comes up I ask what it has to work with, before I show anything.",
        "price": "The next time I ask what they compare it with.",
        "timing": "The next time I ask for the date.",
        "competitor": "The next time I ask what they like about the other one.",
        "no need": "The next time I ask what was tried before.",
    }
)
_HELD = (Held.YES, Held.NO, Held.PARTLY, Held.YES)


@dataclass(frozen=True, slots=True)
class Talking:
    """Writes down the talks of a company."""

    company: Company

    def all_of_them(self) -> list[Talk]:
        """Those that took place, and one ahead for each pair."""
        company = self.company
        held = talks_held(company.reader, company.scope, company.now - PEERS_SINCE)
        since = midnight((company.now - LOOKED_AT).date())
        kept = [each for each in held if each.kind == TalkKind.PEER_SESSION or each.at >= since]
        known = [one for each in kept if (one := self._known(each)) is not None]
        made = talks.already_in_log(known)
        last: dict[tuple[int | None, int], Talk] = {}
        for each in made:
            if each.kind == TalkKind.ONE_TO_ONE:
                last[each.coach_id, each.person_id] = each
        for place, each in enumerate(last.values()):
            self._write(each, place)
            self._ahead(each)
        first: dict[int, Talk] = {}
        for each in made:
            if each.kind == TalkKind.PEER_SESSION:
                first.setdefault(each.person_id, each)
        for each in first.values():
            self._among_peers(each)
        return made

    def _known(self, held: HeldTalk) -> Known | None:
        """A talk of two who have accounts; a peer who advised is a guest."""
        people = self.company.people
        person, other = people.get(held.rep_key), people.get(held.coach_key or 0)
        if person is None or other is None or held.kind not in (TalkKind.ONE_TO_ONE, TalkKind.PEER_SESSION):
            return None
        among_peers = held.kind == TalkKind.PEER_SESSION
        planned = Planned(TalkKind(held.kind), held.at, held.minutes, held.topic)
        return Known(person, planned, None if among_peers else other, (other,) if among_peers else ())

    def _write(self, talk: Talk, place: int) -> None:
        """What was written down in a talk: its step's questions, a note, and who will do what."""
        variants = _OF_STEP.get(talk.topic)
        coach = talk.coach
        if not variants or coach is None:
            return
        said = variants[place % len(variants)]
        talks.write_words(talk, {"lesson": said.lesson, "serves": said.serves})
        end = min(talk.planned_at + timedelta(minutes=talk.minutes), self.company.now)
        if (note := talks.note(talk, coach, said.note)) is not None:
            dated([note], at=end)
        self._promise(talk, talk.person, said.promise, end, 5 + 3 * (place % 3))
        if place % 3 == 0:
            self._promise(talk, coach, f"Listen in on one call at the {talk.topic} step", end, 10)

    def _promise(self, talk: Talk, owner: Person, text: str, at: datetime, days: int) -> None:
        """What somebody will do; of some it is known by now whether it was done."""
        company = self.company
        made = commitments.make(owner, text, company.day_of(at) + timedelta(days=days), talk=talk)
        if made is None:
            return
        dated([made], made_at=at)
        if made.due_on < company.today:
            answered = company.working(made.due_on, 0, 17)
            held = _HELD[how_many_before(made) % len(_HELD)]
            commitments.answer(owner, made.pk, held, now=answered, today=company.today)

    def _ahead(self, last: Talk) -> None:
        """The next one of a pair: in the week after the last, on the same day."""
        company = self.company
        at = last.planned_at
        while at <= company.now:
            at += timedelta(weeks=1)
        talks.plan(last.person, Planned(TalkKind.ONE_TO_ONE, at, 30), coach=last.coach, today=company.today)

    def _among_peers(self, talk: Talk) -> None:
        """What somebody found hardest, by what their buyers had objected most until then."""
        company = self.company
        key = company.roster.key_of(talk.person.rep_id)
        if key is None:
            return
        before = company.earlier(talk.planned_at)
        hardest = next(iter(objected(before, [key])[key]), "")
        if hardest not in _ADVICE:
            return
        words = {
            "hardest": f"What I hear most, and have no good answer to: {reason_words(hardest)}.",
            "advice": _ADVICE[hardest],
            "will_try": _TRIES[hardest],
        }
        talks.write_words(talk, words)
        talks.show(talk, self._chosen(key, talk.planned_at))

    def _chosen(self, key: int, at: datetime) -> list[str]:
        """Of the kind of touch that somebody made most until then, some that nobody answered and some that were."""
        company = self.company
        before, own = company.earlier(at), company.scope.only(key)
        cells = on_base(before, own, by=("play",)).cells
        if not cells:
            return []
        most = max(cells, key=lambda each: (each.efforts, str(each.keys["play"])))
        laid = side_by_side(before, own, str(most.keys["play"]), most=SHOWN)
        return [each.effort_id for each in (*laid.unanswered, *laid.answered)]
