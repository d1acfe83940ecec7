"""One's own account: who looked at my page, sessions, password, second factor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.people import audit
from answerback.web.asking import asked
from answerback.web.rights import Right, needs


@needs(Right.SIGNED_IN)
def me(request: HttpRequest) -> HttpResponse:
    """The account of whoever is signed in."""
    viewer = asked(request).viewer
    looks = audit.looks_at(viewer.person, viewer.today)
    return render(request, "pages/me.html", {"viewer": viewer, "roles": sorted(viewer.roles), "looks": looks})
