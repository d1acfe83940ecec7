"""How far the data can be relied on: the answer, what each source unlocks, what is wrong or missing; and each field."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.trust.filled import Filled
from answerback.analysis.trust.trusting import LEAST_FILLED, Trust, pooled
from answerback.analysis.trust.typed_in import CHANNEL, added
from answerback.present.refusals import percent
from answerback.present.spoken import spoken
from answerback.present.trust import (
    answer_lines,
    endings_for_eyes,
    field_text,
    notes,
    of_text,
    reason_lines,
    rows_for_eyes,
    typed_in_text,
)
from answerback.present.unlocks import unlocks_of
from answerback.web.answering.asking import asked
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.rights import Right, needs
from answerback.web.shown.tables import table_of
from answerback.workspace.log import read_batches

FIRST_REMARKS = 12


@needs(Right.OPERATIONS)
def overview(request: HttpRequest) -> HttpResponse:
    """The first page of operations."""
    desk = asked(request).desk
    found, remarks = ahead(desk, Ahead.TRUST), ahead(desk, Ahead.REMARKS)
    context = {
        "loading": found is None or remarks is None,
        "lines": [spoken(line) for line in answer_lines(found)] if found is not None else (),
        "sources": table_of(rows_for_eyes(found, "source", {})) if found is not None else None,
        "remarks": (remarks or [])[:FIRST_REMARKS],
        "more_remarks": (remarks or [])[FIRST_REMARKS:],
        "cards": unlocks_of(read_batches(desk.home)),
        "notes": [spoken(note) for note in notes(found)] if found is not None else (),
    }
    return render(request, "pages/data/overview.html", context)


@needs(Right.OPERATIONS)
def fields(request: HttpRequest) -> HttpResponse:
    """How far each field can be trusted, and where two tellings of one thing part."""
    found = ahead(asked(request).desk, Ahead.TRUST)
    context: dict[str, object] = {"loading": found is None}
    if found is not None:
        context |= {
            "fields": [_field(each) for each in pooled(found.filled)],
            "seldom": sum(each.share < LEAST_FILLED for each in pooled(found.filled)),
            "said": _typed_in(found),
            "reasons": reason_lines(found.reasons),
            "endings": table_of(endings_for_eyes(found.reasons)),
            "notes": [spoken(note) for note in notes(found)],
        }
    return render(request, "pages/data/fields.html", context)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field: how many of its records have it, and what rests on it."""

    name: str
    of: str
    records: str
    share: float
    text: str
    used_for: str
    seldom: bool


def _field(each: Filled) -> FieldRow:
    share, seldom = 100 * each.share, each.share < LEAST_FILLED
    return FieldRow(
        field_text(each.field),
        of_text(each.relation),
        f"{each.rows:,}",
        share,
        percent(each.share),
        each.used_for,
        seldom,
    )


def _typed_in(found: Trust) -> list[str]:
    return [text for sort in CHANNEL if (text := typed_in_text(added(found.typed_in, sort)))]
