"""Being forgotten: somebody asks, an admin confirms, and nothing names them in the log, the snapshots and here.

What stays of them is what a later load needs to leave them out again (see `workspace.forget`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from answerback.domain.errors import NotFoundError
from answerback.domain.playbook_file import playbook_at
from answerback.people import audit, groups, offices
from answerback.people.learning import commitments
from answerback.people.learning.models import Lesson
from answerback.people.models import Erasure, GroupVersion, Invitation, Look, Noted, Person, Reporting
from answerback.people.offices import LastAdmin
from answerback.workspace import forget as forgetting
from answerback.workspace.home import Home


@dataclass(frozen=True, slots=True)
class Gone:
    """What was removed, by kind, and what names the person still and is the organisation's own to change."""

    found: dict[str, int]
    left: tuple[str, ...]


def ask(person: Person) -> None:
    """Writes down that somebody wants to be forgotten."""
    _, new = Erasure.objects.get_or_create(person=person)
    if new:
        audit.note(person, "asked to be forgotten")


def think_again(person: Person) -> None:
    """Takes that back."""
    gone, _ = Erasure.objects.filter(person=person).delete()
    if gone:
        audit.note(person, "no longer asks to be forgotten")


def forget(actor: Person, person: Person, home: Home, *, now: datetime, today: date) -> Gone:
    """Forgets somebody: first in the log, which can fail and be done again, then their account.

    Args:
        actor: The admin who confirms.
        person: Who asked for it.
        home: The workspace.
        now: When it is done.
        today: The day that pages look from: what ends, ends on it.

    Raises LastAdmin, and BusyError while something is loaded or built.
    """
    if offices.is_last_admin(person, today):
        raise LastAdmin
    found, left = _in_the_log(person, home, now)
    _here(actor, person, today)
    return Gone(found, left)


def _in_the_log(person: Person, home: Home, now: datetime) -> tuple[dict[str, int], tuple[str, ...]]:
    if not person.rep_id:
        return {}, ()
    playbook = playbook_at(home.playbook)
    try:
        told = forgetting.forget(home, person.rep_id, playbook=playbook, now=now, of="rep")
    except NotFoundError:  # nothing of them was loaded, or it is forgotten already
        return {}, ()
    return told.found, told.left


@transaction.atomic
def _here(actor: Person, person: Person, today: date) -> None:
    """Their account and all that names them. A group that they were in ends: one fewer must not be shown beside it."""
    ids = [each for each in (person.rep_id, person.email) if each]
    for version in GroupVersion.objects.select_related("group__manager"):
        if person.rep_id and person.rep_id in version.rep_ids:
            if version.valid_to is None:
                groups.end(actor, version.group, today)
            kept = [each for each in version.rep_ids if each != person.rep_id]
            GroupVersion.objects.filter(pk=version.pk).update(rep_ids=[*kept, f"forgotten {person.pk}"])
    if person.rep_id:
        Look.objects.filter(rep_id=person.rep_id).delete()
        Reporting.objects.filter(rep_id=person.rep_id).delete()
    Invitation.objects.filter(email__iexact=person.email).delete()
    commitments.give_back(person)
    Lesson.objects.filter(author=person, shared_at=None).delete()  # what others read stays, without its author
    Noted.objects.filter(about__in=ids).update(about="")
    audit.note(actor if actor.pk != person.pk else None, "forgotten")
    person.delete()
