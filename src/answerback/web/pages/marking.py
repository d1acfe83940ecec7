"""The rep's marks on balls: each a form of one button, and each can be undone."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from answerback.people import audit
from answerback.web.asking import asked
from answerback.web.marks import SAID, mark
from answerback.web.pages.mirror import own_of
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
    scope = asking.scope("mirror").only(key)
    found = asking.desk.once(("mirror", scope, key), lambda reader: own_of(reader, scope, key))
    if event not in {each.action_id for each in found.waits.rows}:
        raise Http404
    mark(asking.desk.home, event, said, now=datetime.now(UTC), as_of=asking.desk.as_of())
    audit.note(asking.viewer.person, f"ball: {said}", event)
    return redirect("mirror")
