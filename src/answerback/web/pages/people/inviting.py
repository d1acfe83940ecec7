"""An admin invites somebody, and is shown the link once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from answerback.people import audit, invitations
from answerback.people.models import Person
from answerback.web.answering.asking import asked
from answerback.web.forms import InviteForm
from answerback.web.numbers import number_of
from answerback.web.rights import Right, needs
from answerback.web.sign_in import mail


@needs(Right.ADMIN)
def invite(request: HttpRequest) -> HttpResponse:
    """The form; once it is sent, the link, which is shown this once and kept nowhere."""
    asking = asked(request)
    form = InviteForm(asking.desk.roster(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = form.who()
        key = invitations.invite(asking.viewer.person, who, now=datetime.now(UTC))
        return _handed_on(request, Handed(who.name, who.email, key, invitations.LASTS))
    return render(
        request, "pages/people/invite.html", {"form": form, "days": invitations.LASTS.days, "mail": mail.is_on()}
    )


@needs(Right.ADMIN)
@require_POST
def new_password(request: HttpRequest, number: int) -> HttpResponse:
    """A link with which somebody sets a new password; shown this once."""
    person = get_object_or_404(Person, pk=number, is_active=True)
    key = invitations.renew(asked(request).viewer.person, person, now=datetime.now(UTC))
    return _handed_on(request, Handed(person.name, person.email, key, invitations.RENEWS_WITHIN))


@dataclass(frozen=True, slots=True)
class Handed:
    """A link for somebody: its key, and for how long it is good."""

    name: str
    email: str
    key: str
    lasts: timedelta


def _handed_on(request: HttpRequest, handed: Handed) -> HttpResponse:
    """Sends the link by mail where the admin wants that and a server takes it; else shows it, this once."""
    link = request.build_absolute_uri(f"{reverse('invited')}?{urlencode({'key': handed.key})}")
    wanted = mail.is_on() and bool(request.POST.get("send"))
    days = handed.lasts.days
    sent = wanted and mail.send_link(name=handed.name, email=handed.email, link=link, days=days)
    if sent:
        audit.note(asked(request).viewer.person, "link sent by mail", handed.email)
    context = {
        "name": handed.name,
        "email": handed.email,
        "link": "" if sent else link,
        "days": days,
        "failed": wanted and not sent,
    }
    return render(request, "pages/people/invitation.html", context)


@needs(Right.ADMIN)
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Takes an invitation back."""
    number = number_of(request.POST.get("invitation", ""))
    if not invitations.withdraw(asked(request).viewer.person, number, now=datetime.now(UTC)):
        raise Http404
    messages.success(request, _("The invitation is taken back. Its link opens nothing any more."))
    return redirect("people")
