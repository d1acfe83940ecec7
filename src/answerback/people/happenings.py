"""What touched many at once: anybody proposes it; once operations or a leader confirm it, it goes into the log.

Known happenings are tested before any person is looked at, and drawn on every chart. So each must be somebody's word,
and a second one's: nobody confirms what they proposed themselves, unless nobody else could.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from answerback.domain.periods import midnight
from answerback.people import audit
from answerback.people.models import Appointment, Person, ProposedHappening, Role
from answerback.workspace.home import Home
from answerback.workspace.journal import Entry, append
from answerback.workspace.known import OWN_SOURCE

MOST_WAITING = 20
"""So many proposals of one person wait at a time."""
CONFIRM = frozenset({Role.LEADER, Role.OPERATIONS})
"""Who confirms."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody says happened, whom it touched, and from which day to which, both included."""

    text: str
    scope: str
    starts_on: date
    ends_on: date | None


def propose(person: Person, said: Proposal) -> ProposedHappening | None:
    """Keeps a proposal; None where too many of this person wait already."""
    if ProposedHappening.objects.filter(proposed_by=person, decided_at=None).count() >= MOST_WAITING:
        return None
    made = ProposedHappening.objects.create(
        text=said.text, scope=said.scope, starts_on=said.starts_on, ends_on=said.ends_on, proposed_by=person
    )
    audit.note(person, "happening proposed", str(made.pk))
    return made


def waiting() -> list[ProposedHappening]:
    """Proposals on which nobody has decided, the oldest first."""
    return list(ProposedHappening.objects.filter(decided_at=None).select_related("proposed_by").order_by("pk"))


def may_confirm(person: Person, proposal: ProposedHappening, today: date) -> bool:
    """Whether somebody may confirm: not what they proposed, unless nobody else has a role to.

    Whether they have such a role themselves is asked before.
    """
    if proposal.proposed_by_id != person.pk:
        return True
    others = Appointment.objects.filter(role__in=CONFIRM, person__is_active=True).exclude(person=person)
    return not any(each.holds(today) for each in others)


@transaction.atomic
def decide(person: Person, number: int, *, confirmed: bool, now: datetime) -> ProposedHappening | None:
    """Settles a proposal; None where there is none of this number, or it was settled before."""
    found = ProposedHappening.objects.select_for_update().filter(pk=number, decided_at=None).first()
    if found is None:
        return None
    found.decided_by, found.decided_at, found.confirmed = person, now, confirmed
    found.save(update_fields=["decided_by", "decided_at", "confirmed"])
    audit.note(person, "happening confirmed" if confirmed else "happening declined", str(number))
    return found


def write(home: Home, happening: ProposedHappening, zone: ZoneInfo, now: datetime) -> None:
    """Puts a confirmed happening into the journal. Written twice it is still one: its id goes with the proposal."""
    ends = happening.ends_on
    fields = {
        "source_id": f"proposed-{happening.pk}",
        "from": midnight(happening.starts_on, zone).isoformat(),
        "to": midnight(ends + timedelta(days=1), zone).isoformat() if ends is not None else None,
        "scope": happening.scope,
        "text": happening.text,
    }
    append(home, Entry(OWN_SOURCE, "happening", fields, now))


def told(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """What entries of the journal say of happenings: from when, and what."""
    return [(str(each.fields.get("from") or ""), str(each.fields["text"])) for each in entries]
