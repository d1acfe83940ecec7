"""Debriefs: what ended of one's own, offered for two minutes; each with what the chain showed and a few questions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.analysis.ended.facts import Facts, read_facts
from answerback.people.learning import commitments, debriefs, seen, wall
from answerback.people.learning.models import Commitment, Debrief, DebriefOf, Held, Reach
from answerback.present.debriefs import KNOWN_KINDS, acknowledged, closing_reason, difference
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.ended import (
    companies_of,
    ending_of,
    facts_now,
    sort_of,
    source_of_deal,
)
from answerback.web.pages.learning.debrief_forms import (
    FIELD_OF,
    DebriefForm,
    ShareForm,
    WordsForm,
    kept_so_far,
)
from answerback.web.rights import Right, needs
from answerback.web.shown.debriefs import said_of, shown_post
from answerback.web.shown.looking_back import without_debrief

MINE = "mine"
"""What the owner of a debrief says of a step that they take themselves."""
MOST_OFFERED = 10
"""So many endings without a debrief are offered on the list."""


@needs(Right.SIGNED_IN)
def list_of_own(request: HttpRequest) -> HttpResponse:
    """One's own debriefs, what ended without one, and what others shared with whoever looks."""
    asking = asked(request)
    own = list(seen.own_debriefs(asking.viewer.person))
    shared = seen.debriefs(asking.viewer.person, asking.viewer.today).filter(reach=Reach.MANAGER)
    others = list(shared.exclude(owner=asking.viewer.person).select_related("owner").order_by("-shared_at", "-pk"))
    companies = companies_of(asking, [each.chain_id for each in (*own, *others)])
    context = {
        "own": [{"debrief": each, "company": companies.get(each.chain_id, "")} for each in own],
        "without": without_debrief(asking, MOST_OFFERED),
        "others": [{"debrief": each, "company": companies.get(each.chain_id, "")} for each in others],
    }
    return render(request, "pages/learning/debriefs.html", context)


@needs(Right.SIGNED_IN)
def begin(request: HttpRequest) -> HttpResponse:
    """Opens the debrief of an ending of one's own, of a practice, or of a decision."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking, of = asked(request), request.POST.get("of", "")
    person, now = asking.viewer.person, datetime.now(UTC)
    if of == DebriefOf.DECISION:
        made = debriefs.begin_of_decision(person, now)
    elif of == DebriefOf.PRACTICE:
        number = request.POST.get("practice", "")
        practice = seen.practices(person).filter(pk=number).first() if number.isdecimal() and len(number) < 10 else None
        if practice is None:
            raise Http404
        made = debriefs.begin_of_practice(practice, now)
    else:
        found = ending_of(asking, of, request.POST.get("deal", ""), _instant(request.POST.get("at", "")))
        if found is None:
            raise Http404
        sort = sort_of(found, facts_now(asking, found))
        made = debriefs.begin(person, debriefs.Ending(sort, found.deal_id, found.ended_at))
    return redirect("debrief", number=made.pk)


@needs(Right.SIGNED_IN)
def debrief(request: HttpRequest, number: int) -> HttpResponse:
    """One debrief: for its owner to write, for others to read as far as it was shared."""
    asking = asked(request)
    own = seen.own_debriefs(asking.viewer.person).filter(pk=number).first()
    if own is None:
        return _of_somebody_else(request, asking, number)
    if own.closed_at is not None:
        return render(request, "pages/learning/debrief.html", closed_context(asking, own))
    facts = _facts(asking, own)
    near = seen.may_be_named(asking.viewer.person, asking.viewer.today)
    form = DebriefForm(request.POST or None, today=asking.desk.today(), near=near, initial=_initial(own, facts))
    if request.method == "POST" and form.is_valid():
        if request.POST.get("said") == "keep":
            debriefs.keep(own, form.said())
            messages.success(request, _("Kept. It stays yours alone, and open."))
            return redirect("debrief", number=own.pk)
        lacking = debriefs.missing(own, form.said(), form.steps())
        for each in lacking:
            form.add_error(FIELD_OF[each], _("Say something here, or that you do not know."))
        if not lacking:
            return _close(request, asking, own, form, facts)
    return render(request, "pages/learning/debrief_open.html", _open_context(asking, own, facts, form))


@needs(Right.SIGNED_IN)
def held(request: HttpRequest) -> HttpResponse:
    """One's own word on whether a step held that one is to take; or that one takes one that somebody was named for."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    viewer, number, said = asked(request).viewer, request.POST.get("step", ""), request.POST.get("held", "")
    if not number.isdecimal() or len(number) > 9:
        raise Http404
    if said == MINE:
        found = commitments.take_on(viewer.person, int(number))
    elif said in Held.values:
        found = commitments.answer(
            viewer.person, int(number), Held(said), now=datetime.now(UTC), today=viewer.today
        )  # fmt: skip
    else:
        found = None
    if found is None:
        raise Http404
    messages.success(request, _("The step is yours.") if said == MINE else _heard(found))
    if request.POST.get("from") == "mirror" or found.debrief_id is None:
        return redirect("mirror")
    return redirect("debrief", number=found.debrief_id)


