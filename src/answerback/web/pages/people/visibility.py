"""What managers see of their people: the choice, which has no default and which everybody is told."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.people.models import Visibility
from answerback.people.visibility import choose
from answerback.web.answering.asking import asked
from answerback.web.forms import VisibilityForm
from answerback.web.rights import Right, needs


@needs(Right.ADMIN)
def visibility(request: HttpRequest) -> HttpResponse:
    """The choice that stands, and another one."""
    viewer = asked(request).viewer
    organisation = viewer.organisation
    if organisation is None:
        raise Http404
    form = VisibilityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = Visibility(form.cleaned_data["visibility"])
        if choose(viewer.person, organisation, chosen, now=datetime.now(UTC)):
            messages.success(request, _("That is written down. Everybody is told on the next page that they open."))
        return redirect("visibility")
    return render(request, "pages/people/visibility.html", {"form": form, "organisation": organisation})
