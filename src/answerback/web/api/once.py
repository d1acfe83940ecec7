"""Each key once: the same key again gives the same answer, whatever happened to the first one on its way back.

The record is in the journal before the key is kept. Killed in between, the same call writes the same record again under
the same id, and the log keeps one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.db import IntegrityError, transaction

from answerback.people.models import Person
from answerback.web.api.models import Taken
from answerback.web.api.problems import Refused

KEPT = timedelta(days=30)
"""For so long a key is remembered."""

Answer = dict[str, Any]


def once(person: Person, key: str, said: str, now: datetime, take: Callable[[], Answer]) -> Answer:
    """The answer under a key: taken now, or as it was given before.

    Raises Refused where the key stood for something else.
    """
    known = _known(person, key, said)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            row = Taken.objects.create(person=person, key=key, said=_hashed(said), answer={}, at=now)
            row.answer = take()
            row.save(update_fields=["answer"])
            Taken.objects.filter(at__lt=now - KEPT).delete()
            return row.answer  # type: ignore[no-any-return]
    except IntegrityError:  # the same key at the same time: the other one has finished by now
        known = _known(person, key, said)
        if known is None:
            raise
        return known


def id_under(person: Person, key: str) -> str:
    """The id of a record that names none: the same for the same key.

    >>> id_under(Person(pk=7), "a") == id_under(Person(pk=7), "a") != id_under(Person(pk=8), "a")
    True
    """
    return f"api-{_hashed(f'{person.pk} {key}')[:32]}"


def _known(person: Person, key: str, said: str) -> Answer | None:
    found = Taken.objects.filter(person=person, key=key).first()
    if found is None:
        return None
    if found.said != _hashed(said):
        raise Refused(
            HTTPStatus.CONFLICT, "this Idempotency-Key stood for something else", "take a new key for each record"
        )
    answer: Answer = found.answer
    return answer


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
