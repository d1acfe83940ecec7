"""Digests by mail: who wants which, when they are quiet, and that nothing goes out twice.

That a digest is sent is written down before it is handed over. Who dies in between leaves it unsent: better none than
two.
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from django.core import signing
from django.db import IntegrityError, transaction

from answerback.people import audit
from answerback.people.learning.models import MailChoice, MailSent
from answerback.people.models import Person

_SALT = "no more of these mails"


class Digest(StrEnum):
    """What there is by mail."""

    MIRROR = "mirror"
    """A rep's own week, on Mondays."""
    AGENDA = "agenda"
    """The talks of the week, for who leads them."""


def choice_of(person: Person) -> MailChoice:
    """What somebody wants; nothing, as long as they have not said."""
    return MailChoice.objects.filter(person=person).first() or MailChoice(person=person)


def choose(person: Person, wanted: set[Digest], quiet: tuple[time, time]) -> None:
    """Keeps what somebody wants, and between which times of the day they want nothing."""
    chosen = {"mirror": Digest.MIRROR in wanted, "agenda": Digest.AGENDA in wanted}
    MailChoice.objects.update_or_create(
        person=person, defaults={**chosen, "quiet_from": quiet[0], "quiet_to": quiet[1]}
    )
    audit.note(person, "mails chosen")


def wanting(digest: Digest, week: date) -> list[MailChoice]:
    """What those want who want a digest and have not had that of a week, by person."""
    had = MailSent.objects.filter(kind=digest, week=week).values("person")
    wants = MailChoice.objects.filter(**{digest.value: True}, person__is_active=True).exclude(person__in=had)
    return list(wants.select_related("person").order_by("person__pk"))


def is_quiet(choice: MailChoice, clock: time) -> bool:
    """Whether a time of the day lies in somebody's quiet hours, which may go over midnight.

    >>> is_quiet(MailChoice(quiet_from=time(18), quiet_to=time(8)), time(7, 59))
    True
    >>> is_quiet(MailChoice(quiet_from=time(12), quiet_to=time(13)), time(18))
    False
    """
    start, end = _time(choice.quiet_from), _time(choice.quiet_to)
    return start <= clock < end if start <= end else clock >= start or clock < end


def begin(person: Person, digest: Digest, week: date) -> MailSent | None:
    """Writes down that a digest goes out; None where it went before, whoever sent it."""
    try:
        with transaction.atomic():
            return MailSent.objects.create(person=person, kind=digest, week=week)
    except IntegrityError:
        return None


def went(sent: MailSent, now: datetime) -> None:
    """Writes down that the server took it."""
    sent.sent_at = now
    sent.save(update_fields=["sent_at"])


def key_to_end(person: Person, digest: Digest) -> str:
    """What in a link ends a digest, without signing in. It lets do nothing else."""
    return signing.dumps([person.pk, digest.value], salt=_SALT)


def behind_key(key: str) -> tuple[Person, Digest] | None:
    """Whose digest a link ends; None for any other text."""
    try:
        number, digest = signing.loads(key, salt=_SALT)
        person = Person.objects.filter(pk=number).first()
        return (person, Digest(digest)) if person is not None else None
    except (signing.BadSignature, ValueError, TypeError):
        return None


def end(person: Person, digest: Digest) -> None:
    """Sends somebody no more of a digest."""
    MailChoice.objects.filter(person=person).update(**{digest.value: False})
    audit.note(person, "mails ended", digest)


def _time(said: time | str) -> time:
    return said if isinstance(said, time) else time.fromisoformat(said)
