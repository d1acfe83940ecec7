"""One touch or one act of a buyer opened: what came of it, what it answers, and why that and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from answerback.analysis.behind import aware
from answerback.analysis.explain import Candidate, EffortExplained, LinkExplained, explain_effort, explain_link
from answerback.analysis.own import Buyer, buyer_by_ids
from answerback.analysis.reader import Reader
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope
from answerback.present.own import act_text, buyer_called
from answerback.present.plays import play_text
from answerback.present.words import SHOWN_AS
from answerback.web.answering.asking import Asking, asked
from answerback.web.noted.marks import contested_lately
from answerback.web.rights import Right, needs
from answerback.workspace.known import sources_knowing


@dataclass(frozen=True, slots=True)
class Opened:
    """A touch or an act with all that belongs to it; one of the two is there."""

    touch: EffortExplained | None
    act: LinkExplained | None
    source: str

    @property
    def contested(self) -> bool:
        """Whether its record is in dispute."""
        row = self.touch.effort if self.touch is not None else self.act.action if self.act is not None else {}
        return bool(row.get("contested"))


def opened_by(asking: Asking, scope: Scope, event_id: str) -> Opened | None:
    """The touch or act of this id within a scope; None where there is none."""
    sources = sorted(sources_knowing(asking.desk.home, "event", event_id))
    found = asking.desk.once(
        ("event", scope, event_id, tuple(sources)), lambda reader: _first(reader, scope, event_id, sources)
    )
    said = contested_lately(asking.desk).get(event_id)
    return found if found is None or said is None else _disputed(found, contested=said)


def _first(reader: Reader, scope: Scope, event_id: str, sources: list[str]) -> Opened | None:
    """What the first system that knows the id means by it."""
    told = (_open(reader, scope, event_id, source) for source in sources)
    return next((each for each in told if each is not None), None)


def _disputed(found: Opened, *, contested: bool) -> Opened:
    """The same with what was said of its record since the last build."""
    if found.touch is not None:
        return replace(found, touch=replace(found.touch, effort={**found.touch.effort, "contested": contested}))
    if found.act is not None:
        return replace(found, act=replace(found.act, action={**found.act.action, "contested": contested}))
    return found


def _open(reader: Reader, scope: Scope, event_id: str, source: str) -> Opened | None:
    try:
        return Opened(explain_effort(reader, scope, event_id, source), None, source)
    except NotFoundError:
        pass
    try:
        return Opened(None, explain_link(reader, scope, event_id, source), source)
    except NotFoundError:
        return None


@needs(Right.REP)
def event(request: HttpRequest, event_id: str) -> HttpResponse:
    """One touch, or one act of a buyer, opened."""
    asking = asked(request)
    scope = asking.scope("event")
    found = opened_by(asking, scope, event_id) if scope.stretches else None
    if found is None:
        raise Http404
    own = asking.viewer.own_key
    mine = own is not None and opened_by(asking, scope.only(own), event_id) is not None
    buyer = _buyer(asking, found)
    context: dict[str, Any] = {
        "who": buyer_called(buyer) if buyer.contact_id or buyer.account_id else "",
        "company": buyer.company or buyer.account_id,
    }
    context |= {"event_id": event_id, "source": found.source, "mine": mine, "contested": found.contested}
    if found.touch is not None:
        rep_id = str(found.touch.effort["rep_id"] or "")
        asking.looked_at(asking.desk.roster().key_of(rep_id), "touch")
        context |= _touch_context(found.touch, asking, rep_id)
    elif found.act is not None:
        context |= _act_context(found.act)
    return render(request, "pages/event.html", context)


def _buyer(asking: Asking, found: Opened) -> Buyer:
    """To whom the touch went, or whose act it is."""
    row = found.touch.effort if found.touch is not None else found.act.action if found.act is not None else {}
    contact, account = str(row.get("contact_id") or ""), str(row.get("account_id") or "")
    return asking.desk.once(("buyer", contact, account), lambda reader: buyer_by_ids(reader, contact, account))


def _touch_context(found: EffortExplained, asking: Asking, rep_id: str) -> dict[str, Any]:
    key = asking.desk.roster().key_of(rep_id)
    state = str(found.outcome["state"]) if found.outcome is not None else ""
    return {
        "touch": found.effort,
        "row": found.effort,
        "play": play_text(str(found.effort["play"])),
        "by": asking.desk.roster().called(key) if key is not None else rep_id,
        "at": aware(found.effort["occurred_at"]),  # type: ignore[arg-type]  # the column of instants
        "state": SHOWN_AS.get(state, ""),
        "proved": found.outcome is not None and bool(found.outcome["proved"]),
        "evidence": SHOWN_AS.get(str(found.effort["evidence"]), ""),
        "acts": [
            {
                **row,
                "did": act_text(row["kind"], ""),
                "at": aware(row["occurred_at"]),
                "proof": row["grade"] in ("E1", "E2"),
            }
            for row in found.acts.to_pylist()
        ],
    }


_BASIS = {
    "reference": "it names the touch",
    "object": "it shares its offer, meeting, thread or document",
    "contact": "it is by the same person",
    "deal": "it belongs to the same deal",
    "account": "it is by the same company",
}


def _strongest(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Each touch once, by the strongest of what ties it to the act: they come in that order."""
    found: dict[str, Candidate] = {}
    for each in candidates:
        found.setdefault(each.effort_id, each)
    return list(found.values())


def _verdict(text: str, play: str, kind: str) -> str:
    """Why a touch was taken or not, without the names that the playbook has."""
    plain = {
        f"{kind} cannot answer the play {play}": "such an act cannot answer such a touch",
        f"the play {play} does not count": "such a touch does not count",
        "it had waited longer than its play may": "more time had passed than such a touch may wait",
    }
    for said, shown in plain.items():
        text = text.replace(said, shown)
    return text.replace(play, play_text(play))


def _act_context(found: LinkExplained) -> dict[str, Any]:
    action, link = found.action, found.link
    return {
        "act": action,
        "row": action,
        "did": act_text(str(action["kind"]), str(action["subkind"] or "")),
        "at": aware(action["occurred_at"]),  # type: ignore[arg-type]  # the column of instants
        "evidence": SHOWN_AS.get(str(action["evidence"]), ""),
        "link": link,
        "why": _BASIS.get(str(link["basis"]), "") if link is not None else "",
        "proof": link is not None and link["grade"] in ("E1", "E2"),
        "candidates": [
            {
                "id": each.effort_id,
                "play": play_text(each.play),
                "at": aware(each.occurred_at),  # type: ignore[arg-type]  # the column of instants
                "lag": each.lag_seconds,
                "basis": _BASIS.get(each.basis, each.basis),
                "verdict": _verdict(each.verdict, each.play, str(action["kind"])),
            }
            for each in _strongest(found.candidates)
        ],
    }
