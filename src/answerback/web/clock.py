"""The clock that pages tell time by: the organisation's, so that a call at ten reads as one at ten."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from answerback.domain.errors import AnswerbackError
from answerback.web.answering.desk import NothingBuilt, desk


class OrganisationClock:
    """Middleware: instants are shown in the playbook's time zone; in UTC as long as nothing is built.

    So they are where there is no workspace, or it cannot be read: what needs it says so itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A request."""
        try:
            zone = desk().zone
        except (NothingBuilt, AnswerbackError):
            return self._get_response(request)
        with timezone.override(zone):
            return self._get_response(request)
