"""The people of a made-up company: an account for everybody in it, for trying each role with one click."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from answerback.people.models import Appointment, Organisation, Person, Reporting, Role, Visibility

BESIDE = (
    ("operations@practice.example", "Revenue operations", Role.OPERATIONS),
    ("enablement@practice.example", "Enablement", Role.ENABLEMENT),
    ("admin@practice.example", "Admin", Role.ADMIN),
)
"""Who is in no sales log, and has a page all the same."""
_FIRST_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Seller:
    """Somebody in the log."""

    rep_id: str
    name: str
    email: str
    manager_id: str
    """Empty for whoever reports to nobody."""


@transaction.atomic
def people_of_practice(name: str, sellers: Iterable[Seller], *, now: datetime) -> Organisation:
    """An organisation in which everybody has an account without a password; made once, and left as it is after.

    Who leads nobody is a rep; who leads reps, a manager; who leads managers, a leader.
    """
    known = Organisation.objects.first()
    if known is not None:
        return known
    made = Organisation.objects.create(name=name, practice=True, visibility=Visibility.PERSON_FIRST, chosen_at=now)
    everybody = {each.rep_id: each for each in sellers}
    leads = {each.manager_id for each in everybody.values()} & everybody.keys()
    leads_leaders = {everybody[each].manager_id for each in leads} & everybody.keys()
    accounts = {}
    for each in everybody.values():
        address = each.email or f"{each.rep_id}@practice.example"
        accounts[each.rep_id] = Person.objects.create_user(address, name=each.name, rep_id=each.rep_id, told_at=now)
        role = Role.LEADER if each.rep_id in leads_leaders else Role.MANAGER if each.rep_id in leads else Role.REP
        Appointment.objects.create(person=accounts[each.rep_id], role=role, valid_from=_FIRST_DAY)
    for address, called, role in BESIDE:
        person = Person.objects.create_user(address, name=called, told_at=now)
        Appointment.objects.create(person=person, role=role, valid_from=_FIRST_DAY)
    admin = Person.objects.get(email=BESIDE[-1][0])
    for each in everybody.values():
        if each.manager_id in accounts:
            boss = accounts[each.manager_id]
            Reporting.objects.create(rep_id=each.rep_id, manager=boss, valid_from=_FIRST_DAY, confirmed_by=admin)
    return made
