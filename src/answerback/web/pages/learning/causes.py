"""The causes of a systemic finding as a worked list: what the records say of each, who looks at it, what was done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answerback.analysis.diagnose.answer import Happening
from answerback.analysis.diagnose.windows import happenings_known
from answerback.analysis.findings.gathering import Standing
from answerback.analysis.on_base import on_base
from answerback.analysis.replacing import Replacing, replacing_lowest
from answerback.domain.findings import FindingKind
from answerback.people.learning import causes as work
from answerback.people.learning import surveys as polls
from answerback.people.learning.models import CauseName, CauseState
from answerback.people.learning.survey_templates import GROUPS, SELLING
from answerback.people.models import Person
from answerback.present.causes import FOR, OPEN, TESTS, Said, said_of
from answerback.present.spoken import spoken
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.board import Board, board_of
from answerback.web.answering.causes import weighed_since
from answerback.web.rights import Right, holds, needs
from answerback.web.shown.cards import headline_text

_SPEAK_OF = {
    FindingKind.QUOTA: CauseName.EXPECTATIONS,
    FindingKind.POLICY: CauseName.SUPPORT,
    FindingKind.COVERAGE: CauseName.TOOLS,
    FindingKind.TRUST: CauseName.TOOLS,
    FindingKind.LIFT: CauseName.COACHING,
    FindingKind.SEAT: CauseName.STRATEGY,
}
"""Of which cause other findings speak."""
_ASKED = ("tools", "training", "offer", "price", "support", "coaching")
_QUESTION_OF = {"offer": "offering"}
_NOT_SAID = {
    CauseName.TOOLS: gettext_lazy(
        "No finding about tools or unseen answers is open. The poll “between you and your buyers” asks."
    ),
    CauseName.SUPPORT: gettext_lazy(
        "No finding about what colleagues owe is open. The poll “between you and your buyers” asks."
    ),
    CauseName.EXPECTATIONS: gettext_lazy("No finding about targets is open, or no targets are loaded."),
}
_POLL = "in_the_way"
_ABOUT = timedelta(weeks=6)
_LOW = 50


class OwnerForm(forms.Form):
    """Who takes the finding on, until when."""

    owner = forms.IntegerField()
    due_on = forms.DateField()


class CauseForm(forms.Form):
    """What is known of one cause."""

    state = forms.ChoiceField(choices=CauseState.choices)
    owner = forms.IntegerField(required=False)
    test = forms.CharField(max_length=300, required=False)
    due_on = forms.DateField(required=False)
    done = forms.CharField(max_length=300, required=False)


@needs(Right.OVERSIGHT)
def causes(request: HttpRequest, finding_id: str) -> HttpResponse:
    """The board of one finding, for whoever's page it may be on."""
    asking = asked(request)
    board, standing = _standing(asking, finding_id)
    taken = work.board_of(finding_id)
    said, known = _said(asking, board, standing), work.causes_of(taken)
    people = work.who_can(asking.viewer.today)
    context = {
        "finding_id": finding_id,
        "headline": headline_text(standing.finding),
        "board": taken,
        "settled": len(work.settled(known)),
        "happened": _happened(asking, standing),
        "rows": [
            {
                "name": name.value,
                "title": name.label,
                "cause": known.get(name.value),
                "said": said.get(name.value, []),
                "test": TESTS[name.value],
            }
            for name in _in_order(said)
        ],
        "states": CauseState.choices,
        "people": people,
        "replacing": _replacing(asking),
        "works": asking.viewer.is_a(*work.WORKS),
    }
    return render(request, "pages/learning/causes.html", context)


def causes_shown(asking: Asking, standing: Standing) -> dict[str, Any] | None:
    """What a finding's own page says of its board; None where there is none, or whoever looks has no part in it."""
    if not holds(Right.OVERSIGHT, asking) or not work.is_for_board(standing.finding):
        return None
    taken = work.board_of(standing.finding.finding_id)
    return {"board": taken, "settled": len(work.settled(work.causes_of(taken))), "of": len(CauseName)}


