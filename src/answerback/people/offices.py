"""Roles from a day to a day. Somebody is always left who can invite others."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from answerback.people import audit
from answerback.people.models import Appointment, Person, Role


class LastAdmin(Exception):
    """Nobody would be left who can let others in."""


def appoint(actor: Person | None, person: Person, role: Role, today: date) -> None:
    """Gives somebody a role from today on, unless they have it."""
    if role in person.roles_on(today):
        return
    Appointment.objects.update_or_create(person=person, role=role, valid_from=today, defaults={"valid_to": None})
    audit.note(actor, f"role given: {role}", person.email)


@transaction.atomic
def relieve(actor: Person, person: Person, role: Role, today: date) -> None:
    """Takes a role from today on. Raises LastAdmin."""
    if role == Role.ADMIN and is_last_admin(person, today):
        raise LastAdmin
    for held in person.appointments.filter(role=role):
        if held.holds(today):
            held.valid_to = today
            held.save()
            audit.note(actor, f"role taken: {role}", person.email)


@transaction.atomic
def let_go(actor: Person, person: Person, today: date) -> None:
    """Closes an account: whoever is signed in with it is so no more, and neither are its programs. Raises LastAdmin."""
    if is_last_admin(person, today):
        raise LastAdmin
    person.is_active = False
    person.save(update_fields=["is_active"])
    audit.note(actor, "account closed", person.email)


def let_back(actor: Person, person: Person) -> None:
    """Opens an account again, with the roles that it had."""
    person.is_active = True
    person.save(update_fields=["is_active"])
    audit.note(actor, "account opened", person.email)


def is_last_admin(person: Person, today: date) -> bool:
    """Whether nobody else could let others in."""
    admins = Appointment.objects.filter(role=Role.ADMIN, person__is_active=True).select_related("person")
    return {each.person_id for each in admins if each.holds(today)} == {person.pk}
