"""The sheet before a call or a meeting: one printable page for a deal, for whoever may open its chain."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.chain_around import Around, around_deal
from answerback.analysis.lessons import Place, places
from answerback.analysis.story import Sort, Story
from answerback.present.prep import act_lines, objection_lines, place_text, to_try, works_lines
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.answering.lessons import usual, works
from answerback.web.noted.marks import marked_events
from answerback.web.rights import Right, needs
from answerback.web.shown.chains import balls_in, entries_of, names_of, next_of, sellers_turn, whose_turn
from answerback.web.shown.lessons import lesson_that_fits

_LAST = 3


@needs(Right.SELLERS)
def prep(request: HttpRequest, deal_id: str) -> HttpResponse:
    """What to know before one speaks with the buyer of a deal."""
    asking = asked(request)
    scope = asking.scope("chain")
    # The same question as the chain's page asks: a deal that does not open there does not open here.
    around: Around = asking.desk.once(
        ("chain", "deal", deal_id, scope), lambda reader: around_deal(reader, scope, deal_id)
    )
    place = asking.desk.once(
        ("deals stand", (around.key,)), lambda reader: places(reader, (around.key,))
    ).get(around.key, Place())  # fmt: skip
    fits = lesson_that_fits(asking, around.key, deal_id)
    context = {
        "deal_id": deal_id,
        "title": _title(asking, around, deal_id),
        "company_id": around.account_id,
        "place": place_text(place),
        **_usual(asking, place, fits),
        **fits,
    }
    if around.told is not None:
        _write_down_the_look(asking, around.told)
        context |= _open(asking, around, around.told)
    return render(request, "pages/learning/prep.html", context)


def _title(asking: Asking, around: Around, deal_id: str) -> str:
    directory = ahead(asking.desk, Ahead.DIRECTORY)
    named = "" if directory is None else directory.called("deal", [around.key]).get(around.key, "")
    return named or deal_id


def _write_down_the_look(asking: Asking, told: Story) -> None:
    """That a manager opened a chain of somebody who reports to them: that rep sees it."""
    key = asking.desk.roster().key_of(sellers_turn(told))
    if key is not None and asking.scope("chain").holds(key, asking.desk.as_of()):
        asking.looked_at(key, "chain")


def _open(asking: Asking, around: Around, told: Story) -> dict[str, Any]:
    own_key, as_of = asking.viewer.own_key, asking.desk.as_of()
    with asking.desk.reading() as reader:
        names, balls = names_of(reader, asking, told), balls_in(reader, asking, around)
    off = marked_events(asking.desk)
    entries = entries_of(told, names, balls, own_key=own_key, fresh=frozenset())
    promised = [each for each in entries if each.line.sort is Sort.PROMISED and each.line.occurred_at >= as_of]
    return {
        "told": told,
        "turn": whose_turn(told, asking.desk.roster().id_of(own_key)),
        "seller": names.reps.get(sellers_turn(told), sellers_turn(told)),
        "waits": [each for each in entries if each.waits and each.line.event_id not in off],
        "promised": promised,
        "last": [each for each in entries if each.side != "beside"][-_LAST:],
        "next": next_of(asking, told, as_of),
    }


def _usual(asking: Asking, place: Place, fits: dict[str, Any]) -> dict[str, Any]:
    """What others' buyers do at this step: of the same sort where five people have such, else of all sorts."""
    found, every = usual(asking.desk), works(asking.desk)
    if found is None or every is None:
        return {"loading": True}
    there = found.get((place.step, place.segment))
    if there is None or not (there.objections or there.acts):
        there = found.get((place.step, ""))
    best = every.get((place.step, place.segment)) or every.get((place.step, ""), ())
    lesson = fits["fits"]["lesson"].statement if "fits" in fits else ""
    told = to_try(place, there, best, lesson)
    return {
        "objections": objection_lines(there) if there is not None else [],
        "acts": act_lines(there) if there is not None else [],
        "works": works_lines(best),
        "to_try": told[1:] if lesson else told,  # the lesson stands there by itself, with its button
        "buyers": there.segment if there is not None else "",
    }
