"""What is shown when there is nothing to show: not found, not ready, nothing built, an error that says what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from answerback.domain.errors import AnswerbackError, NotFoundError
from answerback.web.answering.desk import NothingBuilt, NotReady

AGAIN_SECONDS = 3
_log = logging.getLogger(__name__)


class TroubleMiddleware:
    """Turns our own exceptions into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response, as the layers below made it."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for what we raise ourselves; all else is a bug and goes its way."""
        if isinstance(error, NotReady):
            response = render(request, "trouble/not_ready.html", {"seconds": AGAIN_SECONDS}, status=503)
            response.headers["Retry-After"] = response.headers["Refresh"] = str(AGAIN_SECONDS)
            return response
        if isinstance(error, NothingBuilt):
            return redirect("first_run")
        if isinstance(error, NotFoundError):
            return not_found(request, Http404())
        if isinstance(error, AnswerbackError):
            _log.error("%s", error)
            return render(request, "trouble/error.html", {"error": error}, status=500)
        return None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page, or it is not for whoever asks: nobody learns which."""
    del exception
    return render(request, "trouble/not_found.html", status=404)


def not_proven(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Whoever has nothing to prove once more with that it is them: no password, and no second factor."""
    del exception
    return render(request, "trouble/not_proven.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """A bug."""
    return render(request, "trouble/broken.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from one of our pages, or came too late."""
    del reason
    return render(request, "trouble/form_expired.html", status=403)
