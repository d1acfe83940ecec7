"""Where somebody is signed in, and a button to end each."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.people import audit
from answerback.web.answering.asking import asked
from answerback.web.numbers import number_of
from answerback.web.rights import Right, needs
from answerback.web.sign_in.browsers import browser_of


@needs(Right.SIGNED_IN)
def sessions(request: HttpRequest) -> HttpResponse:
    """One's own sessions, the latest first; a form ends one, or all others."""
    person = asked(request).viewer.person
    found = sorted(UserSession.objects.purge_and_list(person), key=lambda each: each.last_seen_at, reverse=True)
    others = [each for each in found if not each.is_current()]
    if request.method == "POST":
        number = number_of(request.POST.get("end", ""))
        ended = others if "others" in request.POST else [each for each in others if each.pk == number]
        if not ended:
            raise Http404
        for each in ended:
            each.end()
        audit.note(person, "sessions ended")
        messages.success(request, _("Ended. Whoever sat there has to sign in again."))
        return redirect("sessions")
    rows = [{"session": each, "current": each.is_current(), "browser": browser_of(each.user_agent)} for each in found]
    return render(request, "pages/sessions.html", {"rows": rows, "others": len(others)})
