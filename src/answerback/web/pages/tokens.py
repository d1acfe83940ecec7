"""Tokens for programs that ask in one's own name: made, shown once, ended."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.people.tokens import MOST_TOKENS, end_token, make_token
from answerback.web.answering.asking import asked
from answerback.web.forms import TokenForm
from answerback.web.numbers import number_of
from answerback.web.rights import Right, needs


@needs(Right.SIGNED_IN)
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens; a form makes one and shows it this once, another ends one."""
    person, now = asked(request).viewer.person, datetime.now(UTC)
    if "end" in request.POST:
        if not end_token(person, number_of(request.POST["end"])):
            raise Http404
        messages.success(request, _("The token is ended."))
        return redirect("tokens")
    form, made = TokenForm(request.POST or None, initial={"days": 90}), ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = make_token(person, said["name"], writes=said["writes"] == "write", days=said["days"], now=now)
        except ValueError:
            form.add_error(None, _("There are %(n)d tokens already. End one first.") % {"n": MOST_TOKENS})
        else:
            form = TokenForm(initial={"days": 90})
    context = {"form": form, "made": made, "tokens": person.tokens.order_by("-made_at", "-pk"), "now": now}
    return render(request, "pages/tokens.html", context)
