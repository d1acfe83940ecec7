"""Fixed groups of at least five whose sums a manager sees, where managers see groups."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from answerback.people import groups as fixed
from answerback.people.groups import LEAST, TooFew
from answerback.people.models import Group, Person, Role
from answerback.web.answering.asking import asked
from answerback.web.forms import GroupForm, MembersForm
from answerback.web.rights import Right, needs


@needs(Right.ADMIN)
def groups(request: HttpRequest) -> HttpResponse:
    """All groups of today, and a form for a new one."""
    asking = asked(request)
    roster, today = asking.desk.roster(), asking.viewer.today
    people = Person.objects.filter(is_active=True).prefetch_related("appointments")
    managers = [each for each in people if Role.MANAGER in each.roles_on(today)]
    form = GroupForm(roster, request.POST or None, managers=managers)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            fixed.make(asking.viewer.person, said["manager"], said["name"], said["rep_ids"], today)
        except TooFew as error:
            form.add_error("rep_ids", _why(error))
        else:
            messages.success(request, _("The group is made."))
            return redirect("groups")
    context = {"form": form, "current": fixed.current(today), "viewer": asking.viewer, "least": LEAST}
    return render(request, "pages/people/groups.html", context)


@needs(Right.ADMIN)
def group(request: HttpRequest, number: int) -> HttpResponse:
    """One group: another membership from today on, or its end."""
    asking = asked(request)
    today = asking.viewer.today
    found = get_object_or_404(Group.objects.select_related("manager"), pk=number)
    version = next((each for each in found.versions.all() if each.holds(today)), None)
    if version is None:
        raise Http404
    form = MembersForm(asking.desk.roster(), request.POST or None, initial={"rep_ids": version.rep_ids})
    if request.method == "POST" and "end" in request.POST:
        fixed.end(asking.viewer.person, found, today)
        messages.success(request, _("The group is ended. Nobody sees its sums any more."))
        return redirect("groups")
    if request.method == "POST" and form.is_valid():
        try:
            fixed.change(asking.viewer.person, found, form.cleaned_data["rep_ids"], today)
        except TooFew as error:
            form.add_error("rep_ids", _why(error))
        else:
            messages.success(request, _("The group is changed from today on."))
            return redirect("groups")
    return render(request, "pages/people/group.html", {"form": form, "group": found, "least": LEAST})


def _why(error: TooFew) -> str:
    if not error.count:
        return _("A group holds at least five people.")
    return _(
        "From the sums of this group and of groups that were shown before, those of %(n)d could be worked out. "
        "Choose so that at least five differ, or none."
    ) % {"n": error.count}
