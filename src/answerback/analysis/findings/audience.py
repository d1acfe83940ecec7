"""Who may see a finding, and from when: first whom it is about, then others, or nobody else until they are invited.

A rep has a finding two working days before their manager (the playbook's number), unless they share it sooner. What is
about somebody's own craft, and every question (an ask), stays with the rep until they share it; who is invited and then
no longer is sees it no more than before, and nothing on their page says that they ever did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from answerback.analysis.findings.state import State
from answerback.analysis.reader import Reader
from answerback.domain.findings import EXPIRES_DAYS, Finding, FindingKind, Level, Role
from answerback.domain.playbook import Playbook
from answerback.domain.workdays import after_working_days, weekdays_of

OWN_CRAFT = frozenset({FindingKind.RUT, FindingKind.GROOVE, FindingKind.REPEAT, FindingKind.STRENGTH, FindingKind.RISK})
"""Kinds that are nobody's business but the rep's."""
PEOPLE = frozenset({"rep", "manager"})
"""Sorts of subject that are a person."""
_NEXT = {Role.REP: Role.MANAGER, Role.MANAGER: Role.LEADER}
"""Who sees it after whom."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose page it is: one person by key, or everybody of a role."""

    role: Role
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Who manages whom on the day that is looked from."""

    manager_of: Mapping[int, int]

    @property
    def managers(self) -> frozenset[int]:
        """Everybody who manages somebody."""
        return frozenset(self.manager_of.values())


def read_staff(reader: Reader) -> Staff:
    """Who manages whom at the reader's instant."""
    rows = reader.query(f"""
        select rep_key, manager_key from rep
        where manager_key is not null and valid_from <= {reader.instant} and valid_to > {reader.instant}
        order by rep_key""").to_pylist()
    return Staff({row["rep_key"]: row["manager_key"] for row in rows})


def about_person(finding: Finding) -> bool:
    """Whether it is about one person, and so expires and is no sole basis for anything."""
    return finding.subject.kind in PEOPLE


def completed(finding: Finding, playbook: Playbook) -> Finding:
    """The finding with the days that follow from the organisation's working days and from its being about a person."""
    others, expires = finding.others_from, finding.expires
    private = finding.level is Level.ASK or finding.kind in OWN_CRAFT
    if private:
        others = None
    elif others is None and finding.first_for in _NEXT:
        days = weekdays_of(day for shift in playbook.organisation.working_hours for day in shift.days)
        others = after_working_days(finding.raised_on, playbook.findings.first_look_working_days, days)
    if about_person(finding):
        latest = finding.raised_on + timedelta(days=EXPIRES_DAYS)
        expires = min(expires or latest, latest)
    return replace(finding, others_from=others, expires=expires)


def audience(finding: Finding, state: State, staff: Staff) -> dict[Recipient, date]:
    """Whose page it may be on, and from which day.

    Somebody who was to be invited and has no manager invites nobody. What waited, or was opened again, counts as new
    from that day on.

    >>> from answerback.domain.findings import Measure, Subject
    >>> ask = Finding(
    ...     kind=FindingKind.CHANGE,
    ...     level=Level.ASK,
    ...     subject=Subject("rep", key=7),
    ...     measure=Measure.ON_BASE,
    ...     raised_on=date(2026, 3, 1),
    ...     next_step="say_what_they_say",
    ... )
    >>> [str(each.role) for each in audience(ask, State(), Staff({7: 8}))]
    ['rep']
    """
    first = _first(finding, staff)
    day = finding.raised_on + timedelta(days=1)
    news = state.since.date() if state.since is not None else day
    found = {first: max(day, news)}
    shared = state.shared_since.date() if state.shared_since is not None else None
    days = [each for each in (finding.others_from, shared) if each is not None]
    other = _other(finding, first, staff)
    if days and other is not None:
        found[other] = max(min(days), news)
    return found


def _first(finding: Finding, staff: Staff) -> Recipient:
    own = finding.subject.key
    match finding.first_for, finding.subject.kind:
        case Role.REP, "rep":
            return Recipient(Role.REP, own)
        case Role.MANAGER, "manager":
            return Recipient(Role.MANAGER, own)
        case Role.MANAGER, "rep":
            return Recipient(Role.MANAGER, staff.manager_of.get(own) if own is not None else None)
        case role, _:
            return Recipient(role)


def _other(finding: Finding, first: Recipient, staff: Staff) -> Recipient | None:
    """Who is next."""
    role = _NEXT.get(first.role)
    if role is Role.MANAGER:
        own = finding.subject.key
        boss = staff.manager_of.get(own) if own is not None else None
        return Recipient(role, boss) if boss is not None else None
    return Recipient(role) if role is not None else None
