"""Whoever was given a link makes their account here, and learns first what others will see of them."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.people import invitations
from answerback.people.models import Invitation, Organisation, Role
from answerback.web.answering.desk import desk
from answerback.web.forms import PasswordForm
from answerback.web.rights import Right, needs
from answerback.web.sign_in.accounts import BACKEND


@needs(Right.EVERYBODY)
def invited(request: HttpRequest) -> HttpResponse:
    """The invitation of a link, which can be taken once."""
    now = datetime.now(UTC)
    key = request.GET.get("key", "")
    found = invitations.by_key(key, now=now) if key else None
    if found is None:
        raise Http404
    form = PasswordForm(found.email, request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if found.person is not None:
            return _anew(request, found, said["password"], now)
        person = invitations.take(found, said["name"], said["password"], now=now, today=desk().today())
        if person is None:
            raise Http404
        login(request, person, backend=BACKEND)
        return redirect("home")
    context = {
        "invitation": found,
        "form": form,
        "roles": [Role(each).label for each in found.roles],
        "organisation": Organisation.objects.first(),
    }
    return render(request, "pages/people/invited.html", context)


def _anew(request: HttpRequest, found: Invitation, password: str, now: datetime) -> HttpResponse:
    """A new password lets nobody in by itself: they sign in with it, and with a second factor where there is one."""
    if not invitations.set_anew(found, password, now=now):
        raise Http404
    messages.success(request, _("The new password is set. Sign in with it."))
    return redirect("account_login")
