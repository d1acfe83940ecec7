"""Texts that nobody but their owner may read, put wherever somebody can write: each can be told from all others.

Every text is two made-up words. By the first it is searched for; the second is looked for, since a page of search says
what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from answerback.analysis.ended.endings import Ended, Ends, endings_of
from answerback.analysis.ended.facts import Facts
from answerback.analysis.lessons.matching import open_deals, places
from answerback.analysis.reader import ids_of
from answerback.domain.scope import Scope
from answerback.people.learning import commitments, debriefs, lessons, practices, surveys, talks
from answerback.people.learning.models import (
    Debrief,
    DebriefOf,
    Lesson,
    Practice,
    Reach,
    Rhythm,
    SurveyCount,
    SurveyTaken,
    Talk,
    TalkKind,
)
from answerback.people.learning.models import Ended as Dropped
from answerback.people.learning.survey_templates import SELLING
from answerback.people.models import Person
from answerback.people.tokens import make_token
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import desk

TYPED = "whisper"
"""With this every first word begins, and search goes by beginnings."""
CLOSED = ("closed", "to manager", "on wall", "nameless")
"""Debriefs of deals; the first is never shared."""
_COUNTED = 48_210_973


@dataclass(slots=True)
class Planted:
    """What was written, who may read it now, and the numbers of what holds it."""

    readers: dict[str, set[str]] = field(default_factory=dict)
    """By what it is, who may read it."""
    marks: dict[str, str] = field(default_factory=dict)
    """By what it is, what stands in a page that tells it, and nowhere else."""
    numbers: dict[str, list[str]] = field(default_factory=dict)
    """By the beginning of an address, ids of what is there."""

    def text(self, of: str, *readers: str) -> str:
        """A text for somebody to write, and who may read it."""
        letters = re.sub("[^a-z]", "", of)
        self.mark(of, f"zq{letters}qz", *readers)
        return f"{TYPED}{letters} zq{letters}qz"

    def mark(self, of: str, mark: str, *readers: str) -> None:
        """Something else that only some may learn."""
        self.readers[of], self.marks[of] = set(readers), mark

    def told_in(self, text: str) -> set[str]:
        """Which of it stands in a page."""
        return {of for of, mark in self.marks.items() if mark in text}

    def at(self, address: str, number: int | str) -> None:
        """That something stands at an address."""
        self.numbers.setdefault(address, []).append(str(number))


class Planter:
    """Writes whatever somebody can write, as the pages do."""

    def __init__(self, people: dict[str, Person], *, owner: str, manager: str, advises: str, peer: str) -> None:
        self.owner, self.manager = people[owner], people[manager]
        self.advises, self.peer = people[advises], people[peer]
        self.now, self.today = desk().moment(), desk().today()
        self.deal, self.step = _open_deal(self.owner)
        self.planted = Planted()
        self.debriefs: dict[str, Debrief] = {}
        self.lessons: dict[str, Lesson] = {}
        self.practice: Practice

    def own(self, of: str) -> str:
        """A text of which the owner is the one reader."""
        return self.planted.text(of, self.owner.name)

    def both(self, of: str, other: Person) -> str:
        """A text of two."""
        return self.planted.text(of, self.owner.name, other.name)

    def everything(self) -> Planted:
        """All of it, and nothing of it shared."""
        for part in (self._debriefs, self._lessons, self._practices, self._talks, self._commitments, self._polls):
            part()
        make_token(self.owner, self.own("name of a token"), writes=False, days=1, now=datetime.now(UTC))
        self.planted.mark("finding", _first_seen(self.peer), self.peer.name)
        return self.planted

    def share(self, everybody: Collection[str]) -> None:
        """Shares of each sort what can be shared, and keeps one of it private."""
        for name, reach in (("to manager", Reach.MANAGER), ("on wall", Reach.EVERYBODY), ("nameless", Reach.EVERYBODY)):
            assert debriefs.share(self.debriefs[name], reach, anonymous=name == "nameless", now=self.now)
        assert lessons.share(self.owner, self.lessons["shared"].pk, anonymous=False, now=self.now)
        assert lessons.thank(self.peer, self.lessons["shared"].pk, self.planted.text("thanks"))
        practices.show(self.practice, shown=True)
        readers, said = self.planted.readers, ("went", "lesson", "serves")
        to_manager = ["practice", "debrief on wall step", *(f"debrief to manager {part}" for part in (*said, "step"))]
        to_manager += [f"debrief {name} step of manager" for name in ("to manager", "on wall")]
        for of in to_manager:
            readers[of].add(self.manager.name)
        readers["debrief on wall step of peer"].add(self.peer.name)
        to_all = [f"debrief {name} {part}" for name in ("on wall", "nameless") for part in said]
        for of in (*to_all, "lesson shared", "thanks"):
            readers[of] |= set(everybody)

    def take_back(self) -> None:
        """Takes all of it back: it is its owner's alone again, and thanks for what nobody reads are nobody's."""
        for name in CLOSED[1:]:
            assert debriefs.share(self.debriefs[name], Reach.NOBODY, anonymous=False, now=self.now)
        assert lessons.take_back(self.owner, self.lessons["shared"].pk)
        practices.show(self.practice, shown=False)
        for of, readers in self.planted.readers.items():
            if of.startswith(("debrief", "lesson", "practice")):
                readers.intersection_update({self.owner.name})
        self.planted.readers["thanks"].clear()

    def _debriefs(self) -> None:
        sorts = {Ends.LOST: DebriefOf.LOST, Ends.WON: DebriefOf.WON}
        for name, each in zip(CLOSED, _endings(self.owner), strict=False):
            made = debriefs.begin(self.owner, debriefs.Ending(sorts[each.ends], each.deal_id, each.ended_at))
            steps = [debriefs.Step(self.own(f"debrief {name} step"), self.today)]
            for who, called in ((self.manager, "manager"), (self.peer, "peer")):
                steps.append(debriefs.Step(self.own(f"debrief {name} step of {called}"), self.today, who))
            assert debriefs.close(made, self._said(name), steps, Facts(touches=7).values(), self.now)
            self.debriefs[name] = made
            self.planted.at("debriefs/", made.pk)
            if name == "to manager":
                self.planted.at("deals/", each.deal_id)
        begun = debriefs.begin_of_decision(self.owner, self.now)
        debriefs.keep(begun, self._said("begun"))
        self.planted.at("debriefs/", begun.pk)

    def _said(self, name: str) -> debriefs.Said:
        went, lesson, serves = (self.own(f"debrief {name} {part}") for part in ("went", "lesson", "serves"))
        return debriefs.Said(went, lesson, serves, ("price",), ("timing",))

    def _lessons(self) -> None:
        for name in ("draft", "shared", "withdrawn"):
            said = lessons.Stated(self.own(f"lesson {name}"), step=self.step)
            made = lessons.state(self.owner, said, now=self.now, debrief=self.debriefs[CLOSED[0]])
            assert made is not None
            self.lessons[name] = made
            self.planted.at("lessons/", made.pk)
        lessons.share(self.owner, self.lessons["withdrawn"].pk, anonymous=False, now=self.now)
        lessons.withdraw(self.owner, self.lessons["withdrawn"].pk, now=self.now)

    def _practices(self) -> None:
        ended = self._practice("practice before", weeks_ago=9)
        Practice.objects.filter(pk=ended.pk).update(ended_at=self.now, ended_as=Dropped.DROPPED)
        debrief = debriefs.begin_of_practice(ended, self.now)
        debriefs.keep(debrief, self._said("of practice"))
        self.planted.at("debriefs/", debrief.pk)
        made = self._practice("practice", weeks_ago=2)
        why = self.own("practice change why")
        assert practices.change(desk().home, made, weeks=5, dose=3, why=why, now=self.now, today=self.today)
        self.practice = made

    def _practice(self, name: str, *, weeks_ago: int) -> Practice:
        chosen = practices.Chosen(self.own(name), why=self.own(f"{name} why"), lesson=self.lessons["draft"])
        began = self.now - timedelta(weeks=weeks_ago)
        made = practices.begin(desk().home, self.owner, chosen, baseline={}, now=began)
        self.planted.at("practice/", made.pk)
        return made

    def _talks(self) -> None:
        rhythm = Rhythm.objects.create(coach=self.manager, person=self.owner, first_at=self.now - timedelta(days=1))
        self.planted.at("talks/rhythms/", rhythm.pk)
        led = self._talk(TalkKind.ONE_TO_ONE, self.manager, coach=self.manager)
        commitments.make(self.owner, self.both("commitment in talk", self.manager), self.today, talk=led)
        peers = self._talk(TalkKind.PEER_SESSION, self.advises)
        peers.guests.set([self.advises])
        for talk, other in ((led, self.manager), (peers, self.advises)):
            assert talks.note(talk, other, self.both(f"note in {talk.kind}", other))
        self._talk(TalkKind.BUYER_INTERVIEW, self.owner)

    def _talk(self, kind: TalkKind, other: Person, *, coach: Person | None = None) -> Talk:
        made = Talk.objects.create(kind=kind, person=self.owner, coach=coach, planned_at=self.now)
        talks.write_words(made, {name: self.both(f"talk {kind} {name}", other) for name in talks.WORDS[kind]})
        self.planted.at("talks/", made.pk)
        return made

    def _commitments(self) -> None:
        made = commitments.make(self.owner, self.own("commitment"), self.today)
        assert made is not None
        self.planted.at("commitments/", made.pk)

    def _polls(self) -> None:
        """How an open poll stands so far, and who has answered it, nobody is told at all."""
        made = surveys.put(self.manager, "ready", self.today, 7)
        assert made is not None
        self.planted.at("surveys/", made.pk)
        self.planted.mark("count of answers", str(_COUNTED))
        question = surveys.template_of(made).questions[0].key
        SurveyCount.objects.create(survey=made, group=SELLING, question=question, value=5, n=_COUNTED)
        SurveyTaken.objects.create(survey=made, mark=self.planted.text("mark of who answered"))


def _endings(person: Person) -> list[Ended]:
    """Deals of somebody's own that ended, each once, the latest first."""
    key = desk().roster().key_of(person.rep_id)
    assert key is not None
    with desk().reading() as reader:
        found = endings_of(reader, Scope("test", everybody=True), key)
    return list({each.deal_id: each for each in found if each.ends is not Ends.CASE}.values())


def _open_deal(person: Person) -> tuple[str, str]:
    """A deal of somebody's own that is open, and the step at which it stands: lessons of that step fit it."""
    key = desk().roster().key_of(person.rep_id)
    assert key is not None
    with desk().reading() as reader:
        keys = open_deals(reader, key, most=20)
        steps = {each: place.step for each, place in places(reader, keys).items() if place.step}
        found = next(each for each in keys if each in steps)
        return ids_of(reader, [found], "deal")[found], steps[found]


def _first_seen(person: Person) -> str:
    """A finding about somebody that nobody else sees yet."""
    key, found = desk().roster().key_of(person.rep_id), board_of(desk()).gathered.findings
    return next(
        each.finding.finding_id
        for each in found
        if each.finding.subject.key == key and each.finding.others_from is None and each.state.shared_since is None
    )
