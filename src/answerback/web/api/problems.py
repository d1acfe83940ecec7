"""What went wrong, for programs: `application/problem+json` (RFC 9457), with what to do next.

Whoever may not see something is told that it is not there.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, Throttled, ValidationError
from pydantic import Field

from answerback.domain.errors import AnswerbackError, NotFoundError, UsageError
from answerback.web.answering.desk import NothingBuilt, NotReady

MEDIA_TYPE = "application/problem+json"
AGAIN_SECONDS = 3
_log = logging.getLogger(__name__)


class Mistake(Schema):
    """One thing that is wrong with what was sent."""

    where: str = Field(description="The parameter or field, by its path.")
    what: str


class Problem(Schema):
    """What went wrong, and what to do next."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    next: str = Field("", description="What to do about it.")
    errors: list[Mistake] = Field(default_factory=list)


class Refused(Exception):
    """Something that is refused with a status of its own."""

    def __init__(self, status: HTTPStatus, detail: str, next_step: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.next_step = status, detail, next_step


def problem(
    status: int,
    detail: str = "",
    *,
    next_step: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem as a response."""
    said = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "next": next_step,
        "errors": list(errors),
    }
    return HttpResponse(json.dumps(said), status=status, content_type=MEDIA_TYPE, headers=headers)


def not_found(detail: str = "there is no such thing here") -> HttpResponse:
    """It is not there, or not for whoever asks: nobody learns which."""
    return problem(HTTPStatus.NOT_FOUND, detail)


def handled_by(api: NinjaAPI) -> None:
    """Tells an API what to answer when one of ours, or one of its own exceptions is raised."""
    for kind, answer in _HANDLERS.items():
        api.add_exception_handler(kind, answer)


def _by_status(request: HttpRequest, error: Any) -> HttpResponse:
    del request
    status = error.status_code
    if isinstance(error, Throttled):
        return problem(status, "asked too often", headers={"Retry-After": str(error.wait)})
    if status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": "Bearer"}
        return problem(status, "no token that is valid came with this", next_step=_HOW, headers=headers)
    return problem(status, str(error))


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """What does not fit its schema; what was sent is not sent back."""
    del request
    mistakes = [
        {"where": ".".join(str(part) for part in each["loc"] if part != "said"), "what": each["msg"]}
        for each in error.errors
    ]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "what was sent does not fit", errors=mistakes)


def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    del request, error
    return not_found()


def _not_ready(request: HttpRequest, error: Any) -> HttpResponse:
    del request, error
    headers = {"Retry-After": str(AGAIN_SECONDS)}
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "it is being worked out", next_step="ask again", headers=headers)


def _ours(request: HttpRequest, error: Any) -> HttpResponse:
    del request
    status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(error, UsageError) else HTTPStatus.INTERNAL_SERVER_ERROR
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s", error)
        return problem(status, "something is wrong with the workspace", next_step="tell whoever runs it")
    return problem(status, error.what, next_step=error.next_step)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    del request
    return problem(error.status, error.detail, next_step=error.next_step)


def _too_big(request: HttpRequest, error: Any) -> HttpResponse:
    del request, error
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "that is too much at once", next_step="send one record")


_HOW = "make one on the page of your account, and send it as Authorization: Bearer TOKEN"
_HANDLERS = {
    HttpError: _by_status,
    ValidationError: _invalid,
    Http404: _missing,
    NotFoundError: _missing,
    NotReady: _not_ready,
    NothingBuilt: _not_ready,
    AnswerbackError: _ours,
    Refused: _refused,
    RequestDataTooBig: _too_big,
}
