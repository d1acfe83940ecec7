"""One's own data: all that is kept of oneself as a file, and the wish to be forgotten."""

from __future__ import annotations

import json
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from answerback.analysis.listing import show
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope, Stretch
from answerback.people import audit, leaving
from answerback.people.own_data import account_of
from answerback.web.answering.asking import Asking, asked
from answerback.web.rights import Right, needs

FROM_THE_LOG = ("efforts", "actions", "outcomes", "coverage", "contests")
"""What the log has of somebody, each a file."""


@needs(Right.SIGNED_IN)
def own_data(request: HttpRequest) -> HttpResponse:
    """What is kept of oneself: in words, and by a button as a file."""
    asking = asked(request)
    if request.method == "POST":
        audit.note(asking.viewer.person, "own data taken")
        response = HttpResponse(_packed(asking), content_type="application/zip")
        response.headers["Content-Disposition"] = 'attachment; filename="my-data.zip"'
        return response
    context = {"asks": hasattr(asking.viewer.person, "erasure"), "known": asking.viewer.own_key is not None}
    return render(request, "pages/own_data.html", context)


@needs(Right.SIGNED_IN)
@require_POST
def ask_to_be_forgotten(request: HttpRequest) -> HttpResponse:
    """Asks an admin for it, or takes that back."""
    person = asked(request).viewer.person
    if "think_again" in request.POST:
        leaving.think_again(person)
        messages.success(request, _("You stay. Nothing was removed."))
    else:
        leaving.ask(person)
        messages.success(request, _("An admin has been asked. Until they confirm, nothing is removed."))
    return redirect("own_data")


def _packed(asking: Asking) -> bytes:
    files: dict[str, Any] = {"account.json": account_of(asking.viewer.person, asking.viewer.today)}
    own = asking.viewer.own_key
    if own is not None:
        scope = Scope("own data", stretches=(Stretch(own),), viewer_key=own)
        with asking.desk.reading() as reader:
            files |= {f"{name}.json": _rows(reader, scope, name) for name in FROM_THE_LOG}
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as pack:
        for name, content in files.items():
            pack.writestr(name, json.dumps(content, default=_plain, ensure_ascii=False, indent=1))
    return packed.getvalue()


def _rows(reader: Reader, scope: Scope, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = show(reader, scope, name).to_pylist()
    return rows


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
