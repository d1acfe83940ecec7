"""Practice: one small change at a time. What is on, what might be worth trying, what came of those before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.analysis.lift.fixing import next_monday
from answerback.analysis.lift.plan import BASELINE_WEEKS
from answerback.analysis.lift.practised import Kind
from answerback.people.learning import group_practices, practices, seen
from answerback.people.learning.models import Ended, Practice
from answerback.people.learning.practices import AlreadyPractising, Chosen, NotInTheLog, Standing
from answerback.present.practices import plan_lines
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.practising import kinds_of
from answerback.web.pages.learning.practice_forms import ALL, ChangeForm, PracticeForm
from answerback.web.rights import Right, needs
from answerback.web.shown.practising import (
    Suggestion,
    baseline_of,
    current_of,
    shown_of,
    suggested,
    suggestions,
)

MOST_BEFORE = 12


@needs(Right.PRACTISING)
def practice(request: HttpRequest) -> HttpResponse:
    """One's own practice, what might be next, what was; and what several try together."""
    asking = asked(request)
    group_practices.draw_what_is_due(asking.desk.home, now=asking.desk.moment())
    person, key = asking.viewer.person, asking.viewer.own_key
    current = current_of(asking)
    before = seen.practices(person).exclude(ended_at=None).prefetch_related("days").order_by("-starts_on", "-pk")
    context: dict[str, Any] = {
        "known": key is not None,
        "shown": current,
        "before": [shown_of(asking, each, key) for each in before[:MOST_BEFORE]],
        "joined": group_practices.joined_by(person),
        "open": list(group_practices.open_ones()),
    }
    if key is not None and current is None:
        context["suggestions"] = suggestions(asking)
    return render(request, "pages/learning/practice.html", context)


@needs(Right.REP)
def new(request: HttpRequest) -> HttpResponse:
    """Chooses a practice: first what, then what will be fixed, then it is fixed."""
    asking = asked(request)
    key = asking.viewer.own_key
    if key is None:
        raise Http404
    if practices.current(asking.viewer.person) is not None:
        messages.warning(request, _("One small change at a time: this one first."))
        return redirect("practice")
    kinds = kinds_of(asking, key)
    given = request.POST if request.method == "POST" else None
    origin = suggested(asking, (given or request.GET).get("from", ""))
    form = PracticeForm(given, kinds=kinds, initial=_initial(origin))
    context: dict[str, Any] = {"form": form, "origin": origin}
    if form.is_valid():
        chosen = form.chosen()
        if request.POST.get("step") == "begin":
            return _begin(request, asking, chosen, origin)
        kind = next((each for each in kinds if each.play == chosen.play), Kind(chosen.play, 0, 0.0, 0))
        starts = next_monday(asking.desk.moment().date())
        context["plan"] = plan_lines(
            kind, dose=chosen.dose, weeks=chosen.weeks, starts=starts, baseline_weeks=BASELINE_WEEKS
        )
        context |= {"chosen": chosen, "said": form.cleaned_data}
        return render(request, "pages/learning/practice_plan.html", context)
    return render(request, "pages/learning/practice_new.html", context)


def _initial(origin: Suggestion | None) -> dict[str, Any]:
    if origin is None:
        return {"play": ALL}
    return {"what": origin.what[: practices.LONGEST], "play": origin.play or ALL, "why": origin.reason}


def _begin(request: HttpRequest, asking: Asking, chosen: Chosen, origin: Suggestion | None) -> HttpResponse:
    whole = chosen
    if origin is not None:
        whole = Chosen(
            chosen.what, chosen.play, chosen.dose, chosen.weeks, chosen.why, origin.lesson, origin.finding_id
        )
    key = asking.viewer.own_key
    baseline = baseline_of(asking, key, chosen.play) if key is not None else {}
    try:
        practices.begin(asking.desk.home, asking.viewer.person, whole, baseline=baseline, now=asking.desk.moment())
    except AlreadyPractising:
        messages.warning(request, _("One small change at a time: there is one already, or you joined one."))
    except NotInTheLog:
        messages.warning(request, _("No system that is loaded knows you, so nothing could be measured."))
    else:
        messages.success(request, _("Fixed. It begins on Monday; until then it can be called off."))
    return redirect("practice")


@needs(Right.PRACTISING)
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One practice, for its owner and for the manager whom they let see it."""
    asking = asked(request)
    found = seen.practice(asking.viewer.person, number, asking.viewer.today)
    if found is None:
        raise Http404
    key = asking.desk.roster().key_of(found.person.rep_id)
    return render(request, "pages/learning/practice_one.html", {"shown": shown_of(asking, found, key)})


@needs(Right.REP)
def change(request: HttpRequest, number: int) -> HttpResponse:
    """A change of mind: kept and shown; what was fixed stays what is judged."""
    asking = asked(request)
    found = _own(asking, number)
    form = ChangeForm(
        request.POST if request.method == "POST" else None,
        initial={"dose": practices.dose_now(found), "weeks": practices.weeks_now(found)},
    )
    if form.is_valid():
        said, now = form.cleaned_data, asking.desk.moment()
        changed = practices.change(
            asking.desk.home,
            found,
            weeks=said["weeks"],
            dose=said["dose"],
            why=said["why"],
            now=now,
            today=asking.viewer.today,
        )
        if changed:
            messages.success(request, _("Written down. Judged is what was fixed before it began."))
        else:
            messages.warning(request, _("Nothing was changed: it is over, or it is as it was."))
        return redirect("practice")
    return render(request, "pages/learning/practice_change.html", {"form": form, "practice": found})


@needs(Right.REP)
def count(request: HttpRequest, number: int) -> HttpResponse:
    """One touch more of today was made as intended, or one fewer."""
    asking, by = _posted(request), {"more": 1, "fewer": -1}.get(request.POST.get("said", ""))
    if asking is None:
        return HttpResponseNotAllowed(["POST"])
    found = _own(asking, number)
    if by is None or practices.count(found, asking.viewer.today, by) is None:
        raise Http404
    return redirect("mirror" if request.POST.get("back") == "mirror" else "practice")


@needs(Right.REP)
def end(request: HttpRequest, number: int) -> HttpResponse:
    """A habit, or dropped."""
    asking, said = _posted(request), request.POST.get("said", "")
    if asking is None:
        return HttpResponseNotAllowed(["POST"])
    found, today = _own(asking, number), asking.viewer.today
    ahead = practices.standing(found, today) is Standing.AHEAD
    if said not in Ended.values or not practices.end(
        asking.desk.home, found, Ended(said), now=asking.desk.moment(), today=today
    ):
        raise Http404
    if ahead and found.group_id is None:
        messages.success(request, _("Called off. Nothing of it is kept."))
    elif said == Ended.HABIT:
        messages.success(request, _("A habit now. Tell the others what you do, if you like: write a lesson."))
    else:
        messages.success(request, _("Dropped. Two minutes for what it taught?"))
    return redirect("practice")


@needs(Right.REP)
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Lets the manager see it, for the next talk, or no more."""
    asking, said = _posted(request), request.POST.get("said", "")
    if asking is None:
        return HttpResponseNotAllowed(["POST"])
    found = _own(asking, number)
    if said not in ("show", "hide"):
        raise Http404
    practices.show(found, shown=said == "show")
    return redirect("practice_one", found.pk)


def _posted(request: HttpRequest) -> Asking | None:
    return asked(request) if request.method == "POST" else None


def _own(asking: Asking, number: int) -> Practice:
    found = seen.practices(asking.viewer.person).filter(pk=number).select_related("person").first()
    if found is None:
        raise Http404
    return found
