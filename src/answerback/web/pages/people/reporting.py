"""Who reports to whom: what the systems say is proposed, and holds once an admin has confirmed it."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from answerback.people import lines
from answerback.people.lines import Proposal
from answerback.web.answering.asking import Asking, asked
from answerback.web.forms import MOST_BACK, SinceForm
from answerback.web.numbers import number_of
from answerback.web.rights import Right, needs


@needs(Right.ADMIN)
def reporting(request: HttpRequest) -> HttpResponse:
    """Proposals and what holds; a form confirms the chosen ones, another ends one."""
    asking = asked(request)
    today, roster = asking.viewer.today, asking.desk.roster()
    proposed = lines.proposed(roster, today)
    form = SinceForm(request.POST or None, initial={"since": today})
    if request.method == "POST":
        if ends := request.POST.get("end", ""):
            return _end(request, asking, number_of(ends))
        if form.is_valid() and today - MOST_BACK <= form.cleaned_data["since"] <= today:
            return _confirm(request, asking, proposed, form.cleaned_data["since"])
        messages.error(request, _("Choose a day that is not in the future."))
        return redirect("reporting")
    current = [
        {"line": line, "rep": roster.called(key) if (key := roster.key_of(line.rep_id)) is not None else line.rep_id}
        for line in lines.current(today)
    ]
    return render(request, "pages/people/reporting.html", {"proposed": proposed, "current": current, "form": form})


def _confirm(request: HttpRequest, asking: Asking, proposed: list[Proposal], since: date) -> HttpResponse:
    chosen = set(request.POST.getlist("rep"))
    done = [each for each in proposed if each.rep.rep_id in chosen]
    for each in done:
        lines.confirm(asking.viewer.person, each.rep.rep_id, each.manager, since)
    text = ngettext("%(n)d reporting line is confirmed.", "%(n)d reporting lines are confirmed.", len(done))
    messages.success(request, text % {"n": len(done)})
    return redirect("reporting")


def _end(request: HttpRequest, asking: Asking, number: int) -> HttpResponse:
    if not lines.end(asking.viewer.person, number, asking.viewer.today):
        raise Http404
    messages.success(request, _("The line is ended. From today on their manager sees nothing of them any more."))
    return redirect("reporting")
