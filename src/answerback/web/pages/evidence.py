"""Every figure opens: to what it is, its counts and its query, and the touches behind it, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from answerback.analysis.at_hand import AtHand
from answerback.analysis.behind import Behind, aware, touches_behind
from answerback.analysis.counting import STATES, Question, counts_sql
from answerback.analysis.dimensions import COLUMNS, PERIODS
from answerback.analysis.explain import DEFINITION
from answerback.analysis.on_base import OnBase, on_base
from answerback.analysis.own import buyer_of
from answerback.analysis.reader import Reader
from answerback.domain.answers import Rate
from answerback.domain.scope import Scope
from answerback.present.on_base import interval_text, on_base_table
from answerback.present.own import act_text, buyer_called
from answerback.present.plays import play_text, plays_text
from answerback.present.refusals import percent
from answerback.present.words import SHOWN_AS, cannot_tell
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.beforehand import at_hand_by_now
from answerback.web.answering.periods import asked_span
from answerback.web.rights import Right, needs
from answerback.web.shown.exports import FORMS, export

A_PAGE = 50
MOST_DIMENSIONS = 6
NO_LISTS = frozenset({"rep", "team"})
"""Nobody is listed beside others with a rate each."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Which figure is opened: within whose rows, with what."""

    scope: Scope
    where: Mapping[str, str]
    by: tuple[str, ...]
    state: str
    page: int

    @property
    def key(self) -> tuple[object, ...]:
        """All that the answer depends on."""
        return (self.scope, tuple(self.where.items()), self.by, self.state, self.page)


@needs(Right.REP)
def figure(request: HttpRequest) -> HttpResponse:
    """An on-base figure opened."""
    asking = asked(request)
    chosen = _chosen(request, asking)
    desk, form = asking.desk, request.GET.get("format", "")
    held = at_hand_by_now(desk)
    if form in FORMS:
        every = replace(chosen, page=0)
        whole = desk.once(("touches", "all", chosen.key), lambda reader: _behind(reader, every, held))
        answer = desk.once(("figure", chosen.key), lambda reader: _answer(reader, chosen))
        return export(on_base_table(answer) if chosen.by else whole.rows, form, "figure" if chosen.by else "touches")
    answer = desk.once(("figure", chosen.key), lambda reader: _answer(reader, chosen))
    behind = desk.once(("touches", chosen.key), lambda reader: _behind(reader, chosen, held))
    sql = desk.once(
        ("figure sql", chosen.key),
        lambda reader: counts_sql(Question(reader, chosen.scope, _names(chosen), chosen.where)),
    )
    shown = behind.counts[chosen.state] if chosen.state else behind.total
    context = {
        "about": _about(asking, chosen),
        "span": asked_span(request.GET),
        "state": SHOWN_AS.get(chosen.state, ""),
        "figures": [_told(cell) for cell in answer.cells],
        "by": chosen.by,
        "definition": DEFINITION,
        "sql": sql,
        "states": [
            {"text": SHOWN_AS[name], "count": behind.counts[name], "link": _again(request, state=name, page="")}
            for name in STATES
        ],
        "total": behind.total,
        "all": _again(request, state="", page=""),
        "rows": [touch_row(row) for row in behind.rows.to_pylist()],
        "shown": shown,
        "older": _again(request, page=str(chosen.page + 1)) if chosen.page * A_PAGE < shown else "",
        "newer": _again(request, page=str(chosen.page - 1)) if chosen.page > 1 else "",
        "csv": _again(request, format="csv"),
        "parquet": _again(request, format="parquet"),
    }
    return render(request, "pages/figure.html", context)


def _chosen(request: HttpRequest, asking: Asking) -> Figure:
    """What a query string asks for, within what whoever asks may see. Raises Http404 for all else."""
    said = [each.partition(":") for each in request.GET.getlist("where")]
    where = {name: value for name, _, value in said}
    by = tuple(request.GET.getlist("by"))
    known = dimensions_of(asking)
    state, page = request.GET.get("state", ""), request.GET.get("page", "1") or "1"
    sound = (
        len(where) == len(said) <= MOST_DIMENSIONS
        and len(set(by)) == len(by) <= 1
        and not {*where, *by} - known
        and not NO_LISTS.intersection(by)
        and state in ("", *STATES)
        and page.isdecimal()
        and 1 <= int(page[:9]) <= 100_000
    )
    if not sound:
        raise Http404
    return Figure(_scope(request, asking, where), where, by, state, int(page))


