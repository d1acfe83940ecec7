"""The manager's page: what to talk about, with whom; never a ranking. People stand in the order of the alphabet.

Where the organisation chose groups, nobody stands here but who invited the manager; what is summed up is whole groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.court.too_long import TooLong, too_long
from answerback.analysis.findings.gathering import Standing
from answerback.analysis.on_base import Cell, on_base
from answerback.analysis.together.us import monday_of
from answerback.domain.answers import Rate
from answerback.domain.findings import FindingKind, Role
from answerback.domain.scope import Scope
from answerback.people.access import GroupSeen
from answerback.people.models import Visibility
from answerback.present.findings import VERDICTS
from answerback.present.on_base import interval_text
from answerback.present.words import short
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.board import Board, board_of
from answerback.web.answering.waits import late_within
from answerback.web.noted.marks import marked_events
from answerback.web.rights import Right, needs
from answerback.web.shown.cards import Card, card
from answerback.web.shown.leading import coached, own_part

MOST_WAITING = 3
MOST_IN_A_SENTENCE = 12
"""So many names are read one after another; more stand in a list, one step away."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing to talk about, and whose it is."""

    card: Card
    whose: str
    new: bool
    """Whether it is of this week."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What a conversation with one person can be about."""

    name: str
    rep_id: str
    topics: tuple[Topic, ...]
    waiting: tuple[TooLong, ...]
    more_waiting: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to raise."""
        return not self.topics and not self.waiting


@needs(Right.MANAGER)
def team(request: HttpRequest) -> HttpResponse:
    """Whom to talk to about what, after one's own mirror."""
    asking = asked(request)
    board = board_of(asking.desk)
    scope = asking.scope("team")
    late = _late(asking, scope)
    topics = _topics(asking, board)
    talks = _talks(asking, topics, late)
    with_topics = [each for each in talks if not each.empty]
    named = {topic.card.finding_id for each in talks for topic in each.topics}
    quiet = [each for each in talks if each.empty]
    context: dict[str, Any] = {
        "known": asking.viewer.own_key is not None,
        "groups_only": asking.viewer.chosen == Visibility.GROUPS,
        "undecided": not asking.viewer.chosen,
        "talks": with_topics,
        "quiet": quiet,
        "many_quiet": len(quiet) > MOST_IN_A_SENTENCE,
        "work": [each for _, each in topics if each.card.finding_id not in named],
        "topics": sum(len(each.topics) for each in with_topics),
        "groups": [_group(asking, each) for each in asking.groups("team")],
        "own_late": [each for each in late if each.rep_key == asking.viewer.own_key],
        "own_cards": len(board.page_of(asking.viewer, Role.REP)),
        "as_of": asking.desk.as_of(),
        "part": own_part(asking, board),
        **coached(asking, scope),
    }
    return render(request, "pages/team.html", context)


def _late(asking: Asking, scope: Scope) -> list[TooLong]:
    """Buyers who wait too long on whoever the manager sees, but for those who were marked since the last build."""
    found = late_within(asking.desk, scope)
    marked = marked_events(asking.desk)
    return [each for each in found if each.event_id not in marked]


def _topics(asking: Asking, board: Board) -> list[tuple[Standing, Topic]]:
    """Findings on the manager's page, those of this week first."""
    now = board.page_of(asking.viewer, Role.MANAGER)
    earlier = board.earlier_of(asking.viewer, Role.MANAGER)
    found = [*((each, True) for each in now), *((each, False) for each in earlier)]
    return [(each, Topic(_card(asking, board, each), _whose(each), new)) for each, new in found]


def _card(asking: Asking, board: Board, standing: Standing) -> Card:
    return card(standing, board.names, figures=board.figures_for(asking.viewer, asking.scope("team"), standing))


def _whose(standing: Standing) -> str:
    """Whether it is the person or the system, where that is a question."""
    finding = standing.finding
    if finding.kind not in (FindingKind.CHANGE, FindingKind.VERDICT):
        return ""
    if finding.kind is FindingKind.CHANGE and finding.verdict is not None:
        return ""  # the card says it
    said = VERDICTS[finding.verdict] if finding.verdict is not None else "cannot tell yet"
    return said[:1].upper() + said[1:]


def _talks(asking: Asking, topics: list[tuple[Standing, Topic]], late: Iterable[TooLong]) -> list[Talk]:
    """A talk for each person who reports to the manager and whom they may see, by name."""
    roster = asking.desk.roster()
    by_rep: dict[int, list[Topic]] = {}
    for standing, topic in topics:
        subject = standing.finding.subject
        if subject.kind == "rep" and subject.key is not None and subject.key != asking.viewer.own_key:
            by_rep.setdefault(subject.key, []).append(topic)
    seen = {each.key for each in asking.viewer.led} if asking.viewer.chosen == Visibility.PERSON_FIRST else set()
    waiting = _by_company(late)
    keys = sorted((seen | by_rep.keys()) - {asking.viewer.own_key}, key=lambda key: (roster.called(key).lower(), key))
    return [
        Talk(
            name=roster.called(key),
            rep_id=roster.id_of(key) if key in seen else "",
            topics=tuple(by_rep.get(key, ())),
            waiting=tuple(waiting.get(key, ())[:MOST_WAITING]),
            more_waiting=max(0, len(waiting.get(key, ())) - MOST_WAITING),
        )
        for key in keys
    ]


def _by_company(late: Iterable[TooLong]) -> dict[int, list[TooLong]]:
    """By rep, each company once, with the one that waits longest."""
    found: dict[int, dict[str, TooLong]] = {}
    for each in late:
        found.setdefault(each.rep_key, {}).setdefault(each.account_id or each.event_id, each)
    return {rep: list(companies.values()) for rep, companies in found.items()}


def _group(asking: Asking, group: GroupSeen) -> dict[str, Any]:
    """A whole group as one sum, as of Monday: two looks within a week differ by nothing that one person did."""
    cells: tuple[Cell, ...] = asking.desk.once(
        ("group", group.scope), lambda reader: on_base(monday_of(reader), group.scope, by=()).cells
    )
    waiting = asking.desk.once(("too long", group.scope), lambda reader: too_long(monday_of(reader), group.scope))
    told: dict[str, Any] = {"name": group.name, "size": group.size, "late": len(waiting)}
    if cells:
        rate = cells[0].rate
        told |= {"touches": cells[0].efforts, "moved": cells[0].on_base}
        told["rate"] = interval_text(rate) if isinstance(rate, Rate) else short(rate)
    return told
