"""Tokens with which a program asks in somebody's name. A token is shown once and kept as a hash; it always ends.

It sees what its person may see at that moment: whoever leaves or loses a role, their tokens lose the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from answerback.people import audit
from answerback.people.keys import hashed, new_key
from answerback.people.models import ApiToken, Person

PREFIX = "answerback_"
"""By which leaked tokens are found in other people's files."""
MOST_DAYS = 366
MOST_TOKENS = 20
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a program speaks for, and what it may do."""

    person: Person
    writes: bool
    """Whether it may also write."""


def make_token(person: Person, name: str, *, writes: bool, days: int, now: datetime) -> str:
    """A new token, told this once. Raises ValueError beyond `MOST_DAYS` or `MOST_TOKENS`."""
    if not 1 <= days <= MOST_DAYS or person.tokens.count() >= MOST_TOKENS:
        raise ValueError
    text = new_key(PREFIX)
    ApiToken.objects.create(
        person=person, name=name, hashed=hashed(text), writes=writes, expires_at=now + timedelta(days=days)
    )
    audit.note(person, "token made")
    return text


def end_token(person: Person, number: int) -> bool:
    """Ends one of somebody's own tokens; False where they have no such one."""
    gone, _ = ApiToken.objects.filter(person=person, pk=number).delete()
    if gone:
        audit.note(person, "token ended")
    return bool(gone)


def person_of(text: str, *, now: datetime) -> Bearer | None:
    """Whom a token speaks for; None for one that nobody has, that has ended, or whose person has left."""
    if not text.startswith(PREFIX) or len(text) > _LONGEST:
        return None
    found = ApiToken.objects.select_related("person").filter(hashed=hashed(text), expires_at__gt=now).first()
    if found is None or not found.person.is_active:
        return None
    if found.last_used_on != now.date():
        ApiToken.objects.filter(pk=found.pk).update(last_used_on=now.date())
    return Bearer(found.person, found.writes)
