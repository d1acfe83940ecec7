"""The first page of a new installation: a made-up company, one's own mailbox, or a team; then, who one wants to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answerback.api.practice import SEED, Practice, make_practice
from answerback.engine.protocol import Limits
from answerback.people.models import Organisation, Person, Role
from answerback.simulate.envelope import envelope_in
from answerback.web.answering.asking import asking_of
from answerback.web.answering.desk import desk
from answerback.web.coming_in.nearby import is_from_here
from answerback.web.coming_in.room import room
from answerback.web.rights import Right, holds, needs
from answerback.web.running.jobs import Advance, jobs
from answerback.web.running.practice_people import settle
from answerback.web.running.progress import failed_page, progress_page
from answerback.workspace.home import Home
from answerback.workspace.log import read_batches

KIND = "practice"
_SEES: Mapping[Role, Any] = {
    Role.REP: gettext_lazy("Which buyers wait on me, and which of my touches move buyers?"),
    Role.MANAGER: gettext_lazy("Whom do I talk to, and about what? Is it the person or the system?"),
    Role.LEADER: gettext_lazy("Is it them, or is it us? How much of the pipeline has a buyer's act behind it?"),
    Role.OPERATIONS: gettext_lazy("Can the data be relied on, and what would each further source unlock?"),
    Role.ENABLEMENT: gettext_lazy("Lessons, without persons."),
    Role.ADMIN: gettext_lazy("Who can sign in, and who sees what?"),
}
"""What each role asks."""
_BEGUN = ".practice-begun"


@needs(Right.EVERYBODY)
def first_run(request: HttpRequest) -> HttpResponse:
    """What can be done here first."""
    organisation = settle(desk(), now=datetime.now(UTC)) or Organisation.objects.first()
    here = is_from_here(request)
    if organisation is not None and organisation.practice and here:
        context = {"organisation": organisation, "groups": _by_role(), "tour": envelope_in(desk().home.root)}
        return render(request, "pages/practice.html", context)
    context = {
        "organisation": organisation,
        "here": here,
        "empty": organisation is None and _is_free(desk().home),
        "loads": holds(Right.LOADING, asking_of(request)),
    }
    return render(request, "pages/first_run.html", context)


def _by_role() -> list[dict[str, object]]:
    by_role: dict[Role, list[Person]] = {role: [] for role in Role}
    for person in Person.objects.filter(is_active=True).prefetch_related("appointments").order_by("name"):
        for each in person.appointments.all():
            by_role[Role(each.role)].append(person)
    return [{"role": role, "sees": _SEES[role], "people": found} for role, found in by_role.items() if found]


@needs(Right.EVERYBODY)
def be(request: HttpRequest) -> HttpResponse:
    """Signs in as somebody of a practice company, from this computer only."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    organisation = Organisation.objects.first()
    if organisation is None or not organisation.practice or not is_from_here(request):
        raise Http404
    who = request.POST.get("who", "")
    number = who if who.isascii() and who.isdecimal() and len(who) < 16 else 0
    person = get_object_or_404(Person, pk=number, is_active=True)
    login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return redirect("home")


@needs(Right.EVERYBODY)
def practise(request: HttpRequest) -> HttpResponse:
    """Makes a practice company where nothing is yet, and says how far that has come."""
    if not is_from_here(request):
        raise Http404
    running = next(iter(jobs().of_kind(KIND)), None)
    if running is not None and not running.finished.is_set():
        note = _("Nine months of a team of twelve: their mails, calendars, calls and deals, and what buyers did.")
        return progress_page(request, running, _("A company is being made up"), note)
    if envelope_in(desk().home.root) is not None:
        return redirect("first_run")
    if request.method == "POST":
        if Organisation.objects.exists() or not _is_free(desk().home):
            raise Http404
        jobs().submit(KIND, 0, partial(_made, desk().home))
        return redirect("practise")
    if running is not None:
        return failed_page(request, running, "first_run")
    return redirect("first_run")


def _made(home: Home, advance: Advance) -> Practice:
    """The company, in this workspace; begun again where an earlier attempt was killed."""
    begun = home.root / _BEGUN
    begun.touch()

    @contextmanager
    def stage(title: str) -> Iterator[Advance]:
        advance(title, 0, 0)
        yield lambda what, done, total: advance(f"{title}: {what}", done, total)

    with room().folder() as folder:
        made = make_practice(folder / "exports", home.root, seed=SEED, limits=Limits(), stage=stage)
    begun.unlink()
    return made


def _is_free(home: Home) -> bool:
    """Whether nothing was loaded, or only the beginning of a practice company."""
    return _begun(home.root) or not read_batches(home)


def _begun(root: Path) -> bool:
    return (root / _BEGUN).exists()
