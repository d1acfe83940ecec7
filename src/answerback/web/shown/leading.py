"""The mirror of who leads: theirs first, of their own doing. Of several together it is a sum over at least five."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from answerback.analysis.findings.audience import Recipient
from answerback.analysis.findings.gathering import Standing
from answerback.analysis.findings.state import Said, Status
from answerback.analysis.leading.first_hand import LOOKED_AT, Leaders, companies_touched, together
from answerback.analysis.lift.answers import Lifts
from answerback.analysis.lift.given import Gift
from answerback.domain.findings import Role, Verdict
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope
from answerback.people import audit
from answerback.people.access import LEAST_CONTRIBUTORS, admits
from answerback.people.learning import causes
from answerback.people.learning.coaching import Given, given
from answerback.people.models import Person, Visibility
from answerback.people.models import Role as Held
from answerback.present import leading as words
from answerback.present import lift as lift_words
from answerback.present.leading import Pooled
from answerback.present.spoken import spoken
from answerback.web.answering.asking import Asking
from answerback.web.answering.board import Board
from answerback.web.answering.leading import leading_of
from answerback.web.answering.weekly import coaching_of

SYSTEM = frozenset({Verdict.SYSTEMIC, Verdict.SEGMENT})
"""Verdicts that lay something to the system and not to a person."""
_OF_FINDING = "finding: "
"""How the audit log begins what was said of a finding."""
_CLOSING = frozenset({Said.DONE, Said.DISMISS, Said.WAIT_UNTIL})
_DECIDED = frozenset({Status.DONE, Status.DISMISSED, Status.WAITING})


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What somebody who leads gave and heard, in sentences.

    Attributes:
        ready: Whether what takes long is worked out.
        buyers: What they heard from buyers themselves, and what they know from their people alone.
        talks, findings, learning: What they gave.
    """

    ready: bool
    buyers: tuple[str, ...]
    talks: tuple[str, ...]
    findings: tuple[str, ...]
    learning: tuple[str, ...]


def own_part(asking: Asking, board: Board) -> OwnPart:
    """The mirror of whoever looks, who leads."""
    found, key = leading_of(asking.desk), asking.viewer.own_key
    gave = _given(asking, asking.viewer.person)
    talks = found.talks.get(key, ()) if found is not None and key is not None else ()
    people = len({each.rep_key for each in talks})
    return OwnPart(
        ready=found is not None,
        buyers=_said(*_buyers(asking, found), words.with_buyers_text(gave.rides, gave.interviews)),
        talks=_said(
            words.talks_text(gave.planned, gave.kept, len(talks), people) if found is not None else "",
            words.spent_text(len(talks), _on_people(asking, board, talks)),
        ),
        findings=_said(words.acted_text(*_acted(asking, board)), in_hand(asking, board)),
        learning=_said(words.debriefs_text(gave.shared, gave.followed), words.lessons_text(gave.lessons, gave.spread)),
    )


