"""The leader's page: is it them, or is it us? Sums over everybody as of the week's Monday; nobody is named."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.findings.gathering import Standing
from answerback.analysis.together.us import Us
from answerback.domain.findings import Role
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.present import path
from answerback.present import us as words
from answerback.present.charts import as_png, can_draw, describe_weekly, weekly_chart, weeks_for_eyes
from answerback.present.potential import tell_potential
from answerback.present.quarters import heading, story_lines
from answerback.present.spoken import spoken
from answerback.present.verdicts import scope_text
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.board import Board, board_of
from answerback.web.answering.weekly import us_of
from answerback.web.rights import Right, needs
from answerback.web.shown.cards import Card, card
from answerback.web.shown.exports import picture
from answerback.web.shown.leading import in_hand, managers_as_one, own_part
from answerback.web.shown.series import left_of, series_of
from answerback.web.shown.tables import table_of

TITLE = "Everybody's touches, week by week"


@needs(Right.LEADER)
def us(request: HttpRequest) -> HttpResponse:
    """The verdict, where it lies, the pipeline, what changed, and what leaders are shown this week."""
    asking = asked(request)
    board = board_of(asking.desk)
    context: dict[str, Any] = {
        "part": own_part(asking, board),
        "cards": [_card(asking, board, each) for each in board.page_of(asking.viewer, Role.LEADER)],
        "earlier": [_card(asking, board, each) for each in board.earlier_of(asking.viewer, Role.LEADER)],
    }
    found = us_of(asking.desk)
    context |= {"found": found, "too_few": words.too_few(left_of(asking, found), LEAST_CONTRIBUTORS)}
    if not context["too_few"]:
        context |= _verdict(asking, found) | _pipeline(found) | _rest(found)
        context |= {"leaders": managers_as_one(asking), "in_hand": in_hand(asking, board)}
    return render(request, "pages/us.html", context)


def _card(asking: Asking, board: Board, standing: Standing) -> Card:
    return card(standing, board.names, figures=board.figures_for(asking.viewer, asking.scope("us"), standing))


@needs(Right.LEADER)
def us_chart(request: HttpRequest, form: str) -> HttpResponse:
    """The rate of everybody's touches by week, drawn."""
    asking = asked(request)
    found = left_of(asking, us_of(asking.desk))
    if not found.weeks or form not in ("svg", "png") or not can_draw():
        raise Http404
    svg = asking.desk.once(
        ("us chart", found.as_of), lambda _: weekly_chart(series_of(found), TITLE, usual=None, began=None)
    )
    return picture(svg if form == "svg" else as_png(svg), form)


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
            "weeks": table_of(weeks_for_eyes(series_of(found))),
            "drawn": can_draw(),
            "described": spoken(describe_weekly(series_of(found), usual=None, began=None)),
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
        told |= {
            "quarters": heading(found.quarters),
            "quarter_lines": [spoken(line) for line in story_lines(found.quarters)],
        }
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
            "path_lines": [spoken(line) for line in path.answer_lines(paths, pooled)],
            "path_table": table_of(path.measures_for_eyes(pooled)),
            "path_notes": [spoken(line) for line in path.notes(paths)],
        }
    return told
