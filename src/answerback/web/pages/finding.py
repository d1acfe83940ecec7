"""A finding opened: the answer, its picture, what next, who sees it when, how it comes about, the touches behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.behind import Behind, touches_behind
from answerback.analysis.court.too_long import TooLong, too_long
from answerback.analysis.findings.gathering import Standing
from answerback.analysis.weekly_rates import WeeklyRates, weekly_rates, weekly_table
from answerback.domain.findings import Finding, FindingKind, Measure
from answerback.domain.scope import Scope
from answerback.present.charts import as_png, can_draw, describe_weekly, weekly_chart, weeks_for_eyes
from answerback.present.finding_opened import DEFINITION
from answerback.present.formats import plain_value
from answerback.present.spoken import spoken
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.beforehand import at_hand
from answerback.web.answering.board import Board, board_of
from answerback.web.answering.desk import NotReady
from answerback.web.answering.periods import Span
from answerback.web.noted.marks import marked_events
from answerback.web.pages.evidence import dimensions_of, touch_row
from answerback.web.pages.learning.causes import causes_shown
from answerback.web.pages.saying import REASONS, may_say, who_sees
from answerback.web.rights import Right, needs
from answerback.web.shown.cards import about_text, card, headline_text
from answerback.web.shown.exports import FORMS, export, picture
from answerback.web.shown.links import figure_link
from answerback.web.shown.series import series_behind
from answerback.web.shown.tables import table_of

FIRST_TOUCHES = 10
MOST_WAITING = 20
_BEFORE_IS_EARLIER = frozenset({FindingKind.CHANGE, FindingKind.GROOVE, FindingKind.VERDICT, FindingKind.LIFT})
"""Kinds whose size compares with a time before; of others `before` is what comparable work does."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a finding on one person's touches rests on: whose rows, and which."""

    scope: Scope
    where: dict[str, str]


@needs(Right.SIGNED_IN)
def finding(request: HttpRequest, finding_id: str) -> HttpResponse:
    """One finding, for whoever's page it may be on."""
    asking = asked(request)
    board, standing = _standing(asking, finding_id)
    found = standing.finding
    rests = _evidence(asking, board, standing)
    own = found.subject.key is not None and found.subject.key == asking.viewer.own_key
    if found.subject.kind == "rep":
        asking.looked_at(found.subject.key, "finding")
    figures = board.figures_for(asking.viewer, asking.scope("finding"), standing)
    context: dict[str, Any] = {
        "card": card(standing, board.names, figures=figures),
        "own": own,
        "state": standing.state,
        "is_open": standing.open,
        "may": {str(each) for each in may_say(asking.viewer, board, standing)},
        "reasons": [{"value": str(reason), "text": text} for reason, text in REASONS.items()],
        "sees": who_sees(asking, board, standing),
        "definition": DEFINITION[found.kind],
        "details": _details(found, board) if figures else [],
        "causes": causes_shown(asking, standing),
    }
    weekly = _weeks(asking, rests, found, context) if figures else None
    if weekly is not None and request.GET.get("format", "") in FORMS:
        return export(weekly_table(weekly), request.GET["format"], "weeks")
    if weekly is not None:
        context |= _picture(weekly, found)
    if rests is not None:
        context |= _behind(asking, rests, found)
    elif found.kind is FindingKind.BALLS and found.subject.kind == "rep" and found.subject.key is not None:
        context |= _waiting(asking, standing, found.subject.key)
    return render(request, "pages/finding.html", context)


@needs(Right.SIGNED_IN)
def chart(request: HttpRequest, finding_id: str, form: str) -> HttpResponse:
    """The figure week by week as a picture, for whoever may open the finding."""
    asking = asked(request)
    board, standing = _standing(asking, finding_id)
    found, rests = standing.finding, _evidence(asking, board, standing)
    drawn = form in ("svg", "png") and can_draw()
    drawn = drawn and board.figures_for(asking.viewer, asking.scope("finding"), standing)
    weekly = _weeks(asking, rests, found, {}) if drawn else None
    if weekly is None:
        raise Http404
    title = f"{about_text(found, board.names)}: {headline_text(found)}"
    usual, began = _usual(found), found.since
    svg = asking.desk.once(
        ("chart", finding_id, rests and (rests.scope, tuple(rests.where.items())), weekly),
        lambda _: weekly_chart(weekly, title, usual=usual, began=began),
    )
    return picture(svg if form == "svg" else as_png(svg), form)


