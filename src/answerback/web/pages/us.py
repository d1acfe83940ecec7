"""The leader's page: is it them, or is it us? Sums over everybody as of the week's Monday; nobody is named."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.together.us import Us
from answerback.analysis.weekly_rates import Happened, WeeklyRates, WeekRate
from answerback.domain.findings import Role
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.present import path
from answerback.present import us as words
from answerback.present.charts import as_png, can_draw, describe_weekly, weekly_chart
from answerback.present.potential import tell_potential
from answerback.present.quarters import heading, story_lines
from answerback.present.spoken import spoken
from answerback.present.verdicts import scope_text
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.board import board_of
from answerback.web.answering.weekly import us_of
from answerback.web.rights import Right, needs
from answerback.web.shown.cards import card
from answerback.web.shown.exports import picture
from answerback.web.shown.tables import table_of

TITLE = "Everybody's touches, week by week"


@needs(Right.LEADER)
def us(request: HttpRequest) -> HttpResponse:
    """The verdict, where it lies, the pipeline, what changed, and what leaders are shown this week."""
    asking = asked(request)
    board = board_of(asking.desk)
    context: dict[str, Any] = {
        "cards": [card(each, board.names) for each in board.page_of(asking.viewer, Role.LEADER)],
        "earlier": [card(each, board.names) for each in board.earlier_of(asking.viewer, Role.LEADER)],
    }
    found = us_of(asking.desk)
    context |= {"found": found, "too_few": words.too_few(_left(asking, found), LEAST_CONTRIBUTORS)}
    if not context["too_few"]:
        context |= _verdict(asking, found) | _pipeline(found) | _rest(found)
    return render(request, "pages/us.html", context)


def _left(asking: Asking, found: Us) -> Us:
    """What is left of it for whoever also sees some people's own rows: they could take these away from the sums."""
    seen = {each.rep_key for each in asking.scope("us").stretches}
    others = found.people - len(seen)
    return Us(found.as_of, others) if others < LEAST_CONTRIBUTORS else found


@needs(Right.LEADER)
def us_chart(request: HttpRequest, form: str) -> HttpResponse:
    """The rate of everybody's touches by week, drawn."""
    asking = asked(request)
    found = _left(asking, us_of(asking.desk))
    if not found.weeks or form not in ("svg", "png") or not can_draw():
        raise Http404
    svg = asking.desk.once(
        ("us chart", found.as_of), lambda _: weekly_chart(_series(found), TITLE, usual=None, began=None)
    )
    return picture(svg if form == "svg" else as_png(svg), form)


def _series(found: Us) -> WeeklyRates:
    """As charts know it."""
    weeks = [
        WeekRate(
            first_day=each.first,
            touches=round(each.weighed.touches),
            moved=round(each.weighed.moved),
            due=each.weighed.touches,
            rate=each.weighed.rate,
            low=each.low,
            high=each.high,
        )
        for each in found.weeks
    ]
    return WeeklyRates(
        tuple(weeks), tuple(Happened(each.starts, each.ends, each.scope, each.text) for each in found.happenings)
    )


def _verdict(asking: Asking, found: Us) -> dict[str, Any]:
    told: dict[str, Any] = {
        "sentence": words.verdict_sentence(found),
        "monday": found.as_of.astimezone(asking.desk.zone).date(),
        "lines": [spoken(line) for line in words.verdict_lines(found)],
        "window": spoken(words.window_note(found)),
        "happenings": [
            {"text": each.text, "starts": each.starts, "where": scope_text(each.scope)} for each in found.happenings
        ],
    }
    if found.weeks:
        told |= {
            "weeks": table_of(words.weeks_for_eyes(found.weeks)),
            "drawn": can_draw(),
            "described": spoken(describe_weekly(_series(found), usual=None, began=None)),
        }
    if found.steps is not None:
        told |= {
            "steps_line": words.steps_sentence(found.steps),
            "steps": table_of(words.steps_for_eyes(found.steps)),
        }
    return told


def _pipeline(found: Us) -> dict[str, Any]:
    if found.pipeline is None:
        return {}
    stages, currency = found.stages, found.currency
    return {
        "pipeline_lines": [
            spoken(line) for line in words.pipeline_lines(found.pipeline, stages, currency, LEAST_CONTRIBUTORS)
        ],
        "pipeline": table_of(words.pipeline_for_eyes(found.pipeline, stages, currency))
        if found.pipeline.rows
        else None,
    }


def _rest(found: Us) -> dict[str, Any]:
    told: dict[str, Any] = {"managers": words.leading_text(found.managers)}
    if found.quarters is not None:
        told |= {"quarters": heading(found.quarters), "quarter_lines": story_lines(found.quarters)}
    if found.potential is not None:
        said = tell_potential(found.potential)
        lost = [line.removeprefix("- ") for line in said.sentences if line.startswith("- ")]
        lead, *more = [spoken(line) for line in said.sentences if not line.startswith("- ")]
        told |= {
            "potential": {"lead": lead, "lost": [line[:1].upper() + spoken(line)[1:] for line in lost], "more": more},
            "potential_table": table_of(pa.Table.from_pylist(list(said.eyes))),
            "potential_notes": [spoken(line) for line in said.notes],
        }
    if found.path is not None:
        paths, pooled = found.path
        told |= {
            "path_lines": path.answer_lines(paths, pooled),
            "path_table": table_of(path.measures_for_eyes(pooled)),
            "path_notes": [spoken(line) for line in path.notes(paths)],
        }
    return told
