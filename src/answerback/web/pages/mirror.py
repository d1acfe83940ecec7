"""The mirror: a rep's own page. Who waits on me, what my touches moved, what to look at. Acts first, then rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.court.juggling import carried_now
from answerback.analysis.court.mine import WaitingList, is_cold
from answerback.analysis.disputes import contests
from answerback.analysis.findings.audience import OWN_CRAFT
from answerback.analysis.on_base import OnBase, on_base
from answerback.analysis.own import Moved, moved
from answerback.domain.findings import TURNS, Role
from answerback.domain.scope import Scope
from answerback.present.on_base import on_base_table
from answerback.present.own import act_text, buyer_called
from answerback.present.plays import play_text
from answerback.present.spoken import spoken
from answerback.present.stakes import juggling_lines, juggling_notes
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.beforehand import Ahead, ahead, at_hand
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import NotReady
from answerback.web.answering.periods import CALLED, Picked, Span, picked
from answerback.web.answering.waits import waiting_on_rep
from answerback.web.noted.marks import contested_lately, words_on_acts
from answerback.web.noted.turns import turns_of
from answerback.web.pages.event import opened_by
from answerback.web.rights import Right, needs
from answerback.web.shown.cards import card
from answerback.web.shown.exports import FORMS, export
from answerback.web.shown.figures import rates_of, shares_of
from answerback.web.shown.lessons import lessons_for_own_deals, rejected_though_used
from answerback.web.shown.links import figure_link
from answerback.web.shown.looking_back import looking_back
from answerback.web.shown.own import turn_shown

FIRST_MOVED = 5
"""So many buyers who moved are shown at once; the others one step away."""
MOST_MOVED = 25
"""Of so many the page tells; all the others are behind the figure."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose page it is, and who looks."""

    asking: Asking
    key: int
    own: bool

    @property
    def scope(self) -> Scope:
        """That person's rows, as far as whoever looks may see them."""
        return self.asking.scope("mirror").only(self.key)

    @property
    def rep_id(self) -> str:
        """By which id the log knows them."""
        return self.asking.desk.roster().members[self.key].rep_id


def waiting_of(whose: Whose) -> WaitingList:
    """Who waits on them."""
    return waiting_on_rep(whose.asking.desk, whose.scope, whose.key)


def moved_of(whose: Whose, span: Span) -> Moved:
    """What their touches of some days moved."""
    scope, key = whose.scope, whose.key
    start, end = span.instants(whose.asking.desk.zone)
    desk = whose.asking.desk
    held = at_hand(desk)
    return desk.once(
        ("moved", scope, key, start, end),
        lambda reader: moved(reader, scope, key, length=end - start, until=end, at_hand=held, buyers=MOST_MOVED),
    )


@needs(Right.REP)
def mirror(request: HttpRequest) -> HttpResponse:
    """One's own page."""
    asking = asked(request)
    if asking.viewer.own_key is None:
        return render(request, "pages/mirror_without.html")
    return _page(request, Whose(asking, asking.viewer.own_key, own=True))


@needs(Right.MANAGER)
def mirror_of(request: HttpRequest, rep_id: str) -> HttpResponse:
    """The page of somebody who reports to whoever looks. That they looked is written down, and the rep sees it."""
    asking = asked(request)
    key = asking.desk.roster().key_of(rep_id)
    if key is None or not asking.scope("mirror").holds(key, asking.desk.as_of()):
        raise Http404
    asking.looked_at(key, "mirror")
    return _page(request, Whose(asking, key, own=key == asking.viewer.own_key))


def _page(request: HttpRequest, whose: Whose) -> HttpResponse:
    desk = whose.asking.desk
    chosen = picked(request.GET, desk.today())
    found = moved_of(whose, chosen.span)
    form = request.GET.get("format", "")
    if form in FORMS:
        return export(on_base_table(found.rates), form, "kinds-of-touch")
    context: dict[str, Any] = {
        "own": whose.own,
        "whose": desk.roster().called(whose.key),
        "as_of": desk.as_of(),
        "chosen": chosen,
        "periods": [{"value": each, "text": text, "here": each is chosen.period} for each, text in CALLED.items()],
        **_waiting(whose),
        **_moved(found, whose, chosen.span),
        "rates": rates_of(found.rates, _before(whose, chosen) if chosen.compared else None),
    }
    context["rows"] = [
        {"row": row, "link": figure_link({"rep": whose.rep_id, **row.where}, chosen.span)}
        for row in context["rates"].rows
    ]
    if whose.own:
        context |= _to_look_at(whose.asking) | _juggling(whose) | {"disputed": _disputed(whose)}
        context["looking_back"] = looking_back(whose.asking)
        context["lesson_fits"] = lessons_for_own_deals(whose.asking, whose.key)
        context["rejected"] = rejected_though_used(whose.asking, whose.key)
    return render(request, "pages/mirror.html", context)


