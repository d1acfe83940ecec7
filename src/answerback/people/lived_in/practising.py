"""Two practices: one that is running, and one that is over. What came of it the product works out as for everybody."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from answerback.analysis.lift.practised import Answer, Kind, Outcome, own_kinds
from answerback.analysis.own_days import touches_by_day
from answerback.domain.workdays import MONDAY_TO_FRIDAY
from answerback.people.learning import debriefs, practices
from answerback.people.learning.debriefs import Said
from answerback.people.learning.models import Debrief, Ended, Practice, Reach, Talk, TalkKind
from answerback.people.learning.practices import Chosen
from answerback.people.lived_in.company import Company, dated
from answerback.people.models import Person, Role

BEGAN_WEEKS_AGO = (4, 11)
"""The one that is running, and the one that is over."""
WEEKS = 6
LEAST_TOUCHES = 24
"""In the twelve weeks before, so that there is something to compare with."""
SETTLED_DAYS = 14
"""So many days after its end its owner decides: the last touches have waited for their answers by then."""
_KEPT = 0.7
"""Of what was meant so much was done: then it was kept up."""
_DOSE_OF = 0.6
"""Of the touches of a usual week, so many are to be made in the new way."""
_CHANGES = MappingProxyType(
    {
        "call": (
            ("Begin every call with what they did last", "I talk about ours first, and they only listen."),
            ("End every call with a day that both of us write down", "After a call nobody knows who is to move."),
        ),
        "email": (
            ("End every mail with one question that takes a line to answer", "My mails end without asking anything."),
            ("Leave out of every mail what they did not ask for", "My mails say everything, and nothing is asked."),
        ),
        "meeting": (
            ("Fix the next step and its day before a meeting ends", "The day after nobody knows who is to move."),
            ("Ask who else is concerned before a meeting ends", "The next time somebody sits there who hears it new."),
        ),
    }
)
"""By channel small changes, and why each."""


@dataclass(frozen=True, slots=True)
class Practising:
    """Begins the practices of a company."""

    company: Company
    talks: tuple[Talk, ...]

    def peers(self) -> frozenset[int]:
        """Who was in a talk among peers: it may do something of its own, and what came would be its doing as well."""
        among = [each for each in self.talks if each.kind == TalkKind.PEER_SESSION]
        guests = {guest.pk for each in among for guest in each.guests.all()}
        return frozenset({each.person_id for each in among} | guests)

    def begin_all(self) -> list[Practice]:
        """One that is running and one that is over, of two people who were in no talk among peers."""
        peers = self.peers()
        made: list[Practice] = []
        for weeks in BEGAN_WEEKS_AGO:
            taken = {each.person_id for each in made}
            managers = {self._manager(each.person) for each in made}
            one = self._begin(weeks, peers | taken, managers, len(made))
            made += [one] if one is not None else []
        return made

    def _begin(
        self, weeks: int, without: Collection[int], managers: Collection[int | None], turn: int
    ) -> Practice | None:
        """Begins one with the first of a team that has none yet who makes enough touches of some kind."""
        company = self.company
        at = company.weeks_ago(weeks, hour=16)
        for key, person in company.those(Role.REP).items():
            if person.pk in without or self._manager(person) in managers:
                continue
            before = company.earlier(at)
            kind = _most(own_kinds(before, company.scope.only(key), key))
            if kind is None:
                continue
            what, why = _CHANGES[kind.play][turn]
            chosen = Chosen(what, kind.play, dose_of(kind), WEEKS, why)
            baseline = {"touches": kind.touches, "moved": kind.moved, "as_of": at.isoformat()}
            made = practices.begin(company.home, person, chosen, baseline=baseline, now=at)
            practices.show(made, shown=True)
            count_days(company, made, key)
            return made
        return None

    def _manager(self, person: Person) -> int | None:
        key = self.company.roster.key_of(person.rep_id)
        found = self.company.manager_of(key) if key is not None else None
        return found.pk if found is not None else None


def count_days(company: Company, practice: Practice, key: int) -> None:
    """By its owner's word: of the touches that were made on a day no more than there were, nor than were meant."""
    made = touches_by_day(company.reader, company.scope.only(key), key, practice.play, practice.starts_on)
    left, week = practice.dose, practice.starts_on
    for day, touches in made.items():
        if day >= min(practice.ends_on, company.today):
            break
        monday = day - timedelta(days=day.weekday())
        if monday != week:
            left, week = practice.dose, monday
        done = min(touches, left)
        if done:
            practices.count(practice, day, done)
            left -= done


def conclude(company: Company, practice: Practice, outcome: Outcome | None) -> Debrief | None:
    """What its owner makes of a result: a habit, dropped and looked back on, or nothing as long as it is open."""
    over = company.today >= practice.ends_on and practice.ended_at is None
    if outcome is None or not over or outcome.answer is Answer.CANNOT_TELL:
        return None
    at = company.working(practice.ends_on, SETTLED_DAYS, 9)
    ended = Ended.HABIT if outcome.answer is Answer.WORKED else Ended.DROPPED
    practices.end(company.home, practice, ended, now=at, today=company.today)
    if ended is Ended.HABIT:
        return None
    made = debriefs.begin_of_practice(practice, at)
    done = practices.progress(practice, practice.ends_on, MONDAY_TO_FRIDAY)
    kept = done.done >= _KEPT * done.of
    said = Said(
        went="I wanted more of them to move, and changed one small thing. It did not bring enough to matter.",
        lesson="I kept it up, and it was not what they wait for." if kept else "I meant it more than I did it.",
        serves="The next thing that I try is one that they would notice.",
        unknown=frozenset({"own", "steps"}),
    )
    debriefs.close(made, said, (), {}, at + timedelta(minutes=2))
    debriefs.share(made, Reach.EVERYBODY, anonymous=False, now=at + timedelta(hours=2))
    dated([made], opened_at=at)
    return made


def dose_of(kind: Kind) -> int:
    """How many touches a week are meant to be made in the new way, by how many somebody makes."""
    return max(2, round(_DOSE_OF * kind.touches / 12))


def _most(kinds: Iterable[Kind]) -> Kind | None:
    """The channel with most touches, where there is enough of it to compare with."""
    found = [each for each in kinds if each.play in _CHANGES and each.touches >= LEAST_TOUCHES]
    return max(found, key=lambda each: (each.touches, each.play), default=None)
