"""Lessons: what each says, how it stands by what came after it, where it came from, and on which deals one uses it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.analysis.chain_around import around_deal
from answerback.analysis.lessons import State
from answerback.people.learning import lessons as told
from answerback.people.learning import seen
from answerback.people.learning.lessons import Using
from answerback.people.learning.models import Debrief
from answerback.people.models import Person
from answerback.present.lessons import suggestion_counts, suggestion_text, where_text
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.lessons import claims_of, states_of, suggested, words_known
from answerback.web.noted.marks import heard_at
from answerback.web.pages.learning.lesson_forms import LessonForm, ThanksForm
from answerback.web.rights import Right, holds, needs
from answerback.web.shown.lessons import shown_lesson, standing_tag

_ORDER = (State.CONFIRMED, State.SUPPORTED, State.EMERGING, None, State.REJECTED)
_SUGGESTED = ("step", "segment", "obstacle", "play", "instead_of")
MOST_SUGGESTED = 3


@needs(Right.SIGNED_IN)
def lessons(request: HttpRequest) -> HttpResponse:
    """Every lesson that was shared, the best borne out first; one's own; and what the data suggest."""
    asking = asked(request)
    found = list(seen.lessons(asking.viewer.person).select_related("author").order_by("-stated_at", "-pk"))
    claims = claims_of(asking.desk, found)
    states = states_of(asking.desk, claims)
    rows: list[dict[str, Any]] = [
        {
            "lesson": each,
            "where": where_text(claims[each.pk]),
            **standing_tag(states[each.pk]),
            "own": each.author_id == asking.viewer.person.pk,
        }
        for each in sorted(found, key=lambda each: _ORDER.index(states[each.pk]))
    ]
    suggestions = _suggested(asking) if holds(Right.SELLERS, asking) else []
    context = {
        "loading": None in states.values() or suggestions is None,
        "shared": [row for row in rows if row["lesson"].shared_at],
        "private": [row for row in rows if not row["lesson"].shared_at],
        "suggested": suggestions,
    }
    return render(request, "pages/learning/lessons.html", context)


def _suggested(asking: Asking) -> list[dict[str, Any]] | None:
    found = suggested(asking.desk)
    if found is None:
        return None
    return [
        {
            "text": suggestion_text(each),
            "counts": suggestion_counts(each),
            "fields": {name: getattr(each.claim, name) for name in _SUGGESTED if getattr(each.claim, name)},
        }
        for each in found[:MOST_SUGGESTED]
    ]


@needs(Right.SIGNED_IN)
def lesson_new(request: HttpRequest) -> HttpResponse:
    """Says a lesson: from nothing, from a debrief of one's own, or from what the data suggest."""
    asking = asked(request)
    debrief = _debrief(asking, request.POST.get("debrief") or request.GET.get("debrief", ""))
    first = {name: request.GET.get(name, "") for name in (*_SUGGESTED, "statement")}
    if debrief is not None:
        first["statement"] = first["statement"] or debrief.lesson[: told.LONGEST]
        first["segment"] = first["segment"] or str(debrief.facts.get("segment") or "")
        first["step"] = first["step"] or str(debrief.facts.get("typed_in") or "")
    form = LessonForm(request.POST or None, known=words_known(asking.desk), initial=first)
    if request.method == "POST" and form.is_valid():
        now = datetime.now(UTC)
        made = told.state(
            asking.viewer.person, form.said(), now=heard_at(now, asking.desk.as_of()), debrief=debrief
        )  # fmt: skip
        if made is not None:
            messages.success(request, _("Kept. It is yours alone, until you share it."))
            return redirect("lesson", number=made.pk)
        messages.warning(request, _("Too many of your lessons stand already: withdraw one first."))
    context = {"form": form, "debrief": debrief, "suggested": bool(first["play"] and first["instead_of"])}
    return render(request, "pages/learning/lesson_new.html", context)


def _debrief(asking: Asking, number: str) -> Debrief | None:
    if not number.isdecimal() or len(number) > 9:
        return None
    return seen.own_debriefs(asking.viewer.person).filter(pk=int(number), closed_at__isnull=False).first()


@needs(Right.SIGNED_IN)
def lesson(request: HttpRequest, number: int) -> HttpResponse:
    """One lesson, for whoever may read it."""
    asking = asked(request)
    found = seen.lesson(asking.viewer.person, number)
    if found is None:
        raise Http404
    context = shown_lesson(asking, found) | {"thanks_form": ThanksForm()}
    return render(request, "pages/learning/lesson.html", context)


@needs(Right.SIGNED_IN)
def lesson_do(request: HttpRequest, number: int) -> HttpResponse:
    """Shares a lesson of one's own, takes it back, withdraws it; thanks for another's; lets go of a rejected one."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    person, said = asked(request).viewer.person, request.POST.get("said", "")
    if seen.lesson(person, number) is None or not _done(request, person, number, said):
        raise Http404
    if said == "withdraw":
        messages.success(request, _("Withdrawn. Nobody reads it any more."))
        return redirect("lessons")
    return redirect("mirror") if said == "let_go" else redirect("lesson", number=number)


def _done(request: HttpRequest, person: Person, number: int, said: str) -> bool:
    now = datetime.now(UTC)
    match said:
        case "share" | "share_without_name":
            return told.share(person, number, anonymous=said != "share", now=now)
        case "take_back":
            return told.take_back(person, number)
        case "withdraw":
            return told.withdraw(person, number, now=now)
        case "thank":
            form = ThanksForm(request.POST)
            return form.is_valid() and told.thank(person, number, form.cleaned_data["note"])
        case "no_thanks":
            return told.take_thanks_back(person, number)
        case "let_go":
            return told.let_go(person, number)
        case _:
            return False


@needs(Right.REP)
def lesson_use(request: HttpRequest) -> HttpResponse:
    """Writes down that one uses a lesson on a deal that one may open, or takes that back."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking = asked(request)
    deal_id, number, said = (request.POST.get(name, "") for name in ("deal", "lesson", "said"))
    own = asking.viewer.own_key
    readable = number.isdecimal() and len(number) < 10 and seen.lesson(asking.viewer.person, int(number)) is not None
    if own is None or not readable or said not in ("used", "undo"):
        raise Http404
    scope = asking.scope("chain").only(own)
    # A deal that does not open for this rep raises NotFoundError, which is no page.
    asking.desk.once(("chain", "deal", deal_id, scope), lambda reader: around_deal(reader, scope, deal_id))
    now = datetime.now(UTC)
    rep_ids = tuple(asking.desk.roster().ids_of(own))
    word = Using(int(number), deal_id, rep_ids, used=said == "used")
    told.use(asking.desk.home, word, now=now, said_at=heard_at(now, asking.desk.as_of()))
    if said == "used":
        messages.success(request, _("Noted. Your next touch of this deal shows whether it held."))
    if request.POST.get("from") == "lesson":
        return redirect("lesson", number=int(number))
    return redirect("mirror") if request.POST.get("from") == "mirror" else redirect("deal", deal_id)
