"""The own mirror of who leads: what they gave and heard, before they look at anybody else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.web.answering.asking import asked
from answerback.web.answering.board import board_of
from answerback.web.rights import Right, needs
from answerback.web.shown.leading import coached, own_part


@needs(Right.LEADING)
def own(request: HttpRequest) -> HttpResponse:
    """Talks, what they changed, buyers heard first hand, findings, debriefs and lessons: of whoever looks alone."""
    asking = asked(request)
    part = own_part(asking, board_of(asking.desk))
    return render(request, "pages/learning/leading.html", {"part": part, **coached(asking, asking.scope("team"))})
