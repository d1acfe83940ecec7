"""Talks ahead and talks that were: planned one by one or as a rhythm, each with its file for a calendar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from answerback.people.learning import commitments, rhythms, seen, talks
from answerback.people.learning.models import Held, Rhythm, Talk, TalkKind
from answerback.people.learning.rhythms import Beat
from answerback.people.learning.talks import Planned
from answerback.people.models import Person
from answerback.present.talks import joined, rhythm_text, title, topic_text
from answerback.web.answering.asking import Asking, asked
from answerback.web.numbers import number_of
from answerback.web.pages.learning.talk_forms import CoachedForm, PeersForm, RhythmForm, TimeForm
from answerback.web.rights import Right, needs
from answerback.web.shown.agenda import own_kinds, steps_of

MOST_PAST = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A talk in a list."""

    talk: Talk
    title: str
    topic: str
    open: bool


@needs(Right.SELLERS)
def listing(request: HttpRequest) -> HttpResponse:
    """What is ahead, what was said one would do, what comes again and again, and what was."""
    return _page(request, asked(request), {})


@needs(Right.SELLERS)
def plan(request: HttpRequest) -> HttpResponse:
    """Plans a talk, or a rhythm of talks."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking = asked(request)
    what = request.POST.get("what", "")
    act = _PLANS.get(what)
    given = _forms(asking, request.POST, only=what)
    if act is None or what not in given:
        raise Http404
    with timezone.override(asking.desk.zone):
        form = given[what]
        if not form.is_valid():
            return _page(request, asking, {what: form})
        if act(asking, form):
            messages.success(request, _("Planned. Its calendar file is beside it."))
        else:
            messages.warning(request, _("So many are planned already that this one was not."))
    return redirect("talks")


@needs(Right.SELLERS)
def end_rhythm(request: HttpRequest, number: int) -> HttpResponse:
    """No talk of a rhythm comes any more."""
    asking = asked(request)
    found = seen.rhythms(asking.viewer.person).filter(pk=number, ended_on=None).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    rhythms.end(found, now=datetime.now(UTC), zone=asking.desk.zone)
    messages.success(request, _("It has ended. Take the calendar file once more, and your calendar knows it too."))
    return redirect("talks")


@needs(Right.SELLERS)
def commitment(request: HttpRequest, number: int) -> HttpResponse:
    """The word of who said they would do something on whether it was done."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    said = request.POST.get("held", "")
    if said not in Held.values:
        raise Http404
    asking = asked(request)
    person, today = asking.viewer.person, asking.viewer.today
    if commitments.answer(person, number, Held(said), now=datetime.now(UTC), today=today) is None:
        raise Http404
    talk = seen.talk(asking.viewer.person, number_of(request.POST.get("talk", "")))
    return redirect("talk", number=talk.pk) if talk is not None else redirect("talks")


def _page(request: HttpRequest, asking: Asking, refused: dict[str, forms.Form]) -> HttpResponse:
    now, person, zone = datetime.now(UTC), asking.viewer.person, asking.desk.zone
    mine = list(seen.rhythms(person).filter(ended_on=None).order_by("first_at", "pk"))
    rhythms.lay_out(mine, now=now, zone=zone)
    steps = frozenset(steps_of(asking))
    every = seen.talks(person).select_related("coach", "person")
    ahead = every.filter(held_at=None, cancelled_at=None).order_by("planned_at", "pk")
    past = every.exclude(held_at=None, cancelled_at=None).order_by("-planned_at", "-pk")[:MOST_PAST]
    context: dict[str, Any] = {
        "ahead": [_row(each, steps) for each in ahead],
        "past": [_row(each, steps) for each in past],
        "rhythms": [{"each": each, "text": _rhythm(each, asking)} for each in mine],
        "due": commitments.open_of(person, asking.viewer.today),
        "held": Held.choices,
        "today": asking.viewer.today,
        "forms": _forms(asking) | refused,
        "zone": zone,
        "me": person,
    }
    return render(request, "pages/learning/talks.html", context)


def _row(talk: Talk, steps: frozenset[str]) -> Row:
    coach = talk.coach.name if talk.coach is not None else ""
    called = title(talk.kind, talk.person.name, coach)
    return Row(talk, called, topic_text(talk.topic, steps), talks.open_still(talk))


def _rhythm(each: Rhythm, asking: Asking) -> str:
    text = rhythm_text(each.every, each.first_at.astimezone(asking.desk.zone), each.minutes)
    return f"{joined([each.coach.name, each.person.name])}: {text[:1].lower()}{text[1:]}"


def _forms(asking: Asking, data: Any = None, *, only: str = "") -> dict[str, forms.Form]:
    """The forms for what somebody can plan, by name: nobody is offered what they could not do."""
    person, today, now = asking.viewer.person, asking.viewer.today, datetime.now(UTC)
    led = Person.objects.filter(pk__in=seen.led_by(person, today), is_active=True).order_by("name", "pk")
    coaches, peers = seen.managers_of(person, today), seen.teammates(person, today)
    others = led if led.exists() else coaches
    made: dict[str, forms.Form] = {}
    if others.exists() and only in ("", "coached"):
        made["coached"] = CoachedForm(data, others=others, now=now, prefix="coached")
    if led.exists() and only in ("", "rhythm"):
        made["rhythm"] = RhythmForm(data, others=led, now=now, prefix="rhythm")
    if peers.exists() and only in ("", "peers"):
        kinds = [(each, topic_text(each)) for each in own_kinds(asking, person)]
        made["peers"] = PeersForm(data, others=peers, kinds=kinds, now=now, prefix="peers")
    if only in ("", "buyer"):
        made["buyer"] = TimeForm(data, now=now, prefix="buyer")
    return made


def _plan_coached(asking: Asking, form: forms.Form) -> bool:
    said, me, today = form.cleaned_data, asking.viewer.person, asking.viewer.today
    other: Person = said["other"]
    coach, person = (me, other) if other.pk in seen.led_by(me, today) else (other, me)
    planned = Planned(TalkKind(said["kind"]), said["at"], said["minutes"])
    return talks.plan(person, planned, coach=coach, today=today) is not None


def _plan_rhythm(asking: Asking, form: forms.Form) -> bool:
    said = form.cleaned_data
    beat = Beat(Rhythm.Every(said["every"]), said["at"], said["minutes"])
    now, zone = datetime.now(UTC), asking.desk.zone
    return rhythms.begin(asking.viewer.person, said["other"], beat, now=now, zone=zone) is not None


def _plan_peers(asking: Asking, form: forms.Form) -> bool:
    said = form.cleaned_data
    planned = Planned(TalkKind.PEER_SESSION, said["at"], said["minutes"], said["topic"])
    return talks.plan(asking.viewer.person, planned, guests=said["guests"], today=asking.viewer.today) is not None


def _plan_buyer(asking: Asking, form: forms.Form) -> bool:
    said = form.cleaned_data
    planned = Planned(TalkKind.BUYER_INTERVIEW, said["at"], said["minutes"])
    return talks.plan(asking.viewer.person, planned, today=asking.viewer.today) is not None


_PLANS: dict[str, Callable[[Asking, forms.Form], bool]] = {
    "coached": _plan_coached,
    "rhythm": _plan_rhythm,
    "peers": _plan_peers,
    "buyer": _plan_buyer,
}
