"""The people of a practice company's workspace: once it is built, everybody in it has an account."""

from __future__ import annotations

from datetime import datetime

from answerback.people.models import Organisation
from answerback.people.practice import Seller, people_of_practice
from answerback.simulate.envelope import envelope_in
from answerback.web.answering.desk import Desk


def settle(desk: Desk, *, now: datetime) -> Organisation | None:
    """Makes the people of a practice company, once; None where the workspace is nobody's practice company."""
    envelope = envelope_in(desk.home.root)
    if envelope is None:
        return None
    known = Organisation.objects.first()
    if known is not None:
        return known if known.practice else None
    roster = desk.roster()
    sellers = [
        Seller(each.rep_id, each.name, each.email, roster.id_of(each.manager_key)) for each in roster.members.values()
    ]
    return people_of_practice(envelope.company, sellers, now=now) if sellers else None
