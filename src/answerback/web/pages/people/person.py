"""One person as an admin sees them: roles over time, by which id the log knows them, the account, forgetting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from answerback.domain.errors import BusyError
from answerback.people import audit, leaving, offices
from answerback.people.models import Person, Role
from answerback.people.offices import LastAdmin
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.desk import forget_desk
from answerback.web.forms import KnownAsForm
from answerback.web.rights import Right, needs
from answerback.web.sign_in import mail


@needs(Right.ADMIN)
def person(request: HttpRequest, number: int) -> HttpResponse:
    """What is known of somebody, and what can be changed."""
    asking = asked(request)
    found = get_object_or_404(Person, pk=number)
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise Http404
        try:
            act(request, asking, found)
        except LastAdmin:
            messages.error(request, _("Nobody would be left who can let others in. Make somebody else an admin first."))
        return redirect("person", number=found.pk)
    today = asking.viewer.today
    held = found.roles_on(today)
    context = {
        "person": found,
        "appointments": found.appointments.order_by("-valid_from", "role"),
        "held": [role for role in Role if role in held],
        "other": [role for role in Role if role not in held],
        "form": KnownAsForm(asking.desk.roster(), found, initial={"rep_id": found.rep_id}),
        "asks": hasattr(found, "erasure"),
        "mail": mail.is_on(),
    }
    return render(request, "pages/people/person.html", context)


@needs(Right.ADMIN)
def forget(request: HttpRequest, number: int) -> HttpResponse:
    """Forgets somebody who asked for it: in the log, in every snapshot, and here. It cannot be undone."""
    asking = asked(request)
    found = get_object_or_404(Person.objects.exclude(erasure=None), pk=number)
    if request.method == "POST":
        try:
            now, today = datetime.now(UTC), asking.viewer.today
            gone = leaving.forget(asking.viewer.person, found, asking.desk.home, now=now, today=today)
        except LastAdmin:
            messages.error(request, _("Nobody would be left who can let others in. Make somebody else an admin first."))
            return redirect("forget_person", number=number)
        except BusyError:
            messages.error(request, _("Something is being loaded or built just now. Try again once that is done."))
            return redirect("forget_person", number=number)
        forget_desk()
        return render(request, "pages/people/forgotten.html", {"gone": gone})
    return render(request, "pages/people/forget.html", {"person": found})


def _appoint(request: HttpRequest, asking: Asking, found: Person) -> None:
    offices.appoint(asking.viewer.person, found, _role(request), asking.viewer.today)


def _relieve(request: HttpRequest, asking: Asking, found: Person) -> None:
    offices.relieve(asking.viewer.person, found, _role(request), asking.viewer.today)


def _close(request: HttpRequest, asking: Asking, found: Person) -> None:
    del request
    offices.let_go(asking.viewer.person, found, asking.viewer.today)


def _open(request: HttpRequest, asking: Asking, found: Person) -> None:
    del request
    offices.let_back(asking.viewer.person, found)


def _known_as(request: HttpRequest, asking: Asking, found: Person) -> None:
    form = KnownAsForm(asking.desk.roster(), found, request.POST)
    if not form.is_valid():
        raise Http404
    found.rep_id = form.cleaned_data["rep_id"]
    found.save(update_fields=["rep_id"])
    audit.note(asking.viewer.person, "known by another id", found.email)


def _role(request: HttpRequest) -> Role:
    try:
        return Role(request.POST.get("role", ""))
    except ValueError:
        raise Http404 from None


_ACTS: dict[str, Callable[[HttpRequest, Asking, Person], None]] = {
    "appoint": _appoint,
    "relieve": _relieve,
    "close": _close,
    "open": _open,
    "known_as": _known_as,
}
