"""The guided tour of a practice company: guess first, look at what the data say, shuffle, then open the envelope.

Every figure is worked out from the snapshot by the functions that anybody's data go through. Only the step of the
envelope knows what was planted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from answerback.analysis.guided import Times, coached, replaced, who_changed
from answerback.analysis.reader import Reader
from answerback.analysis.unlike import Changed, Unlike, beyond_chance, dealt
from answerback.domain.scope import Scope
from answerback.present import demo as words
from answerback.present.spoken import spoken
from answerback.simulate.envelope import CURRENCY, Envelope, envelope_in
from answerback.stats.limit import least_mean_delay
from answerback.web.answering.desk import Desk, NothingBuilt, desk
from answerback.web.rights import Right, needs
from answerback.workspace.access import owner_scope

MOST_DEALS = 200
_HEADS = {"on base": "moved a buyer"}
STEPS: Mapping[str, Any] = {
    "guess": _("Guess first"),
    "data": _("What the data say"),
    "shuffle": _("Could it be chance?"),
    "envelope": _("The envelope"),
    "replaced": _("Replace the lowest?"),
    "limit": _("And in your team?"),
}


@dataclass(frozen=True, slots=True)
class Tour:
    """A practice company at the desk."""

    desk: Desk
    envelope: Envelope

    @property
    def times(self) -> Times:
        """When its story begins and turns."""
        return Times(self.envelope.begins, self.envelope.turn, self.envelope.quarter)

    @property
    def names(self) -> dict[str, str]:
        """By id, what sellers are called."""
        return {each.rep_id: each.name for each in self.desk.roster().members.values()}

    def ask(self, what: str, question: Callable[[Reader, Scope], Any], *more: object) -> Any:
        """The answer to a question at the end of the story; worked out once."""
        ends = self.envelope.ends

        def asked(reader: Reader) -> Any:
            return question(replace(reader, as_of=ends), owner_scope("guided tour"))

        return self.desk.once(("guided", what, *more), asked)

    @property
    def found(self) -> list[Unlike]:
        """Who changed unlike the others."""
        told: list[Unlike] = self.ask("changed", lambda reader, scope: who_changed(reader, scope, self.times))
        return told


@needs(Right.EVERYBODY)
def tour(request: HttpRequest, step: str = "guess") -> HttpResponse:
    """One step of the tour; there is none where nothing is made up."""
    envelope = envelope_in(desk().home.root)
    if envelope is None or step not in STEPS:
        raise Http404
    here = Tour(desk(), envelope)
    try:
        told = _TOLD[step](here, request)
    except NothingBuilt as error:
        raise Http404 from error
    guess = _number(request.GET.get("guess", ""), len(words.GUESSES))
    names = list(STEPS)
    place = names.index(step)
    context = {
        "step": step,
        "title": STEPS[step],
        "steps": [{"name": name, "text": text, "here": name == step} for name, text in STEPS.items()],
        "next": names[place + 1] if place + 1 < len(names) else "",
        "next_text": STEPS[names[place + 1]] if place + 1 < len(names) else "",
        "company": envelope.company,
        "guess": guess,
        "guessed": words.GUESSES[guess - 1] if guess else "",
        **told,
    }
    return render(request, f"pages/guided/{step}.html", context)


def _guess(here: Tour, request: HttpRequest) -> dict[str, object]:
    del request
    said = here.envelope
    question = words.question(said.quarter, said.won_minor, said.target_minor, CURRENCY)
    return {"question": question, "guesses": list(enumerate(words.GUESSES, start=1))}


def _data(here: Tour, request: HttpRequest) -> dict[str, object]:
    del request
    rows = words.unlike_rows(here.found, here.names)
    columns = [_HEADS.get(name, name) for name in rows[0]][:-1] if rows else []
    return {"rows": [list(row.values())[:-1] for row in rows], "columns": columns}


def _shuffle(here: Tour, request: HttpRequest) -> dict[str, object]:
    """The cut in which something stands out by companies of a kind, and its companies dealt out anew."""
    found, deals = here.found, _number(request.GET.get("deals", ""), MOST_DEALS)
    sure = beyond_chance(found)
    chosen = next((each for each in (*sure, *found) if each.dimension not in ("rep", "team")), None)
    told: dict[str, object] = {
        "rows": words.unlike_rows(found, here.names),
        "verdict": words.verdict(found, here.names),
        "chosen": chosen,
        "cut": words.DIMENSIONS[chosen.dimension] if chosen is not None else "",
        "deals": deals,
        "deals_next": min(deals + 1, MOST_DEALS),
    }
    if chosen is None or not deals:
        return told
    hand = here.ask("dealt", lambda reader, scope: _dealt(reader, scope, here, chosen.dimension, deals), deals)
    groups = [(name, _rates(changed), name == hand.top) for name, changed in hand.groups.items()] if hand else []
    return told | {"hand": hand, "groups": groups}


def _dealt(reader: Reader, scope: Scope, here: Tour, dimension: str, deals: int) -> Any:
    return dealt(reader, scope, dimension, turn=here.envelope.turn, since=here.envelope.begins, deals=deals)


def _rates(changed: Changed) -> tuple[float, float]:
    return changed.before, changed.after


def _envelope(here: Tour, request: HttpRequest) -> dict[str, object]:
    del request
    said = here.envelope
    return {"lines": [spoken(line) for line in words.envelope(said.planted, here.found, said.turn)]}


def _replaced(here: Tour, request: HttpRequest) -> dict[str, object]:
    del request
    said, found = here.envelope, here.found
    told = here.ask("replaced", lambda reader, scope: (replaced(reader, scope, said.quarter, found),))[0]
    talk = here.ask(
        "coached", lambda reader, scope: (coached(reader, scope, said.coached, said.coached_on, said.quarter),)
    )[0]
    context: dict[str, object] = {}
    if told is not None:
        context["replaced"] = words.replaced(said.quarter, told)
    if talk is not None:
        name = here.names.get(said.coached, said.coached)
        context["coached"] = words.rebound(name, said.coached_on, said.quarter, talk)
    return context


def _limit(here: Tour, request: HttpRequest) -> dict[str, object]:
    del here, request
    weeks = least_mean_delay(0.10, 0.03, false_alarm_efforts=words.EFFORTS * words.FALSE_ALARM_WEEKS) / words.EFFORTS
    return {"limit": words.limit(weeks, words.EFFORTS).removeprefix(words.ASKED).partition(" Other numbers:")[0]}


def _number(text: str, most: int) -> int:
    """A number from 1 to the most; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= most else 0


_TOLD: Mapping[str, Callable[[Tour, HttpRequest], dict[str, object]]] = {
    "guess": _guess,
    "data": _data,
    "shuffle": _shuffle,
    "envelope": _envelope,
    "replaced": _replaced,
    "limit": _limit,
}
