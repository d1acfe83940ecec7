"""The one door: what a person may see, as a Scope. Nothing else in `people` and `web` makes one.

A rep sees themselves. A manager sees those who report to them, over the time that they do, once the organisation has
chosen *the person first*; with *groups*, and before anything was chosen, nobody else. Leaders, operations and admins
see nobody's own rows by their role: what they are shown is pooled (`POOLED`), and holds at least five people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from answerback.domain.scope import Scope, Stretch
from answerback.people.models import Organisation, Person, Reporting, Role, Visibility

POOLED_ROLES = frozenset({Role.LEADER, Role.OPERATIONS})
"""Who is shown sums over everybody."""
LEAST_CONTRIBUTORS = 5
"""A sum over fewer people is shown to nobody."""

KeyOf = Callable[[str], int | None]
"""The key of a rep's id in the snapshot that is read; None where it has none."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks: who, as what, on which day, and whom the organisation lets them see."""

    person: Person
    roles: frozenset[Role]
    own_key: int | None
    organisation: Organisation | None
    today: date

    def is_a(self, *roles: Role) -> bool:
        """Whether they have one of these roles today."""
        return not self.roles.isdisjoint(roles)


def viewer_of(person: Person, key_of: KeyOf, today: date) -> Viewer:
    """What is known of somebody who looks."""
    own = key_of(person.rep_id) if person.rep_id else None
    return Viewer(person, person.roles_on(today), own, Organisation.objects.first(), today)


def visible_to(viewer: Viewer, purpose: str, key_of: KeyOf, zone: ZoneInfo) -> Scope:
    """The reps whose rows somebody may see, each over the time in which they may.

    Args:
        viewer: Who looks.
        purpose: What for, as the log of uses has it.
        key_of: From a rep's id to its key.
        zone: The organisation's time zone: a reporting line begins and ends at its midnight.
    """
    stretches: list[Stretch] = []
    if viewer.own_key is not None and viewer.is_a(Role.REP, Role.MANAGER):
        stretches.append(Stretch(viewer.own_key))
    chosen = viewer.organisation.visibility if viewer.organisation is not None else ""
    if viewer.is_a(Role.MANAGER) and chosen == Visibility.PERSON_FIRST:
        stretches += _led(viewer, key_of, zone)
    return Scope(purpose, stretches=tuple(stretches), viewer_key=viewer.own_key)


def pooled_for(viewer: Viewer, purpose: str) -> Scope | None:
    """Everybody's rows, for sums that name nobody; None for whoever is shown none."""
    return Scope(purpose, everybody=True) if viewer.is_a(*POOLED_ROLES) else None


def _led(viewer: Viewer, key_of: KeyOf, zone: ZoneInfo) -> list[Stretch]:
    """Those who report to a manager today, since they do. Whom somebody led before is theirs no more."""
    found = []
    for line in Reporting.objects.filter(manager=viewer.person).order_by("rep_id", "valid_from"):
        key = key_of(line.rep_id)
        if key is not None and line.confirmed_by_id is not None and line.holds(viewer.today):
            end = _midnight(line.valid_to, zone) if line.valid_to is not None else None
            found.append(Stretch(key, _midnight(line.valid_from, zone), end))
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
