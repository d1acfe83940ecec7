"""What ended and can be looked back on, as the mirror, a deal's page and the list of debriefs offer it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from answerback.analysis.ended.endings import Ended, Ends, is_late
from answerback.analysis.reader import Reader
from answerback.domain.workdays import weekdays_of
from answerback.people.learning import commitments, seen
from answerback.people.learning.models import Debrief, DebriefOf, Held, Practice
from answerback.people.learning.models import Ended as EndedAs
from answerback.web.answering.asking import Asking
from answerback.web.answering.ended import companies_of, ended_lately, is_of_deal, own_endings


@dataclass(frozen=True, slots=True)
class Offer:
    """An ending, and the debrief of it where one was begun.

    Attributes:
        name: What it is of.
        what: How it ended; empty where the name says it.
        ended_at: When.
        of: What is begun: `deal`, `case` or `practice`.
        deal_id, at, practice: What names it: the deal, of a case when it was closed, the number of a practice.
        number, closed: The debrief, and whether it is closed; None where none was begun.
    """

    name: str
    what: str
    ended_at: datetime
    of: str
    deal_id: str = ""
    at: str = ""
    practice: int | None = None
    number: int | None = None
    closed: bool = False


def looking_back(asking: Asking) -> dict[str, Any]:
    """For one's mirror: what ended lately and is not looked back on, and steps whose day has come."""
    person = asking.viewer.person
    offered = [each for each in offers(asking, ended_lately(asking)) if not each.closed]
    return {
        "lately": [*offered, *_practices(asking)],
        "steps": commitments.due(person, asking.desk.today()),
        "held": Held.choices,
    }


def without_debrief(asking: Asking, most: int) -> list[Offer]:
    """One's own endings that nobody looked back on, the latest first."""
    known = {_of(each) for each in seen.own_debriefs(asking.viewer.person)}
    left = [each for each in own_endings(asking) if _ending(each) not in known]
    return offers(asking, left[:most])


def looked_back(asking: Asking, deal_id: str) -> dict[str, Any]:
    """For a deal's page: one's own endings of it, and debriefs of it that others shared under their name."""
    person = asking.viewer.person
    own = offers(asking, [each for each in own_endings(asking) if each.deal_id == deal_id])
    shared = seen.debriefs(person, asking.viewer.today).filter(chain_id=deal_id).exclude(owner=person)
    return {"own": own, "shared": list(shared.select_related("owner").order_by("pk"))}


def offers(asking: Asking, found: Iterable[Ended]) -> list[Offer]:
    """Endings with what they are called and the debriefs that were begun of them."""
    found = list(found)
    if not found:
        return []
    begun = {_of(each): each for each in seen.own_debriefs(asking.viewer.person)}
    companies = companies_of(asking, [each.deal_id for each in found])
    return [_offer(each, companies.get(each.deal_id, each.deal_id), begun.get(_ending(each))) for each in found]


def _offer(ended: Ended, company: str, begun: Debrief | None) -> Offer:
    case = ended.ends is Ends.CASE
    said = {Ends.WON: _("won"), Ends.LOST: _("lost"), Ends.CASE: _("a service case was closed")}
    return Offer(
        name=company,
        what=str(said[ended.ends]),
        ended_at=ended.ended_at,
        of=DebriefOf.CASE if case else "deal",
        deal_id=ended.deal_id,
        at=ended.ended_at.isoformat() if case else "",
        number=begun.pk if begun is not None else None,
        closed=begun is not None and begun.closed_at is not None,
    )


def _practices(asking: Asking) -> list[Offer]:
    """Practices that were dropped within the last two working days."""
    dropped = seen.practices(asking.viewer.person).filter(
        ended_as=EndedAs.DROPPED, ended_at__isnull=False, debriefs__closed_at=None
    )
    weekdays = asking.desk.once(("working days",), _weekdays) if dropped else frozenset()
    today, zone = asking.desk.today(), asking.desk.zone
    return [
        Offer(each.what, "", each.ended_at, DebriefOf.PRACTICE, practice=each.pk, number=_begun(each))
        for each in dropped
        if each.ended_at is not None and is_late(each.ended_at.astimezone(zone).date(), weekdays, today)
    ]


def _begun(practice: Practice) -> int | None:
    found = practice.debriefs.first()
    return found.pk if found is not None else None


def _weekdays(reader: Reader) -> frozenset[int]:
    return weekdays_of(day for shift in reader.playbook.organisation.working_hours for day in shift.days)


def _ending(ended: Ended) -> tuple[bool, str, datetime | None]:
    """What tells one ending from another: of a deal there is one, of cases each is its own."""
    case = ended.ends is Ends.CASE
    return not case, ended.deal_id, ended.ended_at if case else None


def _of(debrief: Debrief) -> tuple[bool, str, datetime | None]:
    deal = is_of_deal(debrief.of)
    return deal, debrief.chain_id, None if deal else debrief.ended_at
