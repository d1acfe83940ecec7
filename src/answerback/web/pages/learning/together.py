"""What several practise at once: proposed by one, joined by whoever wants to, begun by lot, told as a whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.analysis.lift.fixing import ENOUGH_REPS, LEAST_REPS, kinds_of_touch
from answerback.analysis.lift.practised import pooled_draw
from answerback.people.learning import group_practices, seen
from answerback.people.learning.practices import NotInTheLog
from answerback.people.models import Role
from answerback.present.plays import play_text
from answerback.present.practices import group_headline, group_lines
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.practising import judged_of
from answerback.web.pages.learning.practice_forms import TogetherForm
from answerback.web.rights import Right, needs


@needs(Right.PRACTISING)
def together(request: HttpRequest) -> HttpResponse:
    """What can be joined, what was drawn, and a form for something new."""
    asking = asked(request)
    home, now = asking.desk.home, asking.desk.moment()
    group_practices.draw_what_is_due(home, now=now)
    plays = asking.desk.once(("kinds of touch",), kinds_of_touch)
    form = TogetherForm(request.POST if request.method == "POST" else None, plays=plays, today=now.date())
    if form.is_valid():
        if group_practices.propose(asking.viewer.person, form.proposed()) is None:
            messages.warning(request, _("Too many of your proposals wait already."))
        else:
            messages.success(request, _("Proposed. Whoever wants to can join until lots are drawn."))
        return redirect("together")
    return render(request, "pages/learning/together.html", _shown(asking) | {"form": form})


@needs(Right.PRACTISING)
def say(request: HttpRequest, number: int) -> HttpResponse:
    """Joins, leaves, or withdraws one's own proposal."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking, said = asked(request), request.POST.get("said", "")
    person = asking.viewer.person
    if said == "withdraw" and group_practices.withdraw(person, number):
        messages.success(request, _("Withdrawn."))
    elif said == "leave" and group_practices.leave(person, number):
        messages.success(request, _("You take no part."))
    elif said == "join" and group_practices.is_open(number) and asking.viewer.own_key is not None:
        _join(request, asking, number)
    else:
        raise Http404
    return redirect("together")


def _join(request: HttpRequest, asking: Asking, number: int) -> None:
    try:
        joined = group_practices.join(asking.desk.home, asking.viewer.person, number)
    except NotInTheLog:
        messages.warning(request, _("No system that is loaded knows you, so nothing could be measured."))
        return
    if joined:
        messages.success(request, _("You take part. Lots decide when you begin; until then you can leave."))
    else:
        messages.warning(request, _("One small change at a time: end the one that you have first."))


@needs(Right.PRACTISING)
def result(request: HttpRequest, number: int) -> HttpResponse:
    """What came of it, for those who took part and for leaders, as sums over each side."""
    asking = asked(request)
    found = seen.group_practice(asking.viewer.person, number, leads=asking.viewer.is_a(Role.LEADER))
    if found is None:
        raise Http404
    judged = judged_of(asking.desk)
    lottery = pooled_draw(judged, found.draw, least=ENOUGH_REPS // 2) if judged is not None else None
    context: dict[str, Any] = {"group": found, "play": play_text(found.play), "working": judged is None}
    context |= {"few": judged is not None and found.draw in judged.draws and lottery is None, "least": ENOUGH_REPS // 2}
    if lottery is not None:
        context |= {"headline": group_headline(lottery), "lines": group_lines(lottery)}
    return render(request, "pages/learning/together_one.html", context)


def _shown(asking: Asking) -> dict[str, Any]:
    person = asking.viewer.person
    leads = asking.viewer.is_a(Role.LEADER)
    waiting = [
        {"group": each, "play": play_text(each.play), "own": each.proposed_by_id == person.pk}
        for each in group_practices.open_ones()
    ]
    return {
        "open": waiting,
        "drawn": seen.group_practices(person, leads=leads),
        "joined": group_practices.joined_by(person),
        "can_join": asking.viewer.own_key is not None,
        "least": LEAST_REPS,
        "enough": ENOUGH_REPS,
    }
