"""Who a program speaks for: the token in the header `Authorization: Bearer`, and how often it may ask.

A session's cookie opens nothing here, so a page of somebody else's cannot write through a browser that is signed in.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.errors import Throttled
from ninja.security import HttpBearer

from answerback.people.access import viewer_of
from answerback.people.tokens import Bearer, person_of
from answerback.web.answering.asking import Asking
from answerback.web.answering.desk import desk

MINUTE = 60
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Token(HttpBearer):
    """Signs a request in by its token."""

    openapi_description = "A token of your own account; it sees what you see. Writing needs one that may write."

    def authenticate(self, request: HttpRequest, token: str) -> Bearer | None:
        """Whom the token speaks for; None for a token that nobody has. Raises Throttled for who asks too often."""
        address = request.META.get("REMOTE_ADDR", "")
        wrong = f"api-wrong-{_named(address)}"
        if cache.get(wrong, 0) >= settings.API_WRONG_TOKENS_A_MINUTE:
            raise Throttled(MINUTE)
        bearer = person_of(token, now=datetime.now(UTC)) if token.isascii() else None
        if bearer is None:
            _count(wrong)
            return None
        writing = request.method in WRITING
        most = settings.API_WRITES_A_MINUTE if writing else settings.API_READS_A_MINUTE
        if _count(f"api-{'writes' if writing else 'reads'}-{bearer.person.pk}") > most:
            raise Throttled(MINUTE)
        return bearer


def bearer_of(request: HttpRequest) -> Bearer:
    """Who was signed in by a token."""
    found = getattr(request, "auth", None)
    if not isinstance(found, Bearer):
        raise TypeError("this route asks for no token")
    return found


def asked_by(request: HttpRequest) -> Asking:
    """Who asks, as pages have it; never whoever else is signed in to the same browser."""
    at = desk()
    return Asking(viewer_of(bearer_of(request).person, at.roster().key_of, at.today()), at)


def _count(name: str) -> int:
    """How often something happened within this minute, this time included."""
    minute = f"{name}-{int(datetime.now(UTC).timestamp()) // MINUTE}" if not name.startswith("api-wrong") else name
    cache.add(minute, 0, MINUTE)
    try:
        return int(cache.incr(minute))
    except ValueError:  # it ran out in between
        return 1


def _named(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
