"""A lesson as pages show it: one's own counts, others' as sums of five people or more, uses, thanks, its origin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from answerback.analysis.behind import aware
from answerback.analysis.lessons.evidence import Evidence, State
from answerback.analysis.lessons.touches import Claim, Held, touches_of
from answerback.analysis.lessons.uses import Use
from answerback.analysis.reader import Reader, ids_of
from answerback.domain.kinds import OutcomeState
from answerback.domain.scope import Scope
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.people.learning import seen
from answerback.people.learning.lessons import used_lately
from answerback.people.learning.models import Lesson
from answerback.present.lessons import STATES, TONES, Counted, because, difference_text, kinds_text, means, where_text
from answerback.present.plays import play_text
from answerback.present.words import SHOWN_AS
from answerback.stats.advice import Advised
from answerback.web.answering.asking import Asking
from answerback.web.answering.beforehand import Ahead, ahead
from answerback.web.answering.desk import NotReady
from answerback.web.answering.lessons import (
    Fitting,
    StillWorking,
    claims_of,
    everybody_uses,
    evidence_of,
    fitting,
    fitting_own,
    others_enough,
    own_counts,
    states_of,
    used_by,
    uses,
)

MOST_DEALS = 3
"""So many deals with a lesson that fits are shown on one's own page."""
MOST_TOUCHES = 30
"""So many of one's own touches are listed."""


def shown_lesson(asking: Asking, lesson: Lesson) -> dict[str, Any]:
    """All that the page of a lesson shows."""
    claim = claims_of(asking.desk, [lesson])[lesson.pk]
    found, own_key = evidence_of(asking.desk, claim), asking.viewer.own_key
    working = found is StillWorking
    scope = asking.scope("lesson").only(own_key) if own_key is not None else Scope("lesson")
    return {
        "lesson": lesson,
        "own": lesson.author_id == asking.viewer.person.pk,
        "where": where_text(claim),
        "kinds": kinds_text(claim),
        "by_kind": claim.by_kind,
        "loading": working,
        **({} if working else _standing(found)),
        **_counts(asking, scope, claim, found),
        **_uses(asking, scope, lesson),
        **_people(asking, lesson),
    }


def standing_tag(state: State | None) -> dict[str, str]:
    """How a lesson stands, in a word with its tone; no word while that is being worked out."""
    return {"state": "", "tone": ""} if state is None else {"state": STATES[state], "tone": TONES[state]}


def _standing(found: object) -> dict[str, Any]:
    if not isinstance(found, Evidence):
        return {"unknown": True}
    return {
        **standing_tag(found.state),
        "means": means(found),
        "because": because(found),
        "by_lots": found.lots,
    }


def _counts(asking: Asking, scope: Scope, claim: Claim, found: object) -> dict[str, Any]:
    if not isinstance(found, Evidence):
        return {}
    told: dict[str, Any] = {}
    own_key = asking.viewer.own_key
    if scope.stretches and own_key is not None:
        told["own_counts"] = _both(own_counts(asking.desk, scope, found, own_key))
        told["touches"] = asking.desk.once(
            ("lesson, touches", claim, scope), lambda reader: _touches(reader, scope, claim)
        )
    others = found.held.without(own_key)
    told["others_enough"] = others_enough(others, scope)
    if told["others_enough"]:
        told["others"] = _both(others)
        told["difference"] = difference_text(found.found) if isinstance(found.found, Advised) else ""
    return told


def _both(held: Held) -> tuple[Counted, Counted]:
    return Counted(*held.sums(used=True)), Counted(*held.sums(used=False))


def _touches(reader: Reader, scope: Scope, claim: Claim) -> list[dict[str, Any]]:
    rows = touches_of(reader, scope, claim, most=MOST_TOUCHES)
    ids = ids_of(reader, [int(str(row["effort_key"])) for row in rows], "event")
    return [
        {
            "event_id": ids.get(int(str(row["effort_key"])), ""),
            "at": aware(row["occurred_at"]),  # type: ignore[arg-type]
            "play": play_text(str(row["play"])),
            "moved": row["moved"],
            "used": row["used"],
        }
        for row in rows
    ]


