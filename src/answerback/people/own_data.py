"""All that is kept of somebody's account, as plain data for themselves. Secrets are not among it."""

from __future__ import annotations

from datetime import date
from typing import Any

from answerback.people.learning import commitments, debriefs, lessons, practices, talks
from answerback.people.models import Look, Noted, Person, Reporting


def account_of(person: Person, today: date) -> dict[str, list[Any]]:
    """By kind, the rows of this database that are about somebody, as far as they may read them on that day."""
    looks, lines = Look.objects.none(), Reporting.objects.none()
    if person.rep_id:
        looks = Look.objects.filter(rep_id=person.rep_id).order_by("day", "pk")
        lines = Reporting.objects.filter(rep_id=person.rep_id).order_by("valid_from", "pk")
    return {
        "account": [
            {
                "email": person.email,
                "name": person.name,
                "known_as": person.rep_id,
                "joined_at": person.joined_at,
                "last_signed_in_at": person.last_login,
            }
        ],
        "roles": list(person.appointments.order_by("valid_from", "pk").values("role", "valid_from", "valid_to")),
        "reports_to": list(lines.values("manager__name", "valid_from", "valid_to")),
        "who_looked": list(looks.values("viewer__name", "page", "day")),
        "looked_at": list(person.looks.order_by("day", "pk").values("rep_id", "page", "day")),
        "tokens": list(person.tokens.order_by("pk").values("name", "writes", "made_at", "expires_at", "last_used_on")),
        "debriefs": debriefs.of_owner(person),
        "practices": practices.own(person),
        "commitments": commitments.own(person, today),
        **talks.own(person),
        **lessons.own(person),
        "did": list(Noted.objects.filter(actor=person).order_by("at", "pk").values("at", "what", "about")),
    }
