"""What managers see of their people: chosen by the organisation, written down, and told to everybody."""

from __future__ import annotations

from datetime import datetime

from answerback.people import audit
from answerback.people.models import Organisation, Person, Visibility


def choose(actor: Person, organisation: Organisation, chosen: Visibility, *, now: datetime) -> bool:
    """Writes a choice down; False where it was chosen already. From now on everybody is told until they say so."""
    if organisation.visibility == chosen:
        return False
    organisation.visibility, organisation.chosen_at, organisation.chosen_by = chosen, now, actor
    organisation.save()
    audit.note(actor, f"visibility: {chosen}")
    return True


def is_news(person: Person, organisation: Organisation | None) -> bool:
    """Whether somebody has yet to be told what was chosen."""
    if organisation is None or organisation.chosen_at is None:
        return False
    return person.told_at is None or person.told_at < organisation.chosen_at


def told(person: Person, *, now: datetime) -> None:
    """Writes down that somebody knows."""
    person.told_at = now
    person.save(update_fields=["told_at"])
