"""The rep's marks: on balls, and on records that are wrong. Each is a form of one button, and can be undone."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from answerback.people import audit
from answerback.web.answering.asking import asked
from answerback.web.noted.marks import SAID, contest, mark, words_on_acts
from answerback.web.noted.turns import turns_of
from answerback.web.pages.event import opened_by
from answerback.web.pages.mirror import Whose, waiting_of
from answerback.web.rights import Right, needs


@needs(Right.REP)
def mark_ball(request: HttpRequest) -> HttpResponse:
    """Writes down what a rep says of an act that is on their own list; of no other."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking = asked(request)
    event, said, key = request.POST.get("event", ""), request.POST.get("said", ""), asking.viewer.own_key
    if key is None or said not in SAID:
        raise Http404
    turns = turns_of(waiting_of(Whose(asking, key, own=True)), words_on_acts(asking.desk))
    if event not in {each.action_id for each in (*turns.waiting, *(off.row for off in turns.off))}:
        raise Http404
    events = turns.undoing(event) if said == "undo" else (event,)
    mark(asking.desk.home, events or (event,), said, now=datetime.now(UTC), as_of=asking.desk.as_of())
    audit.note(asking.viewer.person, f"ball: {said}", event)
    return redirect("mirror")


@needs(Right.REP)
def contest_record(request: HttpRequest, event_id: str) -> HttpResponse:
    """Writes down that a rep says a record of theirs is wrong, or that it is right after all."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking, said = asked(request), request.POST.get("said", "")
    key = asking.viewer.own_key
    if key is None or said not in ("contest", "upheld"):
        raise Http404
    found = opened_by(asking, asking.scope("contest").only(key), event_id)
    if found is None or (said == "upheld" and not found.contested):
        raise Http404
    now, as_of = datetime.now(UTC), asking.desk.as_of()
    contest(asking.desk.home, event_id, found.source, holds=said == "upheld", now=now, as_of=as_of)
    audit.note(asking.viewer.person, f"record: {said}", event_id)
    if said == "contest":
        messages.success(
            request, _("You contest this record. From the next build on it is in nobody's figures but yours.")
        )
    else:
        messages.success(request, _("You contest this record no more."))
    return redirect("event", event_id)