def _heard(step: Commitment) -> str:
    if step.debrief is not None and step.debrief.owner_id != step.owner_id:
        return _("Noted. You and who named you see it; nothing is counted of it.")
    return _("Noted, for yourself. Nothing is counted of it.")


def closed_context(
    asking: Asking, own: Debrief, *, share: ShareForm | None = None, words: WordsForm | None = None
) -> dict[str, Any]:
    """What the page of a closed debrief shows its owner; with forms that were refused, if any were."""
    person = asking.viewer.person
    facts = read_facts(own.facts)
    return {
        "debrief": own,
        "title": _title(asking, own),
        "post": said_of(wall.post_of(own, person, frozenset())),
        "difference": difference(own.own_reasons, own.buyer_reasons, facts) if own.chain_id else "",
        "closing_reason": closing_reason(own.own_reasons, facts),
        "steps": list(own.steps.select_related("owner", "debrief__owner").order_by("due_on", "pk")),
        "named": [each.name for each in seen.named_in(own)],
        "told": [each.name for each in seen.told_of_steps(own, asking.viewer.today)],
        "mine": MINE,
        "held": Held.choices,
        "share": share or ShareForm(initial={"reach": own.reach, "anonymous": own.anonymous}),
        "managers": [each.name for each in seen.managers_of(person, asking.viewer.today)],
        "words": words or WordsForm(initial={"went": own.went, "lesson": own.lesson, "serves": own.serves}),
        "reworded": words is not None,
        "lessons": list(seen.lessons(person).filter(debrief=own).order_by("pk")),
    }


def _of_somebody_else(request: HttpRequest, asking: Asking, number: int) -> HttpResponse:
    found = wall.shared_with(asking.viewer.person, number, asking.viewer.today)
    if found is None or request.method != "GET":
        raise Http404
    companies = companies_of(asking, [found.chain_id])
    return render(
        request,
        "pages/learning/debrief_shared.html",
        {
            "post": shown_post(found, companies),
            "difference": _difference(found),
            "steps": list(seen.own_commitments(asking.viewer.person, asking.viewer.today).filter(debrief=number)),
            "held": Held.choices,
        },
    )


def _difference(post: wall.Post) -> str:
    return difference(post.own_reasons, post.buyer_reasons, post.facts) if post.chain_id else ""


def _close(request: HttpRequest, asking: Asking, own: Debrief, form: DebriefForm, facts: Facts) -> HttpResponse:
    """First into the log: a crash in between leaves the debrief open, and writing it twice changes nothing."""
    now, said = datetime.now(UTC), form.said()
    source = source_of_deal(asking, own.chain_id) if own.chain_id else ""
    if source:
        debriefs.write_obstacles(asking.desk.home, own, said, facts.buyer_said, source=source, now=now)
    debriefs.close(own, said, form.steps(), facts.of_kinds(KNOWN_KINDS).values(), now)
    messages.success(request, _("Closed. It is yours alone, until you share it."))
    if own.steps.count() < len(form.steps()):
        messages.warning(request, _("So much that you said you would do is open already that not every step was kept."))
    return redirect("debrief", number=own.pk)


def _facts(asking: Asking, own: Debrief) -> Facts:
    """What the chain showed; nothing of a practice or a decision, or where the deal is no longer in the log."""
    ended = ending_of(asking, own.of, own.chain_id, own.ended_at) if own.chain_id else None
    return facts_now(asking, ended) if ended is not None else Facts()


def _initial(own: Debrief, facts: Facts) -> dict[str, Any]:
    """What was kept; before anything was, what records have the buyer say."""
    kept = kept_so_far(own)
    if not any(kept.values()):
        kept["buyer_reasons"] = list(facts.buyer_said)
    return kept


def _open_context(asking: Asking, own: Debrief, facts: Facts, form: DebriefForm) -> dict[str, Any]:
    return {
        "debrief": own,
        "title": _title(asking, own),
        "acknowledged": acknowledged(own.of, facts),
        "facts": said_of(wall.Post(DebriefOf(own.of), "", "", "", (), (), frozenset(), facts)),
        "closing_reason": closing_reason((), facts),
        "form": form,
        "ticked": form["unknown"].value() or [],
        "asks_of_buyer": debriefs.asks_of_buyer(own),
    }


def _title(asking: Asking, own: Debrief) -> str:
    if own.practice_id is not None and own.practice is not None:
        return own.practice.what
    return companies_of(asking, [own.chain_id]).get(own.chain_id, own.chain_id) if own.chain_id else ""


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
