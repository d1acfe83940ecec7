"""Who did what: never what it was about in content, and never changed."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.people.models import Noted
from answerback.web.rights import Right, needs

A_PAGE = 100


@needs(Right.ADMIN)
def audit(request: HttpRequest) -> HttpResponse:
    """The lines of the audit log, the latest first."""
    lines = Paginator(Noted.objects.select_related("actor").order_by("-at", "-pk"), A_PAGE)
    return render(request, "pages/people/audit.html", {"page": lines.get_page(request.GET.get("page"))})
