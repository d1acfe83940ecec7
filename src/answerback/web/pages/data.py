"""The data: sources, how fresh and complete they are, what is wrong and what would mend it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.doctor import examine
from answerback.analysis.trust.trusting import trust
from answerback.present.trust import answer_lines, notes, rows_for_eyes
from answerback.web.asking import asked
from answerback.web.rights import Right, needs
from answerback.web.tables import table_of


@needs(Right.OPERATIONS)
def data(request: HttpRequest) -> HttpResponse:
    """How far the data can be relied on."""
    asking = asked(request)
    scope = asking.pooled("data")
    if scope is None:
        raise Http404
    found = asking.desk.once(("trust",), lambda reader: trust(reader, scope))
    remarks = asking.desk.once(("doctor",), lambda reader: examine(reader, scope))
    context = {
        "lines": answer_lines(found),
        "sources": table_of(rows_for_eyes(found, "source", {})),
        "remarks": remarks,
        "notes": notes(found),
    }
    return render(request, "pages/data.html", context)