def _said(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _times(asking: Asking) -> tuple[datetime, datetime]:
    """From when to when what people wrote down here is counted: the data may end before today.

    From the beginning of a day on, as talks of the log are counted.
    """
    as_of = asking.desk.as_of()
    return midnight((as_of - LOOKED_AT).date()), max(as_of, datetime.now(UTC))


def _given(asking: Asking, person: Person) -> Given:
    start, until = _times(asking)
    return given([person], start=start, until=until, today=asking.viewer.today, due_by=asking.desk.moment())


def _buyers(asking: Asking, found: Leaders | None) -> list[str]:
    """What they heard themselves; and beside it what only their people did, where they see their people's rows."""
    own = found.of(asking.viewer.own_key) if found is not None else None
    if found is None or own is None:
        return []
    lines, led = words.first_hand_lines(own), _led(asking)
    if led.stretches:
        start = found.start
        touched: frozenset[int] = asking.desk.once(
            ("companies", led, start), lambda reader: companies_touched(reader, led, start)
        )
        lines.append(words.known_from_reps(len(touched), len(touched & own.companies)))
    return lines


def _led(asking: Asking) -> Scope:
    """The rows of whom they lead, as far as they see them."""
    scope = asking.scope("leading")
    others = tuple(each for each in scope.stretches if each.rep_key != asking.viewer.own_key)
    return replace(scope, stretches=others if asking.viewer.chosen == Visibility.PERSON_FIRST else ())


def _came(asking: Asking, board: Board, role: Role) -> list[tuple[Standing, date]]:
    """The findings that came to their page in a role, and when."""
    to = Recipient(role, asking.viewer.own_key if role is Role.MANAGER else None)
    since, today = (asking.desk.as_of() - LOOKED_AT).date(), asking.viewer.today
    return [
        (each, each.pages[to])
        for each in board.gathered.findings
        if to in each.pages and since <= each.pages[to] <= today and admits(asking.viewer, each)
    ]


def _roles(asking: Asking) -> list[Role]:
    return [
        role for role, held in ((Role.MANAGER, Held.MANAGER), (Role.LEADER, Held.LEADER)) if asking.viewer.is_a(held)
    ]


def _acted(asking: Asking, board: Board) -> tuple[int, list[int], int]:
    """How many findings came; after how many days they closed those that they did; how many only others closed.

    Who said a word is in the audit log alone; on each finding it counts from when they opened it again, if they did.
    """
    came: dict[str, tuple[Standing, date]] = {}
    for each, day in (pair for role in _roles(asking) for pair in _came(asking, board, role)):
        found = each.finding.finding_id
        came[found] = (each, min(day, came[found][1]) if found in came else day)
    said = audit.said_on(asking.viewer.person, _OF_FINDING, came)
    at = {about: first for about, words in said.items() if (first := _closed(words)) is not None}
    latest = asking.desk.moment()  # of data that ended long ago, what is said today is said at their end
    days = [max(0, (min(first, latest).date() - came[about][1]).days) for about, first in at.items()]
    others = sum(each.state.status in _DECIDED for about, (each, _) in came.items() if about not in at)
    return len(came), days, others


def _closed(words: Sequence[tuple[str, datetime]]) -> datetime | None:
    """When one first closed a finding or put it off, since one last opened it again; None where one did not."""
    found: datetime | None = None
    for said, at in words:
        if said == Said.REOPEN:
            found = None
        elif said in _CLOSING and found is None:
            found = at
    return found


def in_hand(asking: Asking, board: Board) -> str:
    """Whether the findings that they see and that lie in the system have an owner and a day."""
    ids = {
        each.finding.finding_id
        for role in _roles(asking)
        for each, _ in _came(asking, board, role)
        if causes.is_for_board(each.finding)
    }
    owned = [each for each in causes.boards(sorted(ids)).values() if each.acknowledged_at is not None]
    return words.systemic_text(len(ids), len(owned))


def _on_people(asking: Asking, board: Board, talks: Collection[Gift]) -> int:
    """How many talks were with somebody while the verdict on what changed with them was: the system."""
    since: dict[int, date] = {}
    for each, _ in _came(asking, board, Role.MANAGER):
        finding = each.finding
        key = finding.subject.key
        if finding.subject.kind == "rep" and key is not None and finding.verdict in SYSTEM and not finding.good_news:
            since[key] = min(finding.since or finding.raised_on, since.get(key, date.max))
    return sum(each.rep_key in since and each.day >= since[each.rep_key] for each in talks)


def coached(asking: Asking, scope: Scope) -> dict[str, Any]:
    """What the talks of whoever looks changed; of single people only whom they may see."""
    found, own = coaching_of(asking.desk), asking.viewer.own_key
    if found is None or own is None:
        return {"coaching_ready": found is not None}
    seen = {each.rep_key for each in scope.stretches} - {own}
    mine: Lifts = replace(
        found,
        rows=tuple(replace(each, by=None) for each in found.rows if each.by == own),
        alone=tuple((what, each) for what, each in found.alone if each.rep_key in seen),
    )
    roster = asking.desk.roster()
    names = {key: member.name for key, member in roster.members.items()}
    lines = lift_words.sentences(mine, names) if mine.rows or mine.alone or mine.refused else []
    return {
        "coaching_ready": True,
        "coaching": [spoken(line) for line in lines],
        "coaching_notes": [spoken(line) for line in lift_words.notes(mine)] if lines else [],
    }


def managers_as_one(asking: Asking) -> list[str]:
    """What the managers gave and heard, as one sum over at least five of them; else why it is not told."""
    found = leading_of(asking.desk)
    if found is None:
        return []
    key_of = asking.desk.roster().key_of
    everybody = Person.objects.filter(is_active=True).exclude(rep_id="").exclude(pk=asking.viewer.person.pk)
    managers = [
        each
        for each in everybody.prefetch_related("appointments")
        if Held.MANAGER in each.roles_on(asking.viewer.today) and found.of(key_of(each.rep_id)) is not None
    ]
    if len(managers) < LEAST_CONTRIBUTORS:
        return [words.too_few_text(len(managers), LEAST_CONTRIBUTORS)]
    keys = {key for each in managers if (key := key_of(each.rep_id)) is not None}
    start, until = _times(asking)
    gave = given(managers, start=start, until=until, today=asking.viewer.today, due_by=asking.desk.moment())
    heard = together([hand for key in sorted(keys) if (hand := found.of(key)) is not None])
    talks = [each for key in keys for each in found.talks.get(key, ())]
    pooled = Pooled(
        planned=gave.planned,
        kept=gave.kept,
        in_log=len(talks),
        people=len({each.rep_key for each in talks}),
        shared=gave.shared,
        followed=gave.followed,
        lessons=gave.lessons,
        spread=gave.spread,
    )
    return [*words.managers_lines(pooled, heard), *_lift_as_one(asking, found, keys)]


def _lift_as_one(asking: Asking, found: Leaders, keys: Collection[int]) -> list[str]:
    """What talks changed, of everybody's together; only where at least five gave them."""
    told = coaching_of(asking.desk)
    if told is None or len(found.talks.keys() & set(keys)) < LEAST_CONTRIBUTORS:
        return []
    pooled = replace(told, rows=tuple(each for each in told.rows if each.by is None), alone=())
    return [spoken(line) for line in lift_words.sentences(pooled, {})]
