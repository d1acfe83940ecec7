"""A practice as pages show it, and what somebody might practise: each suggestion with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from answerback.analysis.craft.plays import WORTH, Rut
from answerback.analysis.lessons import State
from answerback.analysis.lift.plan import LATER
from answerback.analysis.lift.practised import Answer, Outcome
from answerback.domain.findings import FindingKind, Role
from answerback.people.learning import practices, seen
from answerback.people.learning.models import Ended, Lesson, Practice
from answerback.people.learning.practices import Progress, Standing
from answerback.present.plays import play_text
from answerback.present.practices import (
    change_text,
    headline,
    instead_text,
    outcome_lines,
    progress_text,
    rut_reason,
)
from answerback.web.answering.asking import Asking
from answerback.web.answering.board import board_of
from answerback.web.answering.desk import NothingBuilt, NotReady
from answerback.web.answering.lessons import claims_of, states_of
from answerback.web.answering.practising import judged_of, kinds_of, own_ruts, workdays

MOST_SUGGESTED = 4
LIKELY = 0.6
"""How probable it must be that another kind of touch does better, for it to be worth trying: a trial will tell."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One small change that the data, or somebody's lesson, speaks for."""

    key: str
    what: str
    reason: str
    play: str = ""
    finding_id: str = ""
    lesson: Lesson | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A practice, as far as whoever looks may see it."""

    practice: Practice
    play: str
    standing: Standing
    own: bool
    last: date
    """Its last day, as it was fixed."""
    goes_on: date
    """Its last day, as its owner has it in mind now."""
    dose: int
    progress: Progress
    progress_text: str
    changes: tuple[str, ...]
    outcome: Outcome | None
    headline: str
    lines: tuple[str, ...]
    working: bool
    """What came of it is being worked out."""
    not_judged: bool
    """It was dropped before its end, or lots are judged for the group as a whole."""
    failed: bool
    """Worth a debrief: it was dropped, or did not work."""
    waits_by_lot: bool
    """Lots said that it starts later."""


def shown_of(asking: Asking, practice: Practice, rep_key: int | None) -> Shown:
    """A practice and how far it is; what came of it where whoever looks may see its owner's rows."""
    today = asking.viewer.today
    progress = practices.progress(practice, today, workdays(asking.desk))
    dropped_early = practice.ended_at is not None and practice.ended_at.date() < practice.ends_on
    not_judged = dropped_early or practice.group_id is not None
    over = today >= practice.ends_on and not not_judged
    own = practice.person_id == asking.viewer.person.pk
    sees = rep_key is not None and asking.scope("practice").holds(rep_key, asking.desk.as_of())
    outcome, working = _outcome(asking, practice, rep_key) if over and sees else (None, False)
    return Shown(
        practice=practice,
        play=play_text(practice.play),
        standing=practices.standing(practice, today),
        own=own,
        last=practice.ends_on - timedelta(days=1),
        goes_on=practices.goes_on_until(practice) - timedelta(days=1),
        dose=practices.dose_now(practice),
        progress=progress,
        progress_text=progress_text(progress.done, progress.of, practice.ends_on),
        changes=tuple(change_text(each) for each in practice.changes),
        outcome=outcome,
        headline=headline(outcome) if outcome is not None else "",
        lines=tuple(outcome_lines(outcome)) if outcome is not None else (),
        working=working,
        not_judged=not_judged,
        failed=_failed(practice, outcome),
        waits_by_lot=practice.arm == LATER and today < practice.starts_on,
    )


def _outcome(asking: Asking, practice: Practice, rep_key: int | None) -> tuple[Outcome | None, bool]:
    judged = judged_of(asking.desk)
    if judged is None:
        return None, True
    if rep_key is None:
        return None, False
    found = judged.own.get((rep_key, practice.play, practice.starts_on))
    return found, found is None


def _failed(practice: Practice, outcome: Outcome | None) -> bool:
    dropped = practice.ended_at is not None and practice.ended_as == Ended.DROPPED
    return dropped or (outcome is not None and outcome.answer is Answer.DID_NOT)


def suggestions(asking: Asking) -> list[Suggestion] | None:
    """What might be worth practising, at most so many; None while it is worked out."""
    key = asking.viewer.own_key
    if key is None:
        return []
    ruts = own_ruts(asking)
    if ruts is None:
        return None
    try:
        findings = _finding_ids(asking)
    except NotReady:
        findings = {}
    plays = {each.play for each in kinds_of(asking, key)}
    try:
        found = [*_of_ruts(ruts, findings), *_of_lessons(asking, plays)]
    except NotReady:
        return None
    found.sort(key=lambda each: (not each.finding_id, each.lesson is None))
    return found[:MOST_SUGGESTED]


def suggested(asking: Asking, key: str) -> Suggestion | None:
    """A suggestion of somebody's own by its key."""
    return next((each for each in suggestions(asking) or () if each.key == key), None) if key else None


def _finding_ids(asking: Asking) -> dict[tuple[str, str, str], str]:
    """The open findings on ruts that are on somebody's page, by kind of touch, sort of buyers and step."""
    board = board_of(asking.desk)
    every = (*board.page_of(asking.viewer, Role.REP), *board.earlier_of(asking.viewer, Role.REP))
    return {
        (each.finding.play, each.finding.where.get("segment", ""), each.finding.where.get("step", "")): (
            each.finding.finding_id
        )
        for each in every
        if each.finding.kind is FindingKind.RUT
    }


def _of_ruts(ruts: Iterable[Rut], findings: dict[tuple[str, str, str], str]) -> Iterator[Suggestion]:
    for each in ruts:
        if each.named or (each.probability >= LIKELY and each.other_rate - each.rate >= WORTH):
            group = each.group
            yield Suggestion(
                key=f"instead-{group.play}-{group.segment}-{group.step}",
                what=instead_text(group.play, each.other.play, group.segment),
                reason=rut_reason(each),
                finding_id=findings.get((group.play, group.segment, group.step), ""),
            )


def _of_lessons(asking: Asking, plays: set[str]) -> Iterator[Suggestion]:
    """Lessons that advise what somebody does anyhow, in another way, or something in the place of it.

    Those that are borne out best first; what came after it was said has rejected none of them. Raises NotReady.
    """
    every = seen.lessons(asking.viewer.person).select_related("author").order_by("-stated_at", "-pk")
    fitting = [each for each in every if (each.instead_of or each.play) in plays - {""}]
    states = states_of(asking.desk, claims_of(asking.desk, fitting))
    if None in states.values():
        raise NotReady
    for state in (State.CONFIRMED, State.SUPPORTED, State.EMERGING):
        for each in (one for one in fitting if states[one.pk] is state):
            yield Suggestion(
                f"lesson-{each.pk}", each.statement, "", each.play if not each.instead_of else "", "", each
            )


def current_of(asking: Asking) -> Shown | None:
    """The practice that whoever looks has now."""
    found = practices.current(asking.viewer.person)
    if found is None:
        return None
    try:
        return shown_of(asking, found, asking.viewer.own_key)
    except NothingBuilt:
        return None


def baseline_of(asking: Asking, rep_key: int, play: str) -> dict[str, Any]:
    """The figures of the weeks before, as they stand now, for keeping."""
    kind = next((each for each in kinds_of(asking, rep_key) if each.play == play), None)
    if kind is None:
        return {}
    return {"touches": kind.touches, "moved": kind.moved, "as_of": asking.desk.as_of().isoformat()}
