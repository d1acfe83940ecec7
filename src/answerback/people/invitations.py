"""Invitations: an admin names an address, its roles and by which id the log knows it; a link lets them in, once.

The key in the link is shown to the admin and kept as a hash. It ends after a week, when it is taken, or when another
one is made for the same address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from answerback.people import audit, offices
from answerback.people.keys import hashed, new_key
from answerback.people.models import Invitation, Person, Role

LASTS = timedelta(days=7)
RENEWS_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is invited, and as what."""

    email: str
    name: str
    roles: tuple[Role, ...]
    rep_id: str = ""
    """Empty for whoever the log does not know."""


def objection_to(who: Invited) -> str:
    """Why somebody cannot be invited, in one of three words; empty where they can.

    `here`: somebody with this address has an account; `taken`: somebody else is known by this id; `idle`: no role.
    """
    if Person.objects.filter(email__iexact=who.email).exists():
        return "here"
    if who.rep_id and Person.objects.filter(rep_id=who.rep_id).exists():
        return "taken"
    return "" if who.roles else "idle"


@transaction.atomic
def renew(actor: Person, person: Person, *, now: datetime) -> str:
    """The key of a link with which somebody sets a new password, told this once; no earlier one holds any more.

    It does not let them in: they sign in with the password, and with their second factor where they have one.
    """
    Invitation.objects.filter(person=person, taken_at=None, withdrawn_at=None).update(withdrawn_at=now)
    key = new_key()
    Invitation.objects.create(
        email=person.email,
        name=person.name,
        person=person,
        hashed=hashed(key),
        invited_by=actor,
        expires_at=now + RENEWS_WITHIN,
    )
    audit.note(actor, "password link made", person.email)
    return key


def set_anew(invitation: Invitation, password: str, *, now: datetime) -> bool:
    """Sets the password by such a link; False where somebody was quicker. Whoever was signed in is so no more."""
    person = invitation.person
    found = Invitation.objects.filter(pk=invitation.pk, taken_at=None, withdrawn_at=None, expires_at__gt=now)
    if person is None or not person.is_active or not found.update(taken_at=now):
        return False
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.note(person, "password set by a link")
    return True


@transaction.atomic
def invite(actor: Person, who: Invited, *, now: datetime) -> str:
    """The key of a new invitation, told this once. Raises ValueError for whoever cannot be invited."""
    if objection_to(who):
        raise ValueError
    Invitation.objects.filter(email__iexact=who.email, taken_at=None, withdrawn_at=None).update(withdrawn_at=now)
    key = new_key()
    Invitation.objects.create(
        email=who.email.lower(),
        name=who.name,
        rep_id=who.rep_id,
        roles=[str(role) for role in who.roles],
        hashed=hashed(key),
        invited_by=actor,
        expires_at=now + LASTS,
    )
    audit.note(actor, "invited", who.email.lower())
    return key


def withdraw(actor: Person, number: int, *, now: datetime) -> bool:
    """Takes an invitation back; False where there is none that stands."""
    found = Invitation.objects.filter(pk=number, taken_at=None, withdrawn_at=None)
    email = next(iter(found.values_list("email", flat=True)), "")
    if not found.update(withdrawn_at=now):
        return False
    audit.note(actor, "invitation withdrawn", email)
    return True


def standing(*, now: datetime) -> list[Invitation]:
    """All that can still be taken, the newest first."""
    found = Invitation.objects.filter(person=None, taken_at=None, withdrawn_at=None, expires_at__gt=now)
    return list(found.select_related("invited_by").order_by("-made_at", "-pk"))


def by_key(key: str, *, now: datetime) -> Invitation | None:
    """The invitation that a link stands for, if it can still be taken."""
    return _first(Invitation.objects.filter(hashed=hashed(key)), now)


def by_address(email: str, *, now: datetime) -> Invitation | None:
    """The invitation of an address that a sign-in service vouches for."""
    return _first(Invitation.objects.filter(person=None, email__iexact=email).order_by("-made_at", "-pk"), now)


@transaction.atomic
def take(invitation: Invitation, name: str, password: str | None, *, now: datetime, today: date) -> Person | None:
    """Makes the account; None where somebody was quicker, or the address or the id has one by now."""
    found = Invitation.objects.filter(pk=invitation.pk, taken_at=None, withdrawn_at=None, expires_at__gt=now)
    roles = tuple(Role(role) for role in invitation.roles)
    who = Invited(invitation.email, name, roles, invitation.rep_id)
    if objection_to(who) or not found.update(taken_at=now):
        return None
    person = Person.objects.create_user(who.email, password, name=name, rep_id=who.rep_id, told_at=now)
    for role in roles:
        offices.appoint(invitation.invited_by, person, role, today)
    audit.note(person, "invitation taken")
    return person


def _first(found: Iterable[Invitation], now: datetime) -> Invitation | None:
    return next((each for each in found if each.stands(now)), None)
