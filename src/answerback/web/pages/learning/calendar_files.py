"""The calendar files of talks and rhythms, for whoever has a part in them."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from answerback.people.learning import rhythms, seen
from answerback.people.learning.models import Rhythm, Talk
from answerback.people.models import Person
from answerback.present.invitation import Every, Guest, Meeting, invitation
from answerback.present.talks import title
from answerback.web.answering.asking import Asking, asked
from answerback.web.rights import Right, needs


@needs(Right.SELLERS)
def of_talk(request: HttpRequest, number: int) -> HttpResponse:
    """One talk as an invitation; once it is called off, what takes it out of calendars."""
    asking = asked(request)
    found = seen.talk(asking.viewer.person, number)
    if found is None:
        raise Http404
    return _file(_of_talk(request, found), asking, f"talk-{found.pk}")


@needs(Right.SELLERS)
def of_rhythm(request: HttpRequest, number: int) -> HttpResponse:
    """A rhythm as an invitation with its rule."""
    asking = asked(request)
    found = seen.rhythms(asking.viewer.person).filter(pk=number).first()
    if found is None:
        raise Http404
    return _file(_of_rhythm(request, found, asking), asking, f"talks-{found.pk}")


def _file(meeting: Meeting, asking: Asking, name: str) -> HttpResponse:
    method = "CANCEL" if meeting.cancelled else "REQUEST"
    response = HttpResponse(
        invitation(meeting, asking.desk.zone), content_type=f"text/calendar; charset=utf-8; method={method}"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def _of_talk(request: HttpRequest, talk: Talk) -> Meeting:
    """A talk of a rhythm is one of its times, so it bears the rhythm's name."""
    coach = talk.coach or talk.person
    others = [talk.person] if talk.coach is not None else list(talk.guests.order_by("pk"))
    rhythm = talk.rhythm
    return Meeting(
        uid=str(rhythm.uid if rhythm is not None else talk.uid),
        title=title(talk.kind, talk.person.name, talk.coach.name if talk.coach is not None else ""),
        link=request.build_absolute_uri(reverse("talk", kwargs={"number": talk.pk})),
        starts_at=talk.planned_at,
        minutes=talk.minutes,
        organiser=_guest(coach),
        guests=tuple(_guest(each) for each in others),
        changed=talk.changed + (rhythm.changed if rhythm is not None else 0),
        made_at=datetime.now(UTC),
        cancelled=talk.cancelled_at is not None,
        slot_at=talk.slot_at,
    )


def _of_rhythm(request: HttpRequest, rhythm: Rhythm, asking: Asking) -> Meeting:
    never = rhythm.ended_on is not None and rhythm.first_at.astimezone(asking.desk.zone).date() >= rhythm.ended_on
    return Meeting(
        uid=str(rhythm.uid),
        title=title("one_to_one", rhythm.person.name, rhythm.coach.name),
        link=request.build_absolute_uri(reverse("talks")),
        starts_at=rhythm.first_at,
        minutes=rhythm.minutes,
        organiser=_guest(rhythm.coach),
        guests=(_guest(rhythm.person),),
        changed=rhythm.changed,
        made_at=datetime.now(UTC),
        cancelled=never,
        every=Every(rhythm.every),
        last_day=None if never else rhythms.last_day(rhythm),
    )


def _guest(person: Person) -> Guest:
    return Guest(person.name or person.email, person.email)
