"""What a talk between a coach and a rep can be about: only what both may see, the same list for both.

A finding that the rep has first, or keeps to themselves, is not on it, on the rep's own page neither: what stands here
can be spoken of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from answerback.analysis.on_base import on_base
from answerback.people.access import viewer_of
from answerback.people.learning import seen
from answerback.people.learning.models import Commitment, Debrief, Practice, Talk
from answerback.people.models import Person
from answerback.present.talks import topic_text
from answerback.web.answering.asking import Asking
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import NothingBuilt, NotReady
from answerback.web.shown.cards import Card, card

MOST = 5
"""So many of each are listed: a talk is short."""
MOST_KINDS = 12


@dataclass(frozen=True, slots=True)
class Agenda:
    """What can be spoken of; `ready` is false while findings are worked out."""

    cards: tuple[Card, ...]
    plays: tuple[str, ...]
    """The kinds of touch of the findings."""
    debriefs: tuple[Debrief, ...]
    commitments: tuple[Commitment, ...]
    practices: tuple[Practice, ...]
    ready: bool = True

    @property
    def empty(self) -> bool:
        """Whether there is nothing on it."""
        return not (self.cards or self.debriefs or self.commitments or self.practices)


def agenda_of(asking: Asking, talk: Talk) -> Agenda | None:
    """The agenda of a talk that somebody leads; None for others."""
    if talk.coach is None:
        return None
    coach, person, today = talk.coach, talk.person, asking.viewer.today
    standing = seen.commitments_between(coach, person, today).filter(held="").order_by("due_on", "pk")
    shared: dict[str, Any] = {
        "debriefs": tuple(seen.debriefs_shared(coach, person, today)[:MOST]),
        "commitments": tuple(standing[: 2 * MOST]),
        "practices": tuple(seen.practices_shown(coach, person, today).order_by("-starts_on")[:MOST]),
    }
    try:
        cards, plays = _findings(asking, coach, person)
    except (NotReady, NothingBuilt):
        return Agenda((), (), **shared, ready=False)
    return Agenda(cards, plays, **shared)


def _findings(asking: Asking, coach: Person, person: Person) -> tuple[tuple[Card, ...], tuple[str, ...]]:
    """What is about this person and open, and on the page of both."""
    board, key_of, today = board_of(asking.desk), asking.desk.roster().key_of, asking.viewer.today
    both = [viewer_of(each, key_of, today) for each in (coach, person)]
    own = both[1].own_key
    if own is None:
        return (), ()
    about = [each for each in board.gathered.findings if each.open and each.finding.subject.key == own]
    found = [
        each
        for each in about
        if each.finding.subject.kind == "rep"
        and all(board.seen_by(viewer, each.finding.finding_id) is not None for viewer in both)
    ]
    latest = sorted(found, key=lambda each: (each.finding.raised_on, each.finding.finding_id), reverse=True)[:MOST]
    plays = dict.fromkeys(each.finding.play for each in latest if each.finding.play)
    return tuple(card(each, board.names) for each in latest), tuple(plays)


def topics_of(asking: Asking, talk: Talk, agenda: Agenda | None) -> list[tuple[str, str]]:
    """What a talk can have been about, as the log takes it and as it is shown: kinds of touch, then steps."""
    kinds = [*(agenda.plays if agenda is not None else ()), *own_kinds(asking, talk.person)]
    told = {play: topic_text(play) for play in kinds[:MOST_KINDS]}
    return [*told.items(), *((step, topic_text(step, {step})) for step in steps_of(asking))]


def steps_of(asking: Asking) -> list[str]:
    """The steps of an open chain, as the playbook has them."""
    try:
        stages = asking.desk.once(("stages",), lambda reader: reader.playbook.stage)
    except NothingBuilt:
        return []
    return list(dict.fromkeys(each.step or each.name for each in stages if not each.outcome))


def own_kinds(asking: Asking, person: Person) -> list[str]:
    """The kinds of touch that somebody makes, the most frequent first, as far as whoever asks may see them."""
    key = asking.desk.roster().key_of(person.rep_id) if person.rep_id else None
    scope = asking.scope("talk").only(key) if key is not None else None
    if scope is None or not scope.stretches:
        return []
    cells = asking.desk.once(("own kinds", scope), lambda reader: on_base(reader, scope, by=("play",)).cells)
    return [str(each.keys["play"]) for each in sorted(cells, key=lambda each: (-each.efforts, str(each.keys["play"])))]