@needs(Right.OVERSIGHT)
def say_of_cause(request: HttpRequest, finding_id: str) -> HttpResponse:
    """Takes the finding on, says something of one cause, or closes the board."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking = asked(request)
    _standing(asking, finding_id)
    actor, now = asking.viewer.person, datetime.now(UTC)
    people = {each.pk: each for each in work.who_can(asking.viewer.today)}
    what = request.POST.get("what", "")
    if what == "take_on":
        _take_on(request, actor, finding_id, people, now)
    elif what == "close":
        if not work.close(actor, finding_id, now):
            messages.warning(request, _("Some causes are not settled yet: say of each whether it is part of it."))
    elif what in CauseName.values:
        _say(request, actor, finding_id, people)
    else:
        raise Http404
    return redirect("causes", finding_id)


def _take_on(request: HttpRequest, actor: Person, finding_id: str, people: dict[int, Person], now: datetime) -> None:
    form = OwnerForm(request.POST)
    owner = people.get(form.cleaned_data["owner"]) if form.is_valid() else None
    if owner is None:
        messages.warning(request, _("It needs somebody and a day."))
        return
    work.take_on(actor, finding_id, owner, form.cleaned_data["due_on"], now)
    messages.success(request, _("Taken on. It stands on the finding and on Us."))


def _say(request: HttpRequest, actor: Person, finding_id: str, people: dict[int, Person]) -> None:
    form = CauseForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("That could not be read: a state is needed, and sentences of at most 300 signs."))
        return
    said = form.cleaned_data
    owner = people.get(said["owner"]) if said["owner"] else None
    work.say(
        actor,
        finding_id,
        request.POST["what"],
        work.Word(said["state"], owner, said["test"], said["due_on"], said["done"]),
    )


def _standing(asking: Asking, finding_id: str) -> tuple[Board, Standing]:
    board = board_of(asking.desk)
    standing = board.seen_by(asking.viewer, finding_id)
    if standing is None or not work.is_for_board(standing.finding):
        raise Http404
    return board, standing


def _happened(asking: Asking, standing: Standing) -> list[Happening]:
    """What is known to have happened about when it began."""
    since = standing.finding.since or standing.finding.raised_on
    found = asking.desk.once(("happenings",), happenings_known)
    return [each for each in found if abs(each.starts - since) <= _ABOUT]


def _said(asking: Asking, board: Board, standing: Standing) -> dict[str, list[dict[str, Any]]]:
    """By cause what is said of it: comparisons, other findings that whoever looks may open, and polls."""
    today = asking.desk.today()
    since = standing.finding.since or standing.finding.raised_on
    told: dict[str, list[dict[str, Any]]] = {}
    for said in (said_of(one, today=today) for one in weighed_since(asking.desk, since)):
        told.setdefault(said.cause, []).append({"stance": said.stance, "text": spoken(said.text)})
    for each in board.gathered.findings:
        cause = _SPEAK_OF.get(each.finding.kind)
        if cause and each.open and board.seen_by(asking.viewer, each.finding.finding_id):
            entry = {
                "stance": OPEN if each.finding.good_news else FOR,
                "text": headline_text(each.finding),
                "finding_id": each.finding.finding_id,
            }
            told.setdefault(cause.value, []).append(entry)
    for said in _polled(asking):
        told.setdefault(said.cause, []).append({"stance": said.stance, "text": said.text})
    for cause, text in _NOT_SAID.items():
        told.setdefault(cause.value, [{"stance": OPEN, "text": text}])
    return told


def _polled(asking: Asking) -> list[Said]:
    """What those who sell said in the last poll about what stands in their way."""
    today = asking.desk.today()
    last = polls.closed_ones(today).filter(template=_POLL).first()
    lines = polls.results(last, today) if last is not None else None
    found = []
    for line in lines or []:
        told = dict(line.groups).get(SELLING)
        if line.question.key in _ASKED and told is not None and told.interval is not None:
            low, high = (100 * float(end) for end in (told.interval.low, told.interval.high))
            stance = FOR if high < _LOW else ("against" if low > _LOW else OPEN)
            words = {"text": line.question.text, "n": told.agree, "of": told.know, "who": GROUPS[SELLING]}
            text = _("Polled: %(n)d of %(of)d of %(who)s agree that “%(text)s”") % words
            found.append(Said(_QUESTION_OF.get(line.question.key, line.question.key), stance, text))
    return found


def _in_order(said: dict[str, list[dict[str, Any]]]) -> list[CauseName]:
    """Causes for which something speaks first, those of which nothing is known last."""
    weight = {"for": 0, "against": 2}
    return sorted(
        CauseName, key=lambda name: min((weight.get(each["stance"], 1) for each in said.get(name.value, [])), default=3)
    )


def _replacing(asking: Asking) -> Replacing | None:
    scope = asking.pooled("causes")
    if scope is None:
        return None
    return asking.desk.once(("replacing",), lambda reader: replacing_lowest(on_base(reader, scope, by=("rep",)).cells))
