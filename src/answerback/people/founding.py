"""The very first person: with a link that `answerback serve` prints once, they make the organisation and are its admin.

Whoever can read what the server prints, or its folder, owns the workspace anyhow. The link's key lies hashed in the
folder of people; it goes as soon as it was used, and each start of the server makes a new one as long as nobody is
there. Nobody else becomes anything without an invitation.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from answerback.people import audit
from answerback.people.keys import hashed, new_key
from answerback.people.models import Appointment, Organisation, Person, Role, Visibility

_NAME, _TAKEN = "founding-key", ".founding-key-taken"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Founder:
    """What the first person says."""

    organisation: str
    name: str
    email: str
    password: str
    """Already checked (`django.contrib.auth.password_validation`)."""
    visibility: Visibility
    """There is no default: they choose."""
    rep_id: str = ""
    """By which the log knows them, where it does."""


def is_needed() -> bool:
    """Whether nobody is there yet."""
    return not Person.objects.exists()


def new_founding_key(folder: Path) -> str:
    """Makes the key of the one link and keeps its hash; an earlier link is of no use any more.

    Args:
        folder: The folder of people.
    """
    key = new_key()
    draft = folder / f".{_NAME}"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w") as file:
        file.write(hashed(key))
    draft.replace(folder / _NAME)
    return key


def fits(folder: Path, key: str) -> bool:
    """Whether a key is the one that was printed, and still to be used."""
    with suppress(FileNotFoundError):
        return hmac.compare_digest((folder / _NAME).read_text(), hashed(key)) and is_needed()
    return False


def found(folder: Path, key: str, founder: Founder, *, now: datetime, today: date) -> Person | None:
    """Makes the organisation and its first admin; None where the key does not fit or somebody was quicker."""
    if not fits(folder, key):
        return None
    with _taken(folder) as mine:
        if not mine:
            return None
        with transaction.atomic():
            if not is_needed():
                return None
            person = Person.objects.create_user(
                founder.email, founder.password, name=founder.name, rep_id=founder.rep_id, told_at=now
            )
            Appointment.objects.create(person=person, role=Role.ADMIN, valid_from=today)
            Organisation.objects.create(
                name=founder.organisation, visibility=founder.visibility, chosen_at=now, chosen_by=person
            )
            audit.note(person, "founded")
            audit.note(person, f"visibility: {founder.visibility}")
    return person


@contextmanager
def _taken(folder: Path) -> Iterator[bool]:
    """Holds the key, for one at a time; it comes back only where nothing came of it."""
    held = folder / _TAKEN
    try:
        (folder / _NAME).rename(held)
    except FileNotFoundError:
        yield False
        return
    done = False
    try:
        yield True
        done = True
    finally:
        if done:
            held.unlink(missing_ok=True)
        else:
            held.rename(folder / _NAME)
