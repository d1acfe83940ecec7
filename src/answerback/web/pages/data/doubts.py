"""What somebody of operations has to decide: records that may be one company, and records that a rep contests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from answerback.analysis.disputes import contests as contested_rows
from answerback.analysis.listing import show
from answerback.analysis.reader import Reader, keys_of
from answerback.domain.errors import AnswerbackError
from answerback.domain.kinds import DecisionReason
from answerback.people import audit
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.noted.marks import heard_at, words_on_records
from answerback.web.rights import Right, needs
from answerback.workspace.deciding import Decision, decide
from answerback.workspace.known import source_of

_PAIRS = {"merge": DecisionReason.SAME_COMPANY, "separate": DecisionReason.DIFFERENT}
_SETTLED = ("upheld", "void")
MOST_PAIRS = 100


@needs(Right.OPERATIONS)
def identities(request: HttpRequest) -> HttpResponse:
    """Pairs of records that may be one, each to be merged or kept apart."""
    asking = asked(request)
    found = _pairs(asking)
    if request.method == "POST":
        return _decide(request, asking, found)
    decided = _decided(asking)
    open_ones = [each for each in found if frozenset((each["id"], each["other_id"])) not in decided]
    context = {"pairs": open_ones[:MOST_PAIRS], "count": len(open_ones), "decided": len(found) - len(open_ones)}
    return render(request, "pages/data/identities.html", context)


def _pairs(asking: Asking) -> list[dict[str, Any]]:
    """Doubtful pairs with what each is called."""
    scope = asking.pooled("data")
    if scope is None:
        raise Http404
    rows = asking.desk.once(("doubtful",), lambda reader: show(reader, scope, "doubtful").to_pylist())
    directory = ahead(asking.desk, Ahead.DIRECTORY)
    with asking.desk.reading() as reader:
        return [
            {
                **row,
                "name": _called(reader, directory, row["kind"], row["id"]),
                "other_name": _called(reader, directory, row["kind"], row["other_id"]),
            }
            for row in rows
        ]


def _called(reader: Reader, directory: Any, space: str, own: str) -> str:
    if directory is None or space not in directory.listed:
        return own
    return next(iter(directory.called(space, keys_of(reader, space, own)).values()), own)


def _decided(asking: Asking) -> set[frozenset[str]]:
    """Pairs on which somebody decided since the last build."""
    said = (entry.fields for entry in asking.desk.noted("decision"))
    return {frozenset((str(each["subject_id"]), str(each["other_id"]))) for each in said if each.get("kind") in _PAIRS}


def _decide(request: HttpRequest, asking: Asking, found: list[dict[str, Any]]) -> HttpResponse:
    one, other, kind = (request.POST.get(name, "") for name in ("one", "other", "kind"))
    pair = next((each for each in found if (each["id"], each["other_id"]) == (one, other)), None)
    if pair is None or kind not in _PAIRS:
        raise Http404
    home = asking.desk.home
    try:
        whose = source_of(home, pair["kind"], (one, other))
        said = Decision(whose, pair["kind"], one, kind, other=other, reason=_PAIRS[kind])
        decide(home, said, now=datetime.now(UTC))
    except AnswerbackError as error:
        messages.error(request, f"{error.what}. {error.next_step}.")
    else:
        audit.note(asking.viewer.person, f"identity: {kind}", one)
        messages.success(request, _("Written down. It holds from the next build on."))
    return redirect("data_identities")


@needs(Right.OPERATIONS)
def contests(request: HttpRequest) -> HttpResponse:
    """Records that a rep contests, to be settled here and nowhere else."""
    asking = asked(request)
    if request.method == "POST":
        return _settle(request, asking)
    words = _words(asking)
    rows = [
        row | {"said": words.pop(row["event_id"], row["state"]), "rep": _rep(asking, row["rep_id"])}
        for row in _contested(asking)
    ]
    fresh = [{"event_id": event, "said": said, "rep": "", "since": None} for event, said in sorted(words.items())]
    every = [*fresh, *rows]
    context = {
        "open": [each for each in every if each["said"] == "contested"],
        "settled": [each for each in every if each["said"] != "contested"],
    }
    return render(request, "pages/data/contests.html", context)


def _contested(asking: Asking) -> list[dict[str, Any]]:
    scope = asking.pooled("data")
    if scope is None:
        raise Http404
    found: list[dict[str, Any]] = asking.desk.once(
        ("contests",), lambda reader: contested_rows(reader, scope).to_pylist()
    )
    return found


def _rep(asking: Asking, rep_id: str | None) -> str:
    roster = asking.desk.roster()
    key = roster.key_of(rep_id or "")
    return roster.called(key) if key is not None else ""


def _words(asking: Asking) -> dict[str, str]:
    """What was said of records since the last build: contested, void or upheld, by the event's id."""
    said = words_on_records(asking.desk)
    return {event: "contested" if kind == "contest" else kind for event, kind in said.items()}


def _settle(request: HttpRequest, asking: Asking) -> HttpResponse:
    event, kind = request.POST.get("event", ""), request.POST.get("kind", "")
    known = {row["event_id"] for row in _contested(asking)} | _words(asking).keys()
    if event not in known or kind not in _SETTLED:
        raise Http404
    home = asking.desk.home
    said = Decision(source_of(home, "event", (event,)), "event", event, kind)
    decide(home, said, now=datetime.now(UTC), said_at=heard_at(datetime.now(UTC), asking.desk.as_of()))
    audit.note(asking.viewer.person, f"contest: {kind}", event)
    messages.success(request, _("Settled. Figures follow with the next build."))
    return redirect("data_contests")