def _before(whose: Whose, chosen: Picked) -> OnBase:
    start, end = chosen.before.instants(whose.asking.desk.zone)
    scope = whose.scope.only(whose.key, start, end)
    return whose.asking.desk.once(
        ("rates by play", scope, start, end), lambda reader: on_base(reader, scope, by=("play",))
    )


def _waiting(whose: Whose) -> dict[str, Any]:
    waits = waiting_of(whose)
    turns = turns_of(waits, words_on_acts(whose.asking.desk))
    known = [each for each in turns.waiting if each.written_before]
    warm = [turn_shown(each, waits.as_of) for each in known if not is_cold(each, waits.as_of)]
    return {
        "waiting": len(known),
        "turns": warm[:TURNS],
        "more_turns": warm[TURNS:],
        "cold": [turn_shown(each, waits.as_of) for each in known if is_cold(each, waits.as_of)],
        "new": [turn_shown(each, waits.as_of) for each in turns.waiting if not each.written_before],
        "undo": [turn_shown(each.row, waits.as_of) for each in turns.off],
    }


def _moved(found: Moved, whose: Whose, span: Span) -> dict[str, Any]:
    forward = [
        {
            "touch": each,
            "who": buyer_called(each.buyer),
            "did": act_text(each.kind, each.subkind),
            "play": play_text(each.play),
            "proof": each.grade in ("E1", "E2"),
        }
        for each in found.touches
    ]
    own = {"rep": whose.rep_id}
    return {
        "efforts": found.count,
        "seen": found.count - found.states["unseen"],
        "mostly_unseen": found.states["unseen"] > found.count / 2,
        "all_touches": figure_link(own, span),
        "buyers_moved": found.buyers,
        "forward": forward[:FIRST_MOVED],
        "more_forward": forward[FIRST_MOVED:],
        "more_moved": found.buyers - FIRST_MOVED,
        "others_moved": {"count": found.buyers - len(forward), "link": figure_link(own, span, "on_base")},
        "shares": [{"share": each, "link": figure_link(own, span, each.state)} for each in shares_of(found.states)],
        "by_sequence": found.rates.sequence_efforts,
        "typed_in": found.rates.claimed_efforts,
    }


def _to_look_at(asking: Asking) -> dict[str, Any]:
    """The week's few; the patterns of one's own craft; what else is open. Or that it is being worked out."""
    try:
        board = board_of(asking.desk)
    except NotReady:
        return {"judging": True}
    week = board.page_of(asking.viewer, Role.REP)
    earlier = board.earlier_of(asking.viewer, Role.REP)
    return {
        "cards": [card(each, board.names) for each in week],
        "craft": [card(each, board.names) for each in earlier if each.finding.kind in OWN_CRAFT],
        "earlier": [card(each, board.names) for each in earlier if each.finding.kind not in OWN_CRAFT],
    }


def _juggling(whose: Whose) -> dict[str, Any]:
    """Open stories beside the number from which more is missed; nothing before that is worked out."""
    limit = ahead(whose.asking.desk, Ahead.JUGGLING)
    if limit is None:
        return {}
    scope, key = whose.scope, whose.key
    carried = whose.asking.desk.once(("carried", scope, key), lambda reader: carried_now(reader, scope, key))
    lines, notes = ([spoken(line) for line in told] for told in (juggling_lines(limit), juggling_notes(limit)))
    return {"carried": carried, "limit": lines, "limit_notes": notes}


def _disputed(whose: Whose) -> list[str]:
    """The records that they contest, by id, what was said since the last build among them."""
    scope = whose.scope
    table = whose.asking.desk.once(("contests", scope), lambda reader: contests(reader, scope))
    known = {row["event_id"]: True for row in table.to_pylist() if row["state"] == "contested"}
    spoken_of = contested_lately(whose.asking.desk)
    lately = {event: holds for event, holds in spoken_of.items() if opened_by(whose.asking, scope, event) is not None}
    return [event for event, holds in (known | lately).items() if event and holds]
