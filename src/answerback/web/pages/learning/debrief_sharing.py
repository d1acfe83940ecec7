"""What the owner of a closed debrief does with it: shares it or takes it back, words it anew, makes a lesson of it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answerback.people.learning import debriefs, seen
from answerback.people.learning.models import Debrief, Reach
from answerback.people.learning.unnamed import telltales
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.ended import names_around
from answerback.web.pages.learning.debrief_forms import ShareForm, WordsForm
from answerback.web.pages.learning.debriefs import closed_context
from answerback.web.rights import Right, needs

_HEARD = {
    Reach.NOBODY: gettext_lazy("Taken back. Nobody else can read it any more."),
    Reach.MANAGER: gettext_lazy("Your manager can read it now."),
    Reach.EVERYBODY: gettext_lazy("It is on the wall now."),
}


def _own(request: HttpRequest, number: int) -> tuple[Asking, Debrief]:
    """A closed debrief of whoever asks, and of nobody else."""
    asking = asked(request)
    found = seen.own_debriefs(asking.viewer.person).filter(pk=number, closed_at__isnull=False).first()
    if found is None:
        raise Http404
    return asking, found


@needs(Right.SIGNED_IN)
def share(request: HttpRequest, number: int) -> HttpResponse:
    """Lets others read it, or nobody any more."""
    asking, own = _own(request, number)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = ShareForm(request.POST)
    if form.is_valid():
        reach, nameless = Reach(form.cleaned_data["reach"]), form.cleaned_data["anonymous"]
        texts = (own.went, own.lesson, own.serves)
        objection = _objection(asking, own, texts) if _is_nameless(reach, nameless) else ""
        if not objection:
            if debriefs.share(own, reach, anonymous=nameless, now=datetime.now(UTC)):
                messages.success(request, " ".join((str(_HEARD[reach]), *_told(own, asking))))
            return redirect("debrief", number=own.pk)
        form.add_error("anonymous", objection)
    return render(request, "pages/learning/debrief.html", closed_context(asking, own, share=form))


@needs(Right.SIGNED_IN)
def reword(request: HttpRequest, number: int) -> HttpResponse:
    """Other words for it. On the wall without a name they name nobody either."""
    asking, own = _own(request, number)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = WordsForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        texts = (said["went"], said["lesson"], said["serves"])
        objection = _objection(asking, own, texts) if _is_nameless(own.reach, own.anonymous) else ""
        if not objection:
            debriefs.reword(own, *texts)
            messages.success(request, _("Changed."))
            return redirect("debrief", number=own.pk)
        form.add_error(None, objection)
    return render(request, "pages/learning/debrief.html", closed_context(asking, own, words=form))


def _told(own: Debrief, asking: Asking) -> list[str]:
    """Who learns by it that they are named for a step; or that those who were named know nothing of it."""
    if not seen.named_in(own).exists():
        return []
    if told := ", ".join(each.name for each in seen.told_of_steps(own, asking.viewer.today)):
        return [_("Among what is to be done by %(who)s stand the steps now that you named them for.") % {"who": told}]
    return [_("Nobody else is told of the steps that you named them for.")]


def _is_nameless(reach: str, anonymous: object) -> bool:
    return bool(anonymous) and reach == Reach.EVERYBODY


def _objection(asking: Asking, own: Debrief, texts: tuple[str, ...]) -> str:
    """What keeps these texts from standing without a name; empty for nothing."""
    names = names_around(asking, own.chain_id)
    if names is None:
        return _("Names of companies and persons are still being read. Try it again in a moment.")
    told = telltales("\n".join(texts), names)
    if not told:
        return ""
    found = ", ".join(f"“{each}”" for each in told[:8])
    return _("The text would tell whom it is about: %(found)s. Say it without names, days and amounts.") % {
        "found": found
    }
