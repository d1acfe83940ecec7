"""The one door: what a person may see, as a Scope. Nothing else in `people` and `web` makes one.

A rep sees themselves. A manager sees those who report to them, over the time that they do, once the organisation has
chosen *the person first*; with *groups*, and before anything was chosen, nobody else: of a group they are shown sums
(`groups_for`), and of a person the findings that this person invited them to. Leaders, operations, enablement and
admins see nobody's own rows by their role: what leaders and operations are shown is pooled, and holds at least five
people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from answerback.analysis.findings.audience import about_person
from answerback.analysis.findings.gathering import Standing
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope, Stretch
from answerback.people import groups
from answerback.people.models import Organisation, Person, Reporting, Role, Visibility

POOLED_ROLES = frozenset({Role.LEADER, Role.OPERATIONS})
"""Who is shown sums over everybody."""
LEAST_CONTRIBUTORS = 5
"""A sum over fewer people is shown to nobody."""

LEADS = frozenset({Role.MANAGER, Role.LEADER})
"""Who can have people report to them."""

KeyOf = Callable[[str], int | None]
"""The key of a rep's id in the snapshot that is read; None where it has none."""


@dataclass(frozen=True, slots=True)
class Led:
    """Somebody who reports to whoever looks today, and from when to when."""

    key: int
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class GroupSeen:
    """A group of at least five, whose sums its manager sees: as a whole, and by no filter."""

    name: str
    size: int
    scope: Scope


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks: who, as what, on which day, and whom the organisation lets them see."""

    person: Person
    roles: frozenset[Role]
    own_key: int | None
    organisation: Organisation | None
    today: date
    led: tuple[Led, ...] = ()
    """Who reports to them today, as an admin has confirmed."""

    @property
    def chosen(self) -> str:
        """What the organisation has chosen that managers see; empty while it has not."""
        return self.organisation.visibility if self.organisation is not None else ""

    def is_a(self, *roles: Role) -> bool:
        """Whether they have one of these roles today."""
        return not self.roles.isdisjoint(roles)


def viewer_of(person: Person, key_of: KeyOf, today: date) -> Viewer:
    """What is known of somebody who looks."""
    own = key_of(person.rep_id) if person.rep_id else None
    roles = person.roles_on(today)
    led = _led(person, key_of, today) if roles & LEADS else ()
    return Viewer(person, roles, own, Organisation.objects.first(), today, led)


def visible_to(viewer: Viewer, purpose: str, zone: ZoneInfo) -> Scope:
    """The reps whose rows somebody may see, each over the time in which they may.

    Args:
        viewer: Who looks.
        purpose: What for, as the log of uses has it.
        zone: The organisation's time zone: a reporting line begins and ends at its midnight.
    """
    stretches: list[Stretch] = []
    if viewer.own_key is not None and viewer.is_a(Role.REP, Role.MANAGER):
        stretches.append(Stretch(viewer.own_key))
    if viewer.is_a(Role.MANAGER) and viewer.chosen == Visibility.PERSON_FIRST:
        stretches += [_stretch(each, zone) for each in viewer.led if each.key != viewer.own_key]
    return Scope(purpose, stretches=tuple(stretches), viewer_key=viewer.own_key)


def pooled_for(viewer: Viewer, purpose: str) -> Scope | None:
    """Everybody's rows, for sums that name nobody; None for whoever is shown none."""
    return Scope(purpose, everybody=True) if viewer.is_a(*POOLED_ROLES) else None


def groups_for(viewer: Viewer, purpose: str, key_of: KeyOf) -> tuple[GroupSeen, ...]:
    """The groups whose sums a manager sees, where managers see groups. For sums alone: never for rows.

    A group of which the log has fewer than five is left out. So are all of them for somebody who is shown sums over
    everybody as well: the difference would be those who are in no group.
    """
    if viewer.chosen != Visibility.GROUPS or not viewer.is_a(Role.MANAGER) or viewer.is_a(*POOLED_ROLES):
        return ()
    found = []
    for version in groups.current(viewer.today, viewer.person):
        keys = sorted({key for each in version.rep_ids if (key := key_of(each)) is not None})
        if len(keys) >= LEAST_CONTRIBUTORS:
            scope = Scope(purpose, stretches=tuple(Stretch(key) for key in keys))
            found.append(GroupSeen(version.group.name, len(keys), scope))
    return tuple(found)


def admits(viewer: Viewer, standing: Standing) -> bool:
    """Whether a finding that the calendar lets somebody see is theirs to see.

    What is about a person is for that person, and for whom they report to as an admin has confirmed, where it was
    raised since they do: with *the person first* from the day on that it was to be others', with *groups* as long as
    the person invites them to it.
    """
    finding = standing.finding
    if not about_person(finding) or finding.subject.key == viewer.own_key:
        return True
    if not any(each.key == finding.subject.key and each.since <= finding.raised_on for each in viewer.led):
        return False
    if viewer.chosen == Visibility.GROUPS:
        return standing.state.shared_since is not None
    return viewer.chosen == Visibility.PERSON_FIRST


def evidence_for(viewer: Viewer, standing: Standing, purpose: str, zone: ZoneInfo) -> Scope:
    """The rows behind a finding that somebody may see: what they see anyhow, and those that they were invited to."""
    scope = visible_to(viewer, purpose, zone)
    key = standing.finding.subject.key
    if viewer.chosen != Visibility.GROUPS or key == viewer.own_key or not admits(viewer, standing):
        return scope
    invited = tuple(_stretch(each, zone) for each in viewer.led if each.key == key)
    return Scope(purpose, stretches=(*scope.stretches, *invited), viewer_key=scope.viewer_key)


def _led(person: Person, key_of: KeyOf, today: date) -> tuple[Led, ...]:
    """Those who report to somebody today, since they do. Whom somebody led before is theirs no more."""
    lines = Reporting.objects.filter(manager=person).exclude(confirmed_by=None).order_by("rep_id", "valid_from")
    return tuple(
        Led(key, line.valid_from, line.valid_to)
        for line in lines
        if line.holds(today) and (key := key_of(line.rep_id)) is not None
    )


def _stretch(each: Led, zone: ZoneInfo) -> Stretch:
    end = midnight(each.until, zone) if each.until is not None else None
    return Stretch(each.key, midnight(each.since, zone), end)