def _uses(asking: Asking, scope: Scope, lesson: Lesson) -> dict[str, Any]:
    """One's own uses, those noted since the last build among them; others' as sums of five people or more."""
    own_key = asking.viewer.own_key
    own_ids = frozenset(asking.desk.roster().ids_of(own_key)) if own_key is not None else frozenset()
    lately = used_lately(asking.desk.noted("decision"), own_ids)
    mine = {each.deal_id: each for each in uses(asking.desk, scope, lesson.pk)} if scope.stretches else {}
    off = {deal for (deal, number), used in lately.items() if number == str(lesson.pk) and not used}
    fresh = [deal for (deal, number), used in lately.items() if number == str(lesson.pk) and used and deal not in mine]
    every = [each for each in everybody_uses(asking.desk, lesson.pk) if each.rep_key not in (None, own_key)]
    told = {
        "fresh_uses": fresh,
        "own_uses": [{"use": each, "came": _came(each)} for deal, each in mine.items() if deal not in off],
    }
    if len({each.rep_key for each in every}) >= LEAST_CONTRIBUTORS:
        told["others_used"] = len(every)
        told["others_held"] = _held(every)
    return told


def _held(every: Iterable[Use]) -> int:
    return sum(each.state == OutcomeState.ON_BASE for each in every)


def _came(use: Use) -> str:
    return SHOWN_AS[use.state] if use.state else ""


def _people(asking: Asking, lesson: Lesson) -> dict[str, Any]:
    person = asking.viewer.person
    named = not lesson.anonymous or lesson.author_id == person.pk
    from_debrief = None
    if lesson.debrief_id is not None and named:
        from_debrief = seen.debriefs(person, asking.viewer.today).filter(pk=lesson.debrief_id).first()
    thanks = list(lesson.thanks.select_related("person").order_by("at", "pk"))
    return {
        "by": lesson.author.name if lesson.author is not None and named else "",
        "debrief": from_debrief,
        "thanks": thanks,
        "thanked": any(each.person_id == person.pk for each in thanks),
    }


def lesson_that_fits(asking: Asking, deal_key: int, deal_id: str) -> dict[str, Any]:
    """The lesson to show on a deal before its next step; empty where none fits; or that it is being worked out."""
    try:
        found = fitting(asking.desk, asking.viewer.person, [deal_key]).get(deal_key)
    except NotReady:
        return {"fits_waits": True}
    if found is None:
        return {}
    return {"fits": shown_fit(asking, found, deal_id)}


def shown_fit(asking: Asking, found: Fitting, deal_id: str) -> dict[str, Any]:
    """A lesson beside the deal that it fits, and whether whoever looks said that they use it there."""
    own_key = asking.viewer.own_key
    used, number = False, str(found.lesson.pk)
    if own_key is not None:
        roster = asking.desk.roster()
        lately = used_lately(asking.desk.noted("decision"), frozenset(roster.ids_of(own_key)))
        scope = asking.scope("lesson").only(own_key)
        before = any(each.deal_id == deal_id for each in uses(asking.desk, scope, found.lesson.pk))
        used = lately.get((deal_id, number), before)
    return {
        "lesson": found.lesson,
        "where": where_text(found.claim),
        "advises": play_text(found.claim.play) if found.claim.play else "",
        "state": STATES[found.state],
        "tone": TONES[found.state],
        "deal_id": deal_id,
        "used": used,
        "usable": own_key is not None,
    }


def rejected_though_used(asking: Asking, rep_key: int) -> list[Lesson]:
    """Lessons that a rep said they use and that do not hold, for their own page, until they have heard of it."""
    lately = used_lately(asking.desk.noted("decision"), frozenset(asking.desk.roster().ids_of(rep_key)))
    on = {
        lesson: set(deals)
        for lesson, deals in used_by(asking.desk, asking.scope("lesson").only(rep_key), rep_key).items()
    }
    for (deal, number), used in lately.items():
        if number.isdecimal():
            deals = on.setdefault(int(number), set())
            (deals.add if used else deals.discard)(deal)
    numbers = {lesson for lesson, deals in on.items() if deals}
    if not numbers:
        return []
    found = list(seen.lessons_not_let_go(asking.viewer.person, numbers))
    states = states_of(asking.desk, claims_of(asking.desk, found))
    return [each for each in found if states[each.pk] is State.REJECTED]


def lessons_for_own_deals(asking: Asking, rep_key: int) -> list[dict[str, Any]] | None:
    """Some of one's own open deals with the lesson that fits each, for one's own page: those touched last.

    None while it is being worked out.
    """
    try:
        fits = fitting_own(asking.desk, asking.viewer.person, rep_key)
    except NotReady:
        return None
    keys = list(fits)[:MOST_DEALS]
    with asking.desk.reading() as reader:
        ids = ids_of(reader, keys, "deal")
    directory = ahead(asking.desk, Ahead.DIRECTORY)
    names = {} if directory is None else directory.called("deal", keys)
    return [
        shown_fit(asking, fits[key], ids[key]) | {"deal": names.get(key) or ids[key]} for key in keys if key in ids
    ]  # fmt: skip
