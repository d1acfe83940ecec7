"""A finding opened: how it comes about, what stands of it, the figure and the touches behind it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.findings.explaining import explain_standing
from answerback.present.explain import tell_on_base
from answerback.present.finding_opened import DEFINITION
from answerback.web.asking import asked
from answerback.web.board import board_of
from answerback.web.cards import card
from answerback.web.rights import Right, needs
from answerback.web.tables import table_of

MOST_ROWS = 200


@needs(Right.SIGNED_IN)
def finding(request: HttpRequest, finding_id: str) -> HttpResponse:
    """One finding, for whoever's page it may be on."""
    asking = asked(request)
    board = board_of(asking.desk)
    standing = board.seen_by(asking.viewer, finding_id)
    if standing is None:
        raise Http404
    scope = asking.evidence(standing, "finding")
    found = asking.desk.once(("finding", finding_id, scope), lambda reader: explain_standing(reader, scope, standing))
    context: dict[str, object] = {
        "card": card(standing, board.names),
        "definition": DEFINITION[standing.finding.kind],
        "state": standing.state,
        "details": found.names.details(standing.finding.details),
    }
    if found.figure is not None and scope.stretches:
        told = tell_on_base(found.figure)
        context |= {"figure": told, "sql": found.figure.sql, "rows": table_of(told.rows, MOST_ROWS)}
    return render(request, "pages/finding.html", context)
