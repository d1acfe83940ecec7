"""What was loaded of whom, week by week. It is about systems: a gap says that a mailbox was not exported, no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.loaded import WEEK, WEEKS, Strip, strips, week_ends
from answerback.analysis.roster import Member
from answerback.analysis.searching import fits, words_of
from answerback.analysis.trust.cover import SIDES, Cover
from answerback.domain.kinds import CHANNELS
from answerback.present.refusals import percent
from answerback.web.answering.asking import asked
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.rights import Right, needs

ON_A_PAGE = 20
_FULL, _MOST = 0.999, 0.5


@dataclass(frozen=True, slots=True)
class Cell:
    """One week: how much was loaded, in one of four steps of darkness."""

    place: int
    step: int


@dataclass(frozen=True, slots=True)
class Row:
    """One channel of one rep."""

    channel: str
    cells: tuple[Cell, ...]
    text: str
    weeks: int
    """So many weeks were loaded in full."""


@dataclass(frozen=True, slots=True)
class Rep:
    """One rep: the channels loaded, what is missing wholly, and whether any week before the last is."""

    rep: Member
    rows: tuple[Row, ...]
    lacks: tuple[str, ...]
    gap: bool


@needs(Right.OPERATIONS)
def coverage(request: HttpRequest) -> HttpResponse:
    """Each rep and channel over the last half year."""
    desk = asked(request).desk
    cover: Cover | None = ahead(desk, Ahead.COVER)
    as_of, roster = desk.as_of(), desk.roster()
    typed = request.GET.get("q", "").replace("\0", "")[:200]
    wanted = words_of(typed)
    found = [
        each
        for each in sorted(roster.members.values(), key=lambda each: (each.name.lower(), each.rep_id))
        if fits(f"{each.name} {each.rep_id} {each.team}", wanted)
    ]
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    reps = [_told(each, strips(cover, each.key, CHANNELS, as_of)) for each in page.object_list] if cover else []
    ends = week_ends(as_of)
    context = {
        "loading": cover is None,
        "typed": typed,
        "page": page,
        "gaps": [each for each in reps if each.gap],
        "whole": [each for each in reps if not each.gap],
        "weeks": WEEKS,
        "first": ends[0] - WEEK,
        "last": ends[-1],
        "count": len(found),
    }
    return render(request, "pages/data/coverage.html", context)


def _told(rep: Member, own: Sequence[Strip]) -> Rep:
    lacks = tuple(side for side in SIDES if side not in {strip.channel for strip in own})
    gap = bool(lacks) or any(share < _MOST for strip in own for share in strip.weeks[:-1])
    return Rep(rep, tuple(_row(strip) for strip in own), lacks, gap)


def _row(strip: Strip) -> Row:
    cells = tuple(Cell(4 * place, _step(share)) for place, share in enumerate(strip.weeks))
    return Row(strip.channel, cells, percent(strip.share), sum(share >= _FULL for share in strip.weeks))


def _step(share: float) -> int:
    return 0 if share <= 0 else 3 if share >= _FULL else 2 if share >= _MOST else 1
