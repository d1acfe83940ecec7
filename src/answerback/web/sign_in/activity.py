"""When somebody was last here: written down at most once a minute for each session, so that a page only reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

WRITES_AFTER_SECONDS: Final = 60


class Activity:
    """Middleware: tells the list of sessions who is here, from where, with what."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A request."""
        key = request.session.session_key
        if key and request.user.is_authenticated and cache.add(f"seen-{key}", True, WRITES_AFTER_SECONDS):
            UserSession.objects.create_from_request(request)
        return self._get_response(request)
