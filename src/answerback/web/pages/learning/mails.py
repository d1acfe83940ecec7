"""What one wants by mail; and the one click that ends it, without signing in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from answerback.people.learning import digests
from answerback.people.learning.digests import Digest
from answerback.web.answering.asking import asked
from answerback.web.mailing.posting import is_on
from answerback.web.rights import Right, needs


class MailForm(forms.Form):
    """Which digests, and the hours in which none comes."""

    mirror = forms.BooleanField(label=gettext_lazy("My mirror, on Mondays"), required=False)
    agenda = forms.BooleanField(label=gettext_lazy("The talks that I lead, on Mondays"), required=False)
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_to = forms.TimeField(
        label=gettext_lazy("Quiet until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


@needs(Right.SELLERS)
def mails(request: HttpRequest) -> HttpResponse:
    """One's own choice; nothing comes that one has not chosen."""
    person = asked(request).viewer.person
    choice = digests.choice_of(person)
    given: dict[str, Any] = {name: getattr(choice, name) for name in ("mirror", "agenda", "quiet_from", "quiet_to")}
    form = MailForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        wanted = {each for each in Digest if said[each.value]}
        digests.choose(person, wanted, (said["quiet_from"], said["quiet_to"]))
        messages.success(request, _("Kept."))
        return redirect("mails")
    return render(request, "pages/learning/mails.html", {"form": form, "is_on": is_on()})


@needs(Right.EVERYBODY)
@csrf_exempt
def end_mails(request: HttpRequest, key: str) -> HttpResponse:
    """Ends one digest of whoever has the link. A mail program posts at once (RFC 8058); a person is asked first."""
    behind = digests.behind_key(key)
    if behind is None:
        raise Http404
    if request.method == "POST":
        digests.end(*behind)
    return render(request, "pages/learning/mails_ended.html", {"ended": request.method == "POST"})
