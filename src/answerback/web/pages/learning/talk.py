"""One talk: what it can be about, the questions in it, notes, and who will do what. For those of the talk alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answerback.people.learning import commitments, seen, talks
from answerback.people.learning.models import Held, Talk, TalkKind
from answerback.people.models import Person
from answerback.present.talks import joined, title, topic_text
from answerback.web.answering.asking import Asking, asked
from answerback.web.numbers import number_of
from answerback.web.pages.learning.peers import shown_of
from answerback.web.pages.learning.talk_forms import CommitmentForm, NoteForm, TimeForm, TopicForm, WordsForm
from answerback.web.rights import Right, needs
from answerback.web.shown.agenda import Agenda, agenda_of, steps_of, topics_of

QUESTIONS: dict[str, tuple[Any, int]] = {
    "lesson": (gettext_lazy("What is the lesson?"), 1000),
    "serves": (gettext_lazy("How will it serve you in winning the next deal?"), 1000),
    "hardest": (gettext_lazy("What I find hardest"), 1000),
    "advice": (gettext_lazy("What the others did"), 2000),
    "will_try": (gettext_lazy("What I will try"), 1000),
}
_HEARD = gettext_lazy("Noted. Once enough is known, what talks changed is told from the next build on.")
_UNHEARD = gettext_lazy("Noted here. The log does not know those who had it, so nothing is measured of it.")


@needs(Right.SELLERS)
def talk(request: HttpRequest, number: int) -> HttpResponse:
    """The talk, for one of those who have it."""
    asking = asked(request)
    found = _found(asking, number)
    return _page(request, asking, found, {})


@needs(Right.SELLERS)
def say(request: HttpRequest, number: int) -> HttpResponse:
    """Writes down what one of those who have it says or does of it."""
    asking = asked(request)
    found = _found(asking, number)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    with timezone.override(asking.desk.zone):
        refused = act(request, asking, found)
        if refused:
            return _page(request, asking, found, refused)
    if seen.talk(asking.viewer.person, number) is None:  # a guest who stays away
        return redirect("talks")
    return redirect("talk", number=number)


def _found(asking: Asking, number: int) -> Talk:
    found = seen.talk(asking.viewer.person, number)
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, asking: Asking, found: Talk, refused: dict[str, forms.Form]) -> HttpResponse:
    me, zone, now = asking.viewer.person, asking.desk.zone, datetime.now(UTC)
    agenda, leads = agenda_of(asking, found), talks.leads(found, me)
    if agenda is not None and agenda.cards and found.person_id != me.pk:
        asking.looked_at(asking.desk.roster().key_of(found.person.rep_id), "talk")
    guests = list(found.guests.order_by("name", "pk"))
    context: dict[str, Any] = {
        "talk": found,
        "title": title(found.kind, found.person.name, found.coach.name if found.coach is not None else ""),
        "topic": topic_text(found.topic, steps_of(asking)),
        "agenda": agenda,
        "peers": found.kind == TalkKind.PEER_SESSION,
        "guests": joined([each.name for each in guests]),
        "questions": [(QUESTIONS[name][0], getattr(found, name)) for name in talks.WORDS[TalkKind(found.kind)]],
        "notes": seen.notes(me, found),
        "said": found.commitments.select_related("owner").order_by("due_on", "pk"),
        "held": Held.choices,
        "open": talks.open_still(found),
        "leads": leads,
        "own_case": found.person_id == me.pk,
        "shown": shown_of(asking, found),
        "zone": zone,
        "me": me,
        "today": asking.viewer.today,
        "forms": _forms(asking, found, now) | refused,
        **_topic_form(asking, found, agenda),
    }
    return render(request, "pages/learning/talk.html", context)


def _topic_form(asking: Asking, found: Talk, agenda: Agenda | None) -> dict[str, Any]:
    if not talks.open_still(found) or not talks.leads(found, asking.viewer.person):
        return {}
    topics = topics_of(asking, found, agenda)
    return {"topic_form": TopicForm(topics=topics, initial={"topic": found.topic})}


def _forms(asking: Asking, found: Talk, now: datetime) -> dict[str, forms.Form]:
    asked_of = {name: QUESTIONS[name] for name in talks.WORDS[TalkKind(found.kind)]}
    at = found.planned_at.astimezone(asking.desk.zone).replace(tzinfo=None)
    return {
        "words": WordsForm(questions=asked_of, initial={name: getattr(found, name) for name in asked_of}),
        "note": NoteForm(),
        "commit": CommitmentForm(today=asking.viewer.today),
        "move": TimeForm(now=now, initial={"at": at, "minutes": found.minutes}),
    }


_Refused = dict[str, forms.Form]


def _leading(asking: Asking, found: Talk, *, still: bool = False) -> Person:
    """Whoever asks, if they may change the talk; guests may not."""
    if not talks.leads(found, asking.viewer.person) or (still and not talks.open_still(found)):
        raise Http404
    return asking.viewer.person


def _words(request: HttpRequest, asking: Asking, found: Talk) -> _Refused:
    _leading(asking, found)
    asked_of = {name: QUESTIONS[name] for name in talks.WORDS[TalkKind(found.kind)]}
    form = WordsForm(request.POST, questions=asked_of)
    if not form.is_valid():
        return {"words": form}
    talks.write_words(found, form.cleaned_data)
    return {}


def _note(request: HttpRequest, asking: Asking, found: Talk) -> _Refused:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return {"note": form}
    if talks.note(found, asking.viewer.person, form.cleaned_data["text"]) is None:
        messages.warning(request, _("This talk has so many notes already that this one was not kept."))
    return {}


def _strike(request: HttpRequest, asking: Asking, found: Talk) -> _Refused:
    number = number_of(request.POST.get("note", ""))
    if not found.notes.filter(pk=number).exists() or not talks.strike(asking.viewer.person, number):
        raise Http404
    return {}


def _commit(request: HttpRequest, asking: Asking, found: Talk) -> _Refused:
    form = CommitmentForm(request.POST, today=asking.viewer.today)
    if not form.is_valid():
        return {"commit": form}
    said = form.cleaned_data
    if commitments.make(asking.viewer.person, said["text"], said["due_on"], talk=found) is None:
        messages.warning(
            request, _("So much of yours is open that this was not kept. Say of some whether it was done.")
        )
    return {}


def _move(request: HttpRequest, asking: Asking, found: Talk) -> _Refused:
    _leading(asking, found, still=True)
    form = TimeForm(request.POST, now=datetime.now(UTC))
    if not form.is_valid():
        return {"move": form}
    talks.move(found, form.cleaned_data["at"], form.cleaned_data["minutes"])
    messages.success(request, _("Moved. Take its calendar file once more, and calendars know it too."))
    return {}


def _call_off(request: HttpRequest, asking: Asking, found: Talk) -> _Refused:
    _leading(asking, found, still=True)
    talks.call_off(found, now=datetime.now(UTC))
    messages.success(request, _("Called off. Take its calendar file once more, and calendars know it too."))
    return {}


def _held(request: HttpRequest, asking: Asking, found: Talk) -> _Refused:
    _leading(asking, found, still=True)
    if found.planned_at > datetime.now(UTC) and not asking.desk.is_old():
        messages.warning(request, _("It is still ahead. Move it, if it was earlier."))
        return {}
    topics = topics_of(asking, found, agenda_of(asking, found))
    form = TopicForm(request.POST, topics=topics)
    if form.is_valid():
        found.topic = form.cleaned_data["topic"]
        found.save(update_fields=["topic"])
    roster = asking.desk.roster()

    def ids_of(person: Person) -> list[str]:
        key = roster.key_of(person.rep_id) if person.rep_id else None
        return roster.ids_of(key) if key is not None else []

    heard = talks.took_place(asking.desk.home, found, asking.viewer.person, ids_of, now=datetime.now(UTC))
    if found.kind != TalkKind.BUYER_INTERVIEW:
        messages.success(request, str(_HEARD if heard else _UNHEARD))
    return {}


def _hide(request: HttpRequest, asking: Asking, found: Talk) -> _Refused:
    if found.person_id != asking.viewer.person.pk:
        raise Http404
    talks.show(found, [each for each in found.shown if each != request.POST.get("event", "")])
    return {}


def _stay_away(request: HttpRequest, asking: Asking, found: Talk) -> _Refused:
    del request
    if talks.leads(found, asking.viewer.person):
        raise Http404
    talks.stay_away(found, asking.viewer.person)
    return {}


_ACTS: dict[str, Callable[[HttpRequest, Asking, Talk], _Refused]] = {
    "words": _words,
    "note": _note,
    "strike": _strike,
    "commit": _commit,
    "move": _move,
    "call_off": _call_off,
    "held": _held,
    "hide": _hide,
    "stay_away": _stay_away,
}
