"""One's own account: who looked at my page, what managers see, sign-in, programs, my data."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from answerback.people import audit, visibility
from answerback.people.models import Role
from answerback.web.answering.asking import asked
from answerback.web.rights import Right, holds, needs


@needs(Right.SIGNED_IN)
def me(request: HttpRequest) -> HttpResponse:
    """The account of whoever is signed in."""
    viewer = asked(request).viewer
    context = {
        "viewer": viewer,
        "roles": [role for role in Role if role in viewer.roles],
        "looks": audit.looks_at(viewer.person, viewer.today),
        "shown_days": audit.SHOWN_DAYS,
        "asks": hasattr(viewer.person, "erasure"),
        "sells": holds(Right.SELLERS, asked(request)),
    }
    return render(request, "pages/me.html", context)


@needs(Right.SIGNED_IN)
@require_POST
def told(request: HttpRequest) -> HttpResponse:
    """Writes down that somebody knows what was chosen that managers see; back to where they were."""
    visibility.told(asked(request).viewer.person, now=datetime.now(UTC))
    back = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if here and back.startswith("/") else "home")