def _standing(asking: Asking, finding_id: str) -> tuple[Board, Standing]:
    board = board_of(asking.desk)
    standing = board.seen_by(asking.viewer, finding_id)
    if standing is None:
        raise Http404
    return board, standing


def _evidence(asking: Asking, board: Board, standing: Standing) -> Evidence | None:
    """The rows of the one person that a finding is about, as far as whoever looks may see them; else none."""
    found = standing.finding
    key = found.subject.key if found.subject.kind == "rep" else None
    names = dimensions_of(asking)
    where = {name: value for name, value in found.evidence.where.items() if name in names}
    if found.play and not {"play", "play_wide"} & where.keys():
        where["play"] = found.play
    if key is None or not where:
        return None
    scope = asking.evidence(standing, "finding").only(key)
    return Evidence(scope, board.names.where(where)) if scope.stretches else None


def _weekly(asking: Asking, rests: Evidence) -> WeeklyRates:
    return asking.desk.once(
        ("weekly", rests.scope, tuple(rests.where.items())),
        lambda reader: weekly_rates(reader, rests.scope, rests.where),
    )


def _weeks(asking: Asking, rests: Evidence | None, found: Finding, said: dict[str, Any]) -> WeeklyRates | None:
    """The weeks behind it: of the one person, or of everybody and a part of the work; None where none can be shown."""
    if rests is not None:
        weekly = _weekly(asking, rests) if found.measure is Measure.ON_BASE else None
    else:
        try:
            weekly = series_behind(asking, found)
        except NotReady:
            weekly, said["drawing"] = None, True
    return weekly if weekly is not None and weekly.weeks else None


def _picture(weekly: WeeklyRates, found: Finding) -> dict[str, Any]:
    """The picture with the table behind it, and what happened meanwhile."""
    return {
        "chart": can_draw(),
        "described": spoken(describe_weekly(weekly, usual=_usual(found), began=found.since)),
        "weeks": table_of(weeks_for_eyes(weekly)),
        "happened": weekly.happened,
    }


def _behind(asking: Asking, rests: Evidence, found: Finding) -> dict[str, Any]:
    """The touches of the one person."""
    today = asking.desk.today()
    span = Span(found.since, today) if found.since is not None and found.since <= today else None
    rated = found.measure is Measure.ON_BASE  # what could not have been seen is in no rate
    behind = _touches(asking, rests, span, only_seen=rated)
    return {
        "behind": behind,
        "behind_it": behind.seen if rated else behind.total,
        "unseen": behind.counts["unseen"] if rated else 0,
        "touches": [touch_row(row) for row in behind.rows.to_pylist()],
        "all_touches": figure_link(rests.where, span) if asking.scope("figure").only(_key(rests)).stretches else "",
    }


def _waiting(asking: Asking, standing: Standing, key: int) -> dict[str, Any]:
    """The buyers who still wait, as far as whoever looks may see that person's rows."""
    scope = asking.evidence(standing, "finding").only(key)
    if not scope.stretches:
        return {}
    found: tuple[TooLong, ...] = asking.desk.once(("too long", scope), lambda reader: too_long(reader, scope))
    marked = marked_events(asking.desk)
    waiting = [each for each in found if each.event_id not in marked]
    return {"waiting": waiting[:MOST_WAITING], "more_waiting": max(0, len(waiting) - MOST_WAITING)}


def _key(rests: Evidence) -> int:
    return rests.scope.stretches[0].rep_key


def _touches(asking: Asking, rests: Evidence, span: Span | None, *, only_seen: bool) -> Behind:
    start, end = span.instants(asking.desk.zone) if span is not None else (None, None)
    scope = rests.scope.only(_key(rests), start, end)
    held = at_hand(asking.desk)
    return asking.desk.once(
        ("first touches", scope, tuple(rests.where.items()), only_seen),
        lambda reader: touches_behind(
            reader, scope, rests.where, only_seen=only_seen, most=FIRST_TOUCHES, at_hand=held
        ),
    )


def _usual(found: Finding) -> float | None:
    return found.size.before if found.size is not None and found.kind in _BEFORE_IS_EARLIER else None


def _details(found: Finding, board: Board) -> list[tuple[str, str]]:
    """Further figures by name; keys of rows are nobody's reading."""
    told = []
    for name, value in board.names.details(found.details).items():
        if name.endswith("keys"):
            continue
        shown = value.isoformat() if isinstance(value, date) else str(plain_value(value))
        told.append((name.replace("_", " "), spoken(shown)))
    return told
