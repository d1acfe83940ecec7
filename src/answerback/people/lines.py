"""Who reports to whom. The systems propose; a line holds from the day on that an admin confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from answerback.analysis.roster import Member, Roster
from answerback.people import audit
from answerback.people.models import Person, Reporting


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the systems say and nobody has confirmed."""

    rep: Member
    manager: Person


def current(today: date) -> list[Reporting]:
    """The confirmed lines that hold, by manager and rep."""
    lines = Reporting.objects.exclude(confirmed_by=None).select_related("manager").order_by("manager__name", "rep_id")
    return [each for each in lines if each.holds(today)]


def proposed(roster: Roster, today: date) -> list[Proposal]:
    """What the systems say beyond what is confirmed, where the manager has an account; by manager and rep."""
    people = {roster.key_of(each.rep_id): each for each in Person.objects.exclude(rep_id="").filter(is_active=True)}
    known = {(roster.key_of(each.rep_id), each.manager_id) for each in current(today)}
    found = [
        Proposal(member, people[member.manager_key])
        for member in roster.members.values()
        if member.manager_key is not None and member.manager_key in people
    ]
    new = [each for each in found if (each.rep.key, each.manager.pk) not in known]
    return sorted(new, key=lambda each: (each.manager.name, each.rep.name, each.rep.key))


@transaction.atomic
def confirm(actor: Person, rep_id: str, manager: Person, since: date) -> None:
    """From a day on a rep reports to a manager, and to nobody else. Raises ValueError where they are one person."""
    if rep_id == manager.rep_id:
        raise ValueError
    for line in Reporting.objects.filter(rep_id=rep_id):
        if line.valid_to is None or line.valid_to > since:
            _end(line, since)
    Reporting.objects.update_or_create(
        rep_id=rep_id, manager=manager, valid_from=since, defaults={"valid_to": None, "confirmed_by": actor}
    )
    audit.note(actor, "line confirmed", rep_id)


def end(actor: Person, number: int, today: date) -> bool:
    """Ends a line today; False where there is none that holds."""
    line = Reporting.objects.filter(pk=number).first()
    if line is None or not line.holds(today):
        return False
    _end(line, today)
    audit.note(actor, "line ended", line.rep_id)
    return True


def _end(line: Reporting, day: date) -> None:
    if line.valid_from >= day:  # it never held
        line.delete()
        return
    line.valid_to = day
    line.save(update_fields=["valid_to"])
