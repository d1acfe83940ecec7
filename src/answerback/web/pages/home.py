"""The first page of whoever signs in: the one that their role is about."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from answerback.web.answering.asking import asked
from answerback.web.answering.desk import NothingBuilt
from answerback.web.frame import places_of
from answerback.web.rights import Right, needs

FIRST = ("mirror", "team", "us", "data", "uploads", "people", "wall")
"""Somebody's first page is the first of these that is theirs."""


@needs(Right.SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """To the page that somebody's role is about; to the start where nothing was built."""
    try:
        _ = asked(request).desk.snapshot
    except NothingBuilt:
        return redirect("first_run")
    theirs = {each.route for each in places_of(request)}
    if asked(request).viewer.own_key is None and "team" in theirs:  # who makes no touches has nothing in the mirror
        theirs.discard("mirror")
    return redirect(next((each for each in FIRST if each in theirs), "me"))
