"""Debriefs of deals that ended: whose, of which chains, with what they showed, and shared with whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle

from answerback.analysis.court.by_chain import BallsByChain
from answerback.analysis.ended.endings import Ended, Ends, endings_of
from answerback.analysis.ended.facts import Facts, facts_of
from answerback.analysis.risk.attempts import Tried
from answerback.people.learning import commitments, debriefs
from answerback.people.learning.debriefs import Ending, Said, Step
from answerback.people.learning.models import Debrief, DebriefOf, Held, Reach
from answerback.people.lived_in.company import Company, dated
from answerback.people.lived_in.words_of_endings import Cause, Wording, own_reasons
from answerback.people.models import Person, Role
from answerback.present.debriefs import KNOWN_KINDS, OBSTACLES
from answerback.workspace.known import sources_knowing_each

WITHIN = timedelta(weeks=10)
FRESH = timedelta(days=4)
"""What ended later has no debrief yet: it is for whoever looks in to begin."""
DUE_DAYS = 14
_FEWEST_TOUCHES = 2
_NO_DECISION = frozenset({"no decision", "indecision"})
_REACHES = (
    (Reach.EVERYBODY, False),
    (Reach.EVERYBODY, False),
    (Reach.MANAGER, False),
    (Reach.EVERYBODY, True),
    (Reach.EVERYBODY, False),
    (Reach.NOBODY, False),
)
"""With whom one after the other is shared, and whether without a name."""
_HELD = (Held.YES, Held.PARTLY, Held.YES, Held.NO, Held.YES, Held.NO_LONGER)


@dataclass(frozen=True, slots=True)
class Looked:
    """A debrief that was written: of which ending, what its chain showed, at which step, what it was put down to."""

    debrief: Debrief
    ended: Ended
    facts: Facts
    step: str
    cause: Cause


@dataclass(eq=False)
class LookingBack:
    """Writes the debriefs of a company."""

    company: Company
    balls: BallsByChain
    tried: Mapping[int, tuple[Tried, ...]]
    wording: Wording = field(default_factory=Wording)

    def all_of_them(self) -> list[Looked]:
        """One or two of each rep, the earliest ending first."""
        reps = self.company.those(Role.REP)
        chosen = [(reps[key], each) for place, key in enumerate(reps) for each in self._chosen(key, place)]
        chosen.sort(key=lambda pair: (pair[1][0].ended_at, pair[1][0].deal_id))
        reaches, answers = cycle(_REACHES), cycle(_HELD)
        known = sources_knowing_each(self.company.home, "deal", {each.deal_id for _, (each, _) in chosen})
        looked = [
            self._write(owner, ended, facts, min(known[ended.deal_id], default="")) for owner, (ended, facts) in chosen
        ]
        for each, (reach, anonymous) in zip(looked, reaches, strict=False):
            self._share(each, reach, anonymous=anonymous)
            self._answer(each, answers)
        return looked

    def _chosen(self, key: int, place: int) -> list[tuple[Ended, Facts]]:
        """Of a rep's deals without an order one in which a buyer waited, else one of some weeks ago; of most one more.

        That is the latest that was won, or the latest that was not.
        """
        ends = self.endings(key)
        lost, won = ([each for each in ends if each.ends is how] for how in (Ends.LOST, Ends.WON))
        waited = [each for each in lost if self._waited(each)]
        other = (won, lost, [])[place % 3]
        chosen = [*(waited or lost[len(lost) // 2 :])[:1], *other[:1]]
        shown = [(each, self.facts(each)) for each in dict.fromkeys(chosen)]
        return [pair for pair in shown if pair[1].touches >= _FEWEST_TOUCHES]

    def endings(self, key: int) -> list[Ended]:
        """What ended of somebody's own in these weeks, and is over long enough to have been looked back on."""
        company = self.company
        found = endings_of(company.reader, company.scope.only(key), key, since=company.now - WITHIN)
        return [each for each in found if each.ended_at <= company.now - FRESH]

    def _waited(self, ended: Ended) -> bool:
        """Whether something of the buyer waited too long while it was open."""
        missed = (each.due_at for each in self.balls.of(ended.deal_key) if each.missed)
        return any(at is not None and ended.started_at <= at <= ended.ended_at for at in missed)

    def facts(self, ended: Ended) -> Facts:
        """What the chain of an ending showed until then."""
        company = self.company
        balls = self.balls.of(ended.deal_key)
        return facts_of(company.reader, company.scope, ended, balls, self.tried).of_kinds(KNOWN_KINDS)

    def _write(self, owner: Person, ended: Ended, facts: Facts, source: str) -> Looked:
        company, won = self.company, ended.ends is Ends.WON
        steps = {each.name: each.step or "" for each in company.reader.playbook.stage}
        step = steps.get(facts.typed_in, "")
        cause = self.wording.cause_of(facts, step, won=won)
        taught = self.wording.taught(cause)
        opened = company.working(company.day_of(ended.ended_at), 1, 8, 40)
        closed = opened + timedelta(minutes=3)
        own = () if won else own_reasons(cause, facts)
        heard = () if won else tuple(each for each in facts.buyer_said if each in OBSTACLES)
        said = Said(
            went=self.wording.went(facts, step, won=won),
            lesson=taught.lesson,
            serves=taught.serves,
            own_reasons=own,
            buyer_reasons=heard,
            unknown=frozenset(name for name, given in (("own", own), ("buyer", heard)) if not given),
        )
        made = debriefs.begin(owner, Ending(_sort_of(ended, facts), ended.deal_id, ended.ended_at))
        if source:
            debriefs.write_obstacles(company.home, made, said, facts.buyer_said, source=source, now=closed)
        due = company.day_of(closed) + timedelta(days=DUE_DAYS)
        debriefs.close(made, said, [Step(taught.step, due)], facts.values(), closed)
        dated([made], opened_at=opened)
        dated(made.steps.all(), made_at=closed)
        return Looked(made, ended, facts, step, cause)

    def _share(self, looked: Looked, reach: Reach, *, anonymous: bool) -> None:
        closed = looked.debrief.closed_at
        if closed is not None and reach != Reach.NOBODY:
            at = min(self.company.working(self.company.day_of(closed), 1, 11), self.company.now)
            debriefs.share(looked.debrief, reach, anonymous=anonymous, now=at)

    def _answer(self, looked: Looked, answers: Iterator[Held]) -> None:
        """Whether the step held, of those whose day is a while ago; the others are still to be asked after."""
        company = self.company
        for each in looked.debrief.steps.all():
            if each.due_on < company.today - timedelta(weeks=2):
                at = company.working(each.due_on, 1, 9)
                commitments.answer(looked.debrief.owner, each.pk, next(answers), now=at, today=company.today)


def _sort_of(ended: Ended, facts: Facts) -> DebriefOf:
    if ended.ends is Ends.WON:
        return DebriefOf.WON
    return DebriefOf.NO_DECISION if facts.reason in _NO_DECISION else DebriefOf.LOST
