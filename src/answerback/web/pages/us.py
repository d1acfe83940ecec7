"""The leader's page: is it them, or is it us?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.domain.findings import Role
from answerback.web.asking import asked
from answerback.web.board import board_of
from answerback.web.cards import card
from answerback.web.rights import Right, needs


@needs(Right.LEADER)
def us(request: HttpRequest) -> HttpResponse:
    """What leaders are shown this week."""
    asking = asked(request)
    board = board_of(asking.desk)
    context = {
        "cards": [card(each, board.names) for each in board.page_of(asking.viewer, Role.LEADER)],
        "earlier": [card(each, board.names) for each in board.earlier_of(asking.viewer, Role.LEADER)],
    }
    return render(request, "pages/us.html", context)
