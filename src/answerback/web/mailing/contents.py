"""What stands in a digest: of one's own, in one's own scope, and never a finding about somebody else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from answerback.analysis.court.mine import is_cold
from answerback.analysis.own import moved
from answerback.analysis.weekly_rates import weekly_rates
from answerback.domain.findings import TURNS, Role
from answerback.domain.workdays import week_of
from answerback.people.access import viewer_of
from answerback.people.learning import seen
from answerback.people.learning.digests import Digest
from answerback.people.learning.models import Talk
from answerback.people.models import Person
from answerback.people.models import Role as Held
from answerback.present.charts import as_png, can_draw, describe_weekly, weekly_chart
from answerback.present.own import act_text, buyer_called
from answerback.present.spoken import spoken
from answerback.web.answering.asking import Asking
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import Desk, NotReady
from answerback.web.answering.lessons import fitting_own
from answerback.web.answering.waits import waiting_on_rep
from answerback.web.noted.marks import words_on_acts
from answerback.web.noted.turns import turns_of
from answerback.web.shown.cards import card
from answerback.web.shown.own import turn_shown

MOST_MOVED = 5
MOST_WEEKS = 13
PICTURE_WIDTH = 340
"""In points: with its axis as wide as a phone, so that its letters can be read there."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a letter is made of: its subject, values for its templates, and pictures by their name."""

    digest: Digest
    subject: str
    values: dict[str, Any]
    pictures: dict[str, bytes] = field(default_factory=dict)


def contents_of(desk: Desk, person: Person, digest: Digest) -> Contents | None:
    """A digest of somebody as of now; None where they have no part in such, or nothing stands in it.

    Raises NotReady while findings are worked out.
    """
    asking = Asking(viewer_of(person, desk.roster().key_of, desk.today()), desk)
    return _mirror(asking) if digest is Digest.MIRROR else _agenda(asking)


def _mirror(asking: Asking) -> Contents | None:
    key, desk = asking.viewer.own_key, asking.desk
    if key is None or not asking.viewer.is_a(Held.REP, Held.MANAGER):
        return None
    scope = asking.scope("digest").only(key)
    waits = waiting_on_rep(desk, scope, key)
    turns = turns_of(waits, words_on_acts(desk)).waiting
    warm = [each for each in turns if each.written_before and not is_cold(each, waits.as_of)]
    week = timedelta(weeks=1)
    found = desk.once(
        ("moved last week", scope, key),
        lambda reader: moved(reader, scope, key, length=week, buyers=MOST_MOVED),
    )
    card_, lesson = _one_finding(asking), _one_lesson(asking, key)
    if not (warm or found.count or card_):
        return None
    picture, described = _picture(asking, key)
    values = {
        "turns": [turn_shown(each, waits.as_of) for each in warm[:TURNS]],
        "more_turns": len(warm[TURNS:]),
        "waiting": len(warm),
        "touches": found.count,
        "buyers_moved": found.buyers,
        "forward": [
            {"who": buyer_called(each.buyer), "did": act_text(each.kind, each.subkind)} for each in found.touches
        ],
        "more_forward": found.buyers - len(found.touches),
        "card": card_,
        "lesson": lesson,
        "described": described,
    }
    return Contents(Digest.MIRROR, _subject(len(warm), found.buyers), values, picture)


def _subject(waiting: int, moved_on: int) -> str:
    """Of counts alone: a subject is read on locked screens.

    >>> _subject(2, 1)
    'Your week: 2 buyers wait on you, 1 moved'
    """
    who = "1 buyer waits on you" if waiting == 1 else f"{waiting} buyers wait on you"
    return f"Your week: {who}, {moved_on} moved"


def _one_finding(asking: Asking) -> Any:
    """The first finding of the week on one's own page; never one about another."""
    board = board_of(asking.desk)
    own = [each for each in board.page_of(asking.viewer, Role.REP) if each.finding.subject.key == asking.viewer.own_key]
    return card(own[0], board.names) if own else None


def _one_lesson(asking: Asking, key: int) -> Any:
    try:
        fits = fitting_own(asking.desk, asking.viewer.person, key)
    except NotReady:
        return None
    return next(iter(fits.values()), None)


def _picture(asking: Asking, key: int) -> tuple[dict[str, bytes], str]:
    if not can_draw():
        return {}, ""
    scope = asking.scope("digest").only(key)
    every = asking.desk.once(("weekly of all touches", scope), lambda reader: weekly_rates(reader, scope, {}))
    weekly = replace(every, weeks=every.weeks[-MOST_WEEKS:])
    if not weekly.weeks:
        return {}, ""
    title = "Touches that moved a buyer, week by week"
    drawn = asking.desk.once(
        ("weekly picture", scope),
        lambda _: as_png(weekly_chart(weekly, title, usual=None, began=None, width=PICTURE_WIDTH)),
    )
    return {"weeks": drawn}, spoken(describe_weekly(weekly, usual=None, began=None))


def _agenda(asking: Asking) -> Contents | None:
    """The talks that somebody leads this week: with whom and when, and nothing of what they are about."""
    zone = asking.desk.zone
    today = asking.desk.today()
    talks = [each for each in _led(asking.viewer.person) if week_of(_day(each, zone)) == week_of(today)]
    if not talks:
        return None
    rows = [{"talk": each, "who": each.person.name} for each in talks]
    count = "1 talk" if len(rows) == 1 else f"{len(rows)} talks"
    return Contents(Digest.AGENDA, f"This week: {count}", {"rows": rows, "zone": zone})


def _led(person: Person) -> list[Talk]:
    still = seen.talks(person).filter(coach=person, held_at=None, cancelled_at=None)
    return list(still.select_related("person").order_by("planned_at", "pk"))


def _day(talk: Talk, zone: Any) -> date:
    return timezone.localtime(talk.planned_at, zone).date()
