"""Polls: which are open, answering one, what a closed one said; and a buyer's answer by a link, without signing in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from answerback.people.learning import surveys as polls
from answerback.people.learning.models import Survey
from answerback.people.learning.survey_templates import (
    BUYING,
    GROUPS,
    SCALE,
    TEMPLATES,
    UNKNOWN,
    Template,
)
from answerback.people.models import Role
from answerback.stats.compare import Compared
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.desk import desk
from answerback.web.rights import Right, holds, needs

SELLERS = (Role.REP, Role.MANAGER, Role.LEADER)
_SHOWN = 12


class AnswerForm(forms.Form):
    """One row of choices a statement; what is left out counts as "I do not know"."""

    def __init__(self, *given: Any, template: Template) -> None:
        super().__init__(*given)
        choices = [*((str(value), text) for value, text in SCALE), (str(UNKNOWN), _("I do not know"))]
        for each in template.questions:
            self.fields[each.key] = forms.ChoiceField(
                label=str(each.text), choices=choices, required=False, widget=forms.RadioSelect
            )

    def said(self) -> dict[str, int]:
        """By question the answer."""
        return {name: int(value) for name, value in self.cleaned_data.items() if value}


class PutForm(forms.Form):
    """Which poll, for how long."""

    template = forms.ChoiceField(choices=[(each.key, each.title) for each in TEMPLATES.values()])
    days = forms.TypedChoiceField(choices=[(each, each) for each in polls.DAYS], coerce=int)


@needs(Right.SIGNED_IN)
def surveys(request: HttpRequest) -> HttpResponse:
    """What one can answer, and what was said in polls that are over."""
    asking = asked(request)
    today = asking.desk.today()
    puts = holds(Right.POLLING, asking)
    form = PutForm(request.POST or None)
    if request.method == "POST":
        if not puts:
            raise Http404
        if form.is_valid():
            made = polls.put(asking.viewer.person, form.cleaned_data["template"], today, form.cleaned_data["days"])
            if made is None:
                messages.warning(request, _("One of this kind is open already, or three are: wait until they close."))
            return redirect("surveys")
    context = {
        "open": [_entry(asking, each) for each in polls.open_ones(today)],
        "closed": polls.closed_ones(today)[:_SHOWN],
        "puts": puts,
        "templates": TEMPLATES.values(),
        "days": polls.DAYS,
    }
    return render(request, "pages/learning/surveys.html", context)


@needs(Right.SIGNED_IN)
def survey(request: HttpRequest, number: int) -> HttpResponse:
    """One poll: its questions while it is open and not yet answered, what was said once it is over."""
    asking = asked(request)
    found, today = _found(number), asking.desk.today()
    entry = _entry(asking, found)
    form = AnswerForm(request.POST or None, template=polls.template_of(found)) if entry["may_answer"] else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            if polls.answer(asking.viewer.person, found, entry["group"], form.said(), today):
                messages.success(request, _("Counted. Nobody can tell which answers are yours, you neither."))
            return redirect("survey", found.pk)
    lines = polls.results(found, today)
    context: dict[str, Any] = {
        "entry": entry,
        "form": form,
        "lines": _lines(lines),
        "gap": _gap(polls.widest_gap(lines or [])),
        "compared": any(each.gap is not None for each in lines or []),
    }
    return render(request, "pages/learning/survey.html", context)


@needs(Right.SELLERS)
def buyer_link(request: HttpRequest, number: int) -> HttpResponse:
    """Makes a link for one answer of one buyer, and shows it this once."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking = asked(request)
    found = _found(number)
    key = polls.link_for_buyer(asking.viewer.person, found, asking.desk.today(), datetime.now(UTC))
    if not key:
        messages.warning(request, _("No link can be made: the poll is not open, or you have made many today."))
        return redirect("survey", found.pk)
    link = request.build_absolute_uri(reverse("buyer_survey", args=[key]))
    return render(request, "pages/learning/buyer_link.html", {"entry": _entry(asking, found), "link": link})


@needs(Right.EVERYBODY)
def buyer_survey(request: HttpRequest, key: str) -> HttpResponse:
    """A buyer's answer: no account, no name, one answer a link."""
    today = desk().today()
    behind = polls.behind_link(key, today)
    if behind is None:
        raise Http404
    found, mark = behind
    template = polls.template_of(found)
    form, thanks = AnswerForm(request.POST or None, template=template), polls.is_used(found, mark)
    if request.method == "POST" and form.is_valid():
        polls.answer_by_link(found, mark, form.said(), today)
        thanks = True
    context = {"title": template.title, "form": form, "thanks": thanks}
    return render(request, "pages/learning/buyer_survey.html", context)


def _found(number: int) -> Survey:
    found = polls.found(number)
    if found is None:
        raise Http404
    return found


def _entry(asking: Asking, each: Survey) -> dict[str, Any]:
    """A poll as lists show it: whose it is, and what whoever looks can do with it."""
    today, template = asking.desk.today(), polls.template_of(each)
    is_open = each.opens_on <= today < each.closes_on
    group = polls.group_of(asking.viewer.roles, each)
    answered = is_open and bool(group) and polls.has_answered(asking.viewer.person, each)
    return {
        "survey": each,
        "title": template.title,
        "asked": [GROUPS[name] for name in template.groups],
        "is_open": is_open,
        "group": group,
        "answered": answered,
        "may_answer": is_open and bool(group) and not answered,
        "may_link": is_open and BUYING in template.groups and asking.viewer.is_a(*SELLERS),
    }


def _lines(lines: list[polls.Line] | None) -> list[dict[str, Any]] | None:
    if lines is None:
        return None
    return [
        {
            "text": each.question.text,
            "groups": [(GROUPS[name], _told(told), _told(dict(each.before).get(name))) for name, told in each.groups],
        }
        for each in lines
    ]


def _told(told: polls.Told | None) -> dict[str, Any] | None:
    if told is None or told.interval is None:
        return None
    ends = [round(100 * float(end)) for end in (told.interval.low, told.interval.high)]
    return {"agree": told.agree, "know": told.know, "percent": round(100 * told.agree / told.know), "ends": ends}


def _gap(line: polls.Line | None) -> dict[str, Any] | None:
    gap: Compared | None = line.gap if line is not None else None
    if line is None or gap is None:
        return None
    shares = [round(100 * each) for each in (gap.before, gap.after, abs(gap.change))]
    return {"text": line.question.text, "leading": shares[0], "selling": shares[1], "points": shares[2]}
