"""What is known to have happened, and what somebody proposes: a price change, a launch, an outage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answerback.analysis.diagnose.windows import happenings_known
from answerback.analysis.together.places import places
from answerback.people import happenings as proposals
from answerback.people.access import POOLED_ROLES
from answerback.people.happenings import Proposal
from answerback.present.verdicts import scope_text
from answerback.web.answering.asking import Asking, asked
from answerback.web.rights import Right, needs

EVERYBODY = "all"


class HappeningForm(forms.Form):
    """What somebody proposes."""

    text = forms.CharField(
        label=gettext_lazy("What happened"),
        max_length=200,
        help_text=gettext_lazy("In one sentence, and of no person: prices rose, the dialler was down."),
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=gettext_lazy("To (empty: it still holds)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    scope = forms.ChoiceField(label=gettext_lazy("Whom it touched"))

    def __init__(self, *given: Any, known: list[str], **more: Any) -> None:
        super().__init__(*given, **more)
        chosen = self.fields["scope"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [(EVERYBODY, _("everybody")), *((each, scope_text(each)) for each in known)]

    def clean(self) -> dict[str, Any]:
        """It ends on no day before it begins."""
        said = super().clean() or self.cleaned_data
        starts, ends = said.get("starts_on"), said.get("ends_on")
        if starts is not None and ends is not None and ends < starts:
            self.add_error("ends_on", _("It ends before it begins."))
        return said


@needs(Right.SIGNED_IN)
def happenings(request: HttpRequest) -> HttpResponse:
    """What is known, what waits, and a form for what is missing."""
    asking = asked(request)
    known = asking.desk.once(("places",), places)
    form = HappeningForm(request.POST or None, known=known)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = proposals.propose(
            asking.viewer.person, Proposal(said["text"], said["scope"], said["starts_on"], said["ends_on"])
        )
        if made is None:
            messages.warning(request, _("Too many of your proposals wait already."))
        else:
            messages.success(request, _("Thank you. Operations or a leader look at it."))
        return redirect("happenings")
    return render(request, "pages/happenings.html", _shown(asking) | {"form": form})


@needs(Right.POOLED)
def decide(request: HttpRequest) -> HttpResponse:
    """Confirms a proposal, which writes it into the log, or declines it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking = asked(request)
    number, said = request.POST.get("number", ""), request.POST.get("said", "")
    waiting = {str(each.pk): each for each in proposals.waiting()}
    chosen = waiting.get(number)
    if chosen is None or said not in {"confirm", "decline"}:
        raise Http404
    confirmed = said == "confirm"
    if confirmed and not proposals.may_confirm(asking.viewer.person, chosen, asking.viewer.today):
        messages.warning(request, _("You proposed it, so somebody else confirms it."))
        return redirect("happenings")
    now = datetime.now(UTC)
    if confirmed:  # first into the log: a crash in between leaves it waiting, and writing it twice changes nothing
        proposals.write(asking.desk.home, chosen, asking.desk.zone, now)
    proposals.decide(asking.viewer.person, chosen.pk, confirmed=confirmed, now=now)
    return redirect("happenings")


def _shown(asking: Asking) -> dict[str, Any]:
    found = asking.desk.once(("happenings",), happenings_known)
    return {
        "known": [
            {
                "text": each.text,
                "starts": each.starts,
                "where": scope_text(each.scope),
            }
            for each in reversed(found)
        ],
        "fresh": [{"text": text, "starts": datetime.fromisoformat(at)} for at, text in _fresh(asking)],
        "waiting": [{"each": each, "where": scope_text(each.scope)} for each in proposals.waiting()],
        "decides": asking.viewer.is_a(*POOLED_ROLES),
    }


def _fresh(asking: Asking) -> list[tuple[str, str]]:
    return [(at, text) for at, text in proposals.told(asking.desk.noted("happening")) if at]
