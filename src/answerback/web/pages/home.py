"""The first page of whoever signs in: the one that their role is about."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from answerback.web.answering.asking import asked
from answerback.web.answering.desk import NothingBuilt
from answerback.web.frame import places_of
from answerback.web.rights import Right, needs


@needs(Right.SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """To the first page that somebody may see; to the start where nothing was built."""
    try:
        _ = asked(request).desk.snapshot
    except NothingBuilt:
        return redirect("first_run")
    places = places_of(request)
    return redirect(places[0].route if places else "me")
