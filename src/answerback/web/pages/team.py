"""The manager's page: what to talk about, with whom; never a ranking."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.domain.findings import Role
from answerback.web.asking import asked
from answerback.web.board import board_of
from answerback.web.cards import card
from answerback.web.rights import Right, needs


@needs(Right.MANAGER)
def team(request: HttpRequest) -> HttpResponse:
    """What a manager is shown this week."""
    asking = asked(request)
    board = board_of(asking.desk)
    context = {
        "cards": [card(each, board.names) for each in board.page_of(asking.viewer, Role.MANAGER)],
        "earlier": [card(each, board.names) for each in board.earlier_of(asking.viewer, Role.MANAGER)],
    }
    return render(request, "pages/team.html", context)