def dimensions_of(asking: Asking) -> frozenset[str]:
    """What a figure can be asked by, the playbook's own dimensions among them."""
    own = asking.desk.once(("dimensions",), lambda reader: tuple(each.name for each in reader.playbook.dimension))
    return frozenset({*COLUMNS, *PERIODS, *own})


def _scope(request: HttpRequest, asking: Asking, where: Mapping[str, str]) -> Scope:
    """The rows of one rep or of all whom somebody may see, over the days asked for; that they look is written down."""
    whole = asking.scope("figure")
    roster, as_of = asking.desk.roster(), asking.desk.as_of()
    keys = list(dict.fromkeys(each.rep_key for each in whole.stretches))
    if "rep" in where:
        one = roster.key_of(where["rep"])
        keys = [one] if one is not None and one in keys else []
    if not keys or not any(whole.holds(key, as_of) for key in keys):
        raise Http404
    span = asked_span(request.GET)
    start, end = span.instants(asking.desk.zone) if span is not None else (None, None)
    for key in keys:
        asking.looked_at(key, "touches")
    cut = tuple(part for key in keys for part in whole.only(key, start, end).stretches)
    return replace(whole, stretches=cut)


def _names(chosen: Figure) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*chosen.by, *chosen.where]))


def _answer(reader: Reader, chosen: Figure) -> OnBase:
    return on_base(reader, chosen.scope, by=_names(chosen) if not chosen.by else chosen.by, where=chosen.where)


def _behind(reader: Reader, chosen: Figure, held: AtHand | None) -> Behind:
    if not chosen.page:
        return touches_behind(reader, chosen.scope, chosen.where, state=chosen.state, at_hand=held)
    skip, state = (chosen.page - 1) * A_PAGE, chosen.state
    return touches_behind(reader, chosen.scope, chosen.where, state=state, skip=skip, most=A_PAGE, at_hand=held)


def _about(asking: Asking, chosen: Figure) -> str:
    """Which touches they are, in words."""
    said: list[str] = []
    for name, value in chosen.where.items():
        if name == "play":
            said.insert(0, play_text(value))
        elif name in ("play_wide", "play_channel"):
            said.insert(0, plays_text(value))
        elif name == "rep":
            key = asking.desk.roster().key_of(value)
            if key != asking.viewer.own_key and key is not None:
                said.append(asking.desk.roster().called(key))
        else:
            said.append(f"{name.replace('_', ' ')}: {value or '–'}")
    return ", ".join(said)


def _told(cell: Any) -> dict[str, Any]:
    keys = ", ".join(f"{name.replace('_', ' ')} {'–' if value is None else value}" for name, value in cell.keys.items())
    rate = cell.rate
    known = isinstance(rate, Rate)
    return {
        "keys": keys,
        "cell": cell,
        "text": interval_text(rate) if known else "",
        "why": "" if known else cannot_tell(rate),
        "proved": interval_text(cell.proved_rate) if isinstance(cell.proved_rate, Rate) else "",
        "due": f"{cell.matured:,.0f}" if known else "",
        "peers": percent(rate.prior_weight) if known and rate.prior_weight else "",
    }


def touch_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A touch behind a figure, in words."""
    buyer = buyer_of(dict(row))
    return {
        "effort_id": row["effort_id"],
        "at": aware(row["occurred_at"]),
        "play": play_text(row["play"]),
        "who": buyer_called(buyer),
        "company": buyer.company or buyer.account_id,
        "state": row["state"],
        "text": SHOWN_AS[row["state"]],
        "action_id": row["action_id"],
        "did": act_text(row["act"], row["subkind"] or "") if row["act"] else "",
        "answered_at": aware(row["answered_at"]),
        "proof": row["grade"] in ("E1", "E2"),
    }


def _again(request: HttpRequest, **changed: str) -> str:
    """The address of this page with some of its query changed; an empty value leaves it out."""
    query = request.GET.copy()
    for name, value in changed.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"{reverse('figure')}?{query.urlencode()}"
