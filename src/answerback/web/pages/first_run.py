"""The first page of a new installation, and the people of a practice company, each with one click."""

from __future__ import annotations

from ipaddress import ip_address

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render

from answerback.people.models import Organisation, Person, Role
from answerback.web.rights import Right, needs


@needs(Right.EVERYBODY)
def first_run(request: HttpRequest) -> HttpResponse:
    """What can be done here first."""
    organisation = Organisation.objects.first()
    if organisation is not None and organisation.practice and _from_here(request):
        people = Person.objects.filter(is_active=True).prefetch_related("appointments").order_by("name")
        by_role: dict[Role, list[Person]] = {role: [] for role in Role}
        for person in people:
            for each in person.appointments.all():
                by_role[Role(each.role)].append(person)
        groups = [{"role": role, "people": found} for role, found in by_role.items() if found]
        return render(request, "pages/practice.html", {"organisation": organisation, "groups": groups})
    return render(request, "pages/first_run.html", {"organisation": organisation})


@needs(Right.EVERYBODY)
def be(request: HttpRequest) -> HttpResponse:
    """Signs in as somebody of a practice company, from this computer only."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    organisation = Organisation.objects.first()
    if organisation is None or not organisation.practice or not _from_here(request):
        raise Http404
    who = request.POST.get("who", "")
    person = get_object_or_404(Person, pk=who if who.isdecimal() and len(who) < 16 else 0, is_active=True)
    login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return redirect("home")


def _from_here(request: HttpRequest) -> bool:
    """Whether a request comes from this very computer, and through no proxy."""
    if any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
