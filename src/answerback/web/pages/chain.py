"""One deal or company as it went: touches and acts in order, whose turn it is, and what usually comes next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse

from answerback.analysis.chain_around import Around, around_company, around_deal
from answerback.analysis.story import Sort, Story
from answerback.analysis.story.deals import Deal
from answerback.people import audit
from answerback.present.timeline import act_words, plain_name
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.answering.waits import waiting_on_rep
from answerback.web.noted.marks import SAID, mark, marked_events, words_on_acts
from answerback.web.noted.pending import ChainIds, Noted, Pending, noted, pending_of, with_pending
from answerback.web.noted.turns import Turns, turns_of
from answerback.web.rights import Right, needs
from answerback.web.shown.chains import (
    SHOWN,
    BallsIn,
    balls_in,
    entries_of,
    names_of,
    next_of,
    sellers_turn,
    whose_turn,
)
from answerback.web.shown.lessons import lesson_that_fits
from answerback.web.shown.looking_back import looked_back

_FIND = {"deal": around_deal, "company": around_company}


@needs(Right.SELLERS)
def deal(request: HttpRequest, chain_id: str) -> HttpResponse:
    """A deal's chain, for whoever may see somebody who worked on it."""
    return _page(request, "deal", chain_id)


@needs(Right.SELLERS)
def company(request: HttpRequest, chain_id: str) -> HttpResponse:
    """A company: its deals, and what happened with it beside them."""
    return _page(request, "company", chain_id)


@needs(Right.REP)
def mark_in_chain(request: HttpRequest) -> HttpResponse:
    """Writes down what a rep says of an act that waits on them in a chain; of no other."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asking = asked(request)
    space, chain_id, event, said = (request.POST.get(name, "") for name in ("space", "chain", "event", "said"))
    if space not in _FIND or said not in SAID:
        raise Http404
    around = _around(asking, space, chain_id)
    with asking.desk.reading() as reader:
        ball = balls_in(reader, asking, around).acts.get(event)
    off = _own_turns(asking).undoing(event) if said == "undo" else ()
    own = ball is not None and ball.open and ball.rep_key == asking.viewer.own_key
    if not own and not off:
        raise Http404
    mark(asking.desk.home, off or (event,), said, now=datetime.now(UTC), as_of=asking.desk.as_of())
    audit.note(asking.viewer.person, f"ball: {said}", event)
    return redirect(space, chain_id)


def _own_turns(asking: Asking) -> Turns:
    """Who waits on whoever looks, and who is off their list; nobody, while that is worked out."""
    key = asking.viewer.own_key
    if key is None or ahead(asking.desk, Ahead.WAITS) is None:
        return Turns((), ())
    found = waiting_on_rep(asking.desk, asking.scope("mirror").only(key), key)
    return turns_of(found, words_on_acts(asking.desk))


def _around(asking: Asking, space: str, chain_id: str) -> Around:
    scope = asking.scope("chain")
    found: Around = asking.desk.once(
        ("chain", space, chain_id, scope), lambda reader: _FIND[space](reader, scope, chain_id)
    )
    return found


def _page(request: HttpRequest, space: str, chain_id: str) -> HttpResponse:
    asking = asked(request)
    said = noted(asking.desk)
    around = _around(asking, space, chain_id)
    if asking.viewer.own_key is not None and around.told is not None:
        _write_down_the_look(asking, around.told)
    context = {"space": space, "chain_id": chain_id, **_heading(asking, around, chain_id)}
    if around.told is not None:
        context |= _told(asking, around, around.told, said)
    if space == "deal" and around.told is not None:
        context["looked_back"] = looked_back(asking, around.told.chain_id)
        if not around.told.turn.ended:
            context |= lesson_that_fits(asking, around.key, chain_id)
    return render(request, "pages/chain.html", context)


def _write_down_the_look(asking: Asking, told: Story) -> None:
    """That a manager opened a chain of somebody who reports to them: that rep sees it."""
    whose, roster = sellers_turn(told), asking.desk.roster()
    key = roster.key_of(whose)
    if key is not None and asking.scope("chain").holds(key, asking.desk.as_of()):
        asking.looked_at(key, "chain")


def _heading(asking: Asking, around: Around, chain_id: str) -> dict[str, Any]:
    directory = ahead(asking.desk, Ahead.DIRECTORY)
    keys = [around.key, *(each.deal_key for each in around.deals)]
    named = {} if directory is None else directory.called("deal", keys)
    company_name = ""
    if directory is not None and around.account_key is not None:
        company_name = directory.called("account", [around.account_key]).get(around.account_key, "")
    own = named.get(around.key, "") if around.backed is not None else company_name
    return {
        "title": own or chain_id,
        "company": {"id": around.account_id, "name": company_name or around.account_id},
        "deals": [_deal(each, named) for each in around.deals],
        "backed": around.backed,
        "said_stage": plain_name(around.backed.said) if around.backed is not None else "",
        "backed_stage": plain_name(around.backed.stage or "") if around.backed is not None else "",
        "backed_act": act_words(around.backed.act) if around.backed is not None else "",
        "lacks": [act_words(each) for each in around.backed.lacks] if around.backed is not None else [],
    }


def _deal(each: Deal, named: dict[int, str]) -> dict[str, Any]:
    return {"deal": each, "name": named.get(each.deal_key) or each.deal_id, "url": reverse("deal", args=[each.deal_id])}


def _told(asking: Asking, around: Around, chain: Story, said: Noted) -> dict[str, Any]:
    as_of, own_key = asking.desk.as_of(), asking.viewer.own_key
    own_id = asking.desk.roster().id_of(own_key)
    pending = _pending(asking, around, said)
    told = with_pending(chain, pending, own_id)
    fresh = frozenset(line.event_id for line in pending.lines)
    with asking.desk.reading() as reader:
        names, balls = names_of(reader, asking, told), balls_in(reader, asking, around)
    marked = marked_events(asking.desk)
    kept = {event: each for event, each in balls.acts.items() if event not in marked or not each.open}
    shown = BallsIn(kept, balls.beside)
    entries = entries_of(told, names, shown, own_key=own_key, fresh=fresh)
    mine = {
        event for event, each in balls.acts.items() if each.open and each.rep_key == own_key and own_key is not None
    }
    off = (marked & mine) | {event for each in _own_turns(asking).off for event in each.events}
    last = next((each for each in reversed(entries) if each.line.court is not None), None)
    return {
        "told": told,
        "turn": whose_turn(told, own_id),
        "seller": names.reps.get(sellers_turn(told), sellers_turn(told)),
        "last": last,
        "entries": entries[-SHOWN:],
        "earlier": entries[:-SHOWN],
        "touches": told.count(Sort.TOUCH),
        "acts": told.count(Sort.ACT),
        "undo": [each for each in entries if each.line.event_id in off],
        "next": next_of(asking, told, as_of),
        "claimed": any(line.evidence == "claimed" for line in told.lines),
    }


def _pending(asking: Asking, around: Around, said: Noted) -> Pending:
    directory = ahead(asking.desk, Ahead.DIRECTORY)
    persons: frozenset[str] = frozenset()
    if directory is not None and around.account_key is not None:
        persons = directory.ids_of_company(around.account_key)
    is_deal = around.backed is not None
    ids = ChainIds(
        deal_id=around.told.chain_id if is_deal and around.told is not None else "",
        account_ids=frozenset({around.account_id} - {""}),
        contact_ids=persons,
        takes_company=around.only_open,
    )
    return pending_of(said, ids, max(asking.desk.as_of(), datetime.now(UTC)))
