"""The mirror: a rep's own page. Who waits on me, what my touches moved, what to look at. Acts first, then rates."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.court.mine import Waiting, WaitingList, is_cold, is_late, waiting_on
from answerback.analysis.own import Moved, Touch, moved
from answerback.analysis.reader import Reader
from answerback.domain.findings import TURNS, Role
from answerback.domain.scope import Scope
from answerback.people import audit
from answerback.present.own import act_text
from answerback.web.asking import Asking, asked
from answerback.web.board import board_of
from answerback.web.cards import card
from answerback.web.figures import rate_row, shares_of
from answerback.web.marks import marked_events
from answerback.web.rights import Right, needs

MOST_MOVED = 12


@dataclass(frozen=True, slots=True)
class Own:
    """What one person's page rests on."""

    waits: WaitingList
    moved: Moved


def own_of(reader: Reader, scope: Scope, rep_key: int) -> Own:
    """Who waits on a rep and what their touches moved."""
    return Own(waiting_on(reader, scope, rep_key), moved(reader, scope, rep_key))


@needs(Right.REP)
def mirror(request: HttpRequest) -> HttpResponse:
    """One's own page."""
    asking = asked(request)
    if asking.viewer.own_key is None:
        return render(request, "pages/mirror_without.html")
    return _page(request, asking, asking.viewer.own_key, own=True)


@needs(Right.MANAGER)
def mirror_of(request: HttpRequest, rep_id: str) -> HttpResponse:
    """The page of somebody who reports to whoever looks. That they looked is written down, and the rep sees it."""
    asking = asked(request)
    key = asking.desk.roster().key_of(rep_id)
    if key is None or not asking.scope("mirror").holds(key, asking.desk.as_of()):
        raise Http404
    audit.looked(asking.viewer.person, rep_id, "mirror", asking.viewer.today)
    return _page(request, asking, key, own=key == asking.viewer.own_key)


def _page(request: HttpRequest, asking: Asking, key: int, *, own: bool) -> HttpResponse:
    scope = asking.scope("mirror").only(key)
    found = asking.desk.once(("mirror", scope, key), lambda reader: own_of(reader, scope, key))
    as_of = asking.desk.as_of()
    marks = marked_events(asking.desk.home)
    waiting = [each for each in found.waits.rows if each.action_id not in marks]
    known = [each for each in waiting if each.written_before]
    warm = [_turn(each, found.waits) for each in known if not is_cold(each, found.waits.as_of)]
    context = {
        "own": own,
        "whose": asking.desk.roster().called(key),
        "rep_id": asking.desk.roster().members[key].rep_id,
        "waiting": len(known),
        "turns": warm[:TURNS],
        "more_turns": warm[TURNS:],
        "cold": [_turn(each, found.waits) for each in known if is_cold(each, found.waits.as_of)],
        "new": [_turn(each, found.waits) for each in waiting if not each.written_before],
        "undo": [each for each in found.waits.rows if each.action_id in marks],
        "as_of": as_of,
        **_moved(found.moved),
    }
    if own:
        board = board_of(asking.desk)
        context["cards"] = [card(each, board.names) for each in board.page_of(asking.viewer, Role.REP)]
        context["earlier"] = [card(each, board.names) for each in board.earlier_of(asking.viewer, Role.REP)]
    return render(request, "pages/mirror.html", context)


def _turn(each: Waiting, waits: WaitingList) -> dict[str, object]:
    return {
        "row": each,
        "who": each.buyer.name or each.buyer.contact_id or each.buyer.account_id,
        "did": act_text(each.kind, each.subkind),
        "late": is_late(each, waits.as_of),
    }


def _moved(found: Moved) -> dict[str, object]:
    forward = [each for each in found.touches if each.state == "on_base"]
    latest: dict[str, Touch] = {}
    for each in forward:
        latest.setdefault(each.buyer.contact_id, each)
    return {
        "span": (found.start, found.end),
        "efforts": found.count,
        "buyers_moved": len(latest),
        "forward": [
            {"touch": each, "who": each.buyer.name or each.buyer.contact_id, "did": act_text(each.kind, each.subkind)}
            for each in list(latest.values())[:MOST_MOVED]
        ],
        "shares": shares_of(found.states),
        "kinds": [rate_row(cell, "play") for cell in found.rates.cells],
        "by_sequence": found.rates.sequence_efforts,
        "typed_in": found.rates.claimed_efforts,
    }
