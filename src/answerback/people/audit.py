"""Who looked at whose page, and who did what: written as it happens, shown to those whom it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from answerback.people.models import Look, Noted, Person

SHOWN_DAYS = 365
"""For so long looks are shown and kept."""


def note(actor: Person | None, what: str, about: str = "") -> None:
    """Writes down that somebody did something; `about` is an id, never content."""
    Noted.objects.create(actor=actor, what=what, about=about)


def said_on(actor: Person, prefix: str, abouts: Iterable[str]) -> dict[str, list[tuple[str, datetime]]]:
    """What somebody did that begins with a word, by what it was about: what, and when, the earliest first."""
    rows = Noted.objects.filter(actor=actor, what__startswith=prefix, about__in=list(abouts)).order_by("at", "pk")
    found: dict[str, list[tuple[str, datetime]]] = {}
    for about, what, at in rows.values_list("about", "what", "at"):
        found.setdefault(about, []).append((what.removeprefix(prefix), at))
    return found


def times_lately(actor: Person, what: str, now: datetime) -> int:
    """How often somebody did something in the last day."""
    return Noted.objects.filter(actor=actor, what=what, at__gt=now - timedelta(days=1)).count()


def looked(viewer: Person, rep_id: str, page: str, today: date) -> None:
    """Writes down that somebody looked at another's page, once a day; looking at one's own is nobody's business."""
    if rep_id and rep_id != viewer.rep_id:
        _, new = Look.objects.get_or_create(viewer=viewer, rep_id=rep_id, page=page, day=today)
        if new:
            Look.objects.filter(day__lt=today - timedelta(days=SHOWN_DAYS)).delete()


def looks_at(person: Person, today: date) -> list[Look]:
    """Who looked at somebody's pages, the latest first."""
    if not person.rep_id:
        return []
    since = today - timedelta(days=SHOWN_DAYS)
    found = Look.objects.filter(rep_id=person.rep_id, day__gte=since).select_related("viewer")
    return list(found.order_by("-day", "-first_at", "-pk"))
