"""Side by side, for a talk among peers: one's own touches that nobody answered beside those that were.

Their owner chooses which of them the others see. What is not ticked is shown to nobody, and a tick can be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from answerback.analysis.side_by_side import Laid, SideBySide, chosen, side_by_side
from answerback.domain.scope import Scope
from answerback.people.access import viewer_of, visible_to
from answerback.people.learning import seen, talks
from answerback.people.learning.models import Talk, TalkKind
from answerback.present.own import act_text, buyer_called
from answerback.present.plays import play_text
from answerback.web.answering.asking import Asking, asked
from answerback.web.answering.desk import NothingBuilt
from answerback.web.rights import Right, needs
from answerback.web.shown.agenda import own_kinds


@dataclass(frozen=True, slots=True)
class Shown:
    """One touch as it lies on a side."""

    effort_id: str
    at: datetime
    play: str
    who: str
    company: str
    answer: str
    ticked: bool


@needs(Right.REP)
def sides(request: HttpRequest, number: int) -> HttpResponse:
    """The two sides for their owner, and which of them the others see."""
    asking = asked(request)
    found = seen.talk(asking.viewer.person, number)
    if found is None or found.person_id != asking.viewer.person.pk or found.kind != TalkKind.PEER_SESSION:
        raise Http404
    kinds = own_kinds(asking, found.person)
    play = request.GET.get("kind", "") or request.POST.get("kind", "") or found.topic or (kinds[0] if kinds else "")
    if play and play not in kinds:
        raise Http404
    laid = _laid(asking, found, play)
    if request.method == "POST":
        kept = set(found.shown) - laid.ids
        talks.show(found, sorted(kept | (laid.ids & set(request.POST.getlist("shown")))))
        return redirect("talk", number=number)
    context = {
        "talk": found,
        "kind": play,
        "kind_text": play_text(play),
        "kinds": [(each, play_text(each)) for each in kinds],
        "sides": [_shown(found, each) for each in (laid.unanswered, laid.answered)],
        "zone": asking.desk.zone,
    }
    return render(request, "pages/learning/sides.html", context)


def shown_of(asking: Asking, talk: Talk) -> list[Shown]:
    """What the owner of a talk chose to show, as far as it is still theirs to see."""
    scope = _own_scope(asking, talk)
    if not talk.shown or not scope.stretches:
        return []
    ids = tuple(talk.shown)
    found: tuple[Laid, ...] = asking.desk.once(("shown", scope, ids), lambda reader: chosen(reader, scope, ids))
    return _shown(talk, found)


def _laid(asking: Asking, talk: Talk, play: str) -> SideBySide:
    scope = _own_scope(asking, talk)
    if not play or not scope.stretches:
        return SideBySide((), ())
    return asking.desk.once(("sides", scope, play), lambda reader: side_by_side(reader, scope, play))


def _own_scope(asking: Asking, talk: Talk) -> Scope:
    """What whose talk it is sees of their own touches: they invite the others to nothing more than that."""
    owner = viewer_of(talk.person, asking.desk.roster().key_of, asking.viewer.today)
    try:
        seen_by_owner = visible_to(owner, "talk among peers", asking.desk.zone)
    except NothingBuilt:
        return Scope("talk among peers")
    return seen_by_owner.only(owner.own_key) if owner.own_key is not None else Scope("talk among peers")


def _shown(talk: Talk, laid: tuple[Laid, ...]) -> list[Shown]:
    ticked = set(talk.shown)
    return [
        Shown(
            effort_id=each.effort_id,
            at=each.occurred_at,
            play=play_text(each.play),
            who=buyer_called(each.buyer),
            company=each.buyer.company or each.buyer.account_id,
            answer=act_text(each.act, "") if each.act else "",
            ticked=each.effort_id in ticked,
        )
        for each in laid
    ]
