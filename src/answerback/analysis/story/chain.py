"""A chain told in order: touches and buyers' acts, whose turn it was after each, gaps, hand-overs, what the CRM said.

A chain is a deal's, or a company's where events belong to no deal. It opens for whoever may see somebody who worked on
it: then it is told as a whole, for half a story is a wrong one; what is contested is left out as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, auto
from typing import Any

from answerback.analysis.reader import Reader, keys_of
from answerback.analysis.story.rows import aware, chain_rows, known
from answerback.domain.court import Court, Side, court_after
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope


class Sort(StrEnum):
    """What sort of thing a line of the story is."""

    TOUCH = auto()
    ACT = auto()
    STAGE = auto()
    """The CRM took the deal to another stage."""
    CASE_OPENED = auto()
    CASE_CLOSED = auto()
    PROMISED = auto()
    """Something that was promised falls due."""
    OBSTACLE = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in the story of a chain.

    Attributes:
        occurred_at: When.
        sort: What sort of thing.
        what: The kind of touch, the kind of act, the stage, the sort of case or obstacle, or who promised.
        detail: What the source calls it.
        who: The id of the rep or of the buyer's person; empty where it is not known.
        stance: Of an act: advance, neutral or retreat.
        evidence: captured or claimed; empty where it is neither.
        by_sequence: Of a touch: whether a sequence made it.
        gap_seconds: Since the event before it that handed the ball over; None for the first and for what does not.
        court: Whose turn it was afterwards; None where the line changes nothing.
        handed_over: Of a touch: whether another rep made it than the one before.
        event_id: The id that `explain effort` or `explain link` opens.
        answers: Of an act: the id of the touch that it answers.
        grade: How that is known, E1 to E4.
        key: Of a promise, and where a case was opened: its key, by which a ball knows it; 0 of all else.
    """

    occurred_at: datetime
    sort: Sort
    what: str
    detail: str = ""
    who: str = ""
    stance: str = ""
    evidence: str = ""
    by_sequence: bool = False
    gap_seconds: int | None = None
    court: Court | None = None
    handed_over: bool = False
    event_id: str = ""
    answers: str = ""
    grade: str = ""
    key: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, and since when."""

    court: Court
    since: datetime | None
    """None where nothing happened yet."""
    ended: bool = False
    """Whether it is nobody's turn because the deal has ended."""


@dataclass(frozen=True, slots=True)
class Story:
    """A chain.

    Attributes:
        chain_id, is_deal: The deal's or the company's id.
        account_id, owner_id: Whose it is; empty where it is not known.
        starts_at, ends_at: From when to when the deal lived; None where that is open or not known.
        outcome: won, lost, or empty.
        stage: What the CRM says now.
        lines: In order of time.
        turn: Whose turn it is now.
        handovers: How often another rep went on.
        longest_gap_seconds: The longest time between two events that handed the ball over.
    """

    chain_id: str
    is_deal: bool
    account_id: str
    owner_id: str
    starts_at: datetime | None
    ends_at: datetime | None
    outcome: str
    stage: str
    lines: tuple[Line, ...]
    turn: Turn
    handovers: int
    longest_gap_seconds: int | None

    def count(self, sort: Sort) -> int:
        """How many lines of a sort there are."""
        return sum(line.sort is sort for line in self.lines)


def story(reader: Reader, scope: Scope, chain_id: str) -> Story:
    """The chain of a deal, or of a company, by its id.

    Raises NotFoundError where there is none in the scope.
    """
    for space in ("deal", "account"):
        for key in keys_of(reader, space, chain_id):
            found = story_of(reader, scope, key, is_deal=space == "deal")
            if found is not None:
                return found
    raise NotFoundError(
        f"there is no deal or company {chain_id!r}",
        next_step="take the id as your CRM has it, or from answerback balls",
    )


def story_of(reader: Reader, scope: Scope, key: int, *, is_deal: bool) -> Story | None:
    """The chain of a key; None where there is none in the scope."""
    rows = chain_rows(reader, scope, key, is_deal=is_deal)
    if rows is None:
        return None
    about, ids = rows.life, rows.ids
    lines = sorted(
        [*_events(rows.events, ids), *_beside(rows.beside)],
        key=lambda line: (line.occurred_at, line.sort is not Sort.TOUCH, line.event_id),
    )
    told = tuple(_with_courts(lines))
    ended = about["outcome"] is not None and aware(about["ends_at"]) <= reader.as_of
    return Story(
        chain_id=ids.get(key, ""),
        is_deal=is_deal,
        account_id=ids.get(about["account_key"], ""),
        owner_id=ids.get(about["owner_key"], ""),
        starts_at=known(about["starts_at"]),
        ends_at=known(about["ends_at"]) if ended else None,
        outcome=(about["outcome"] or "") if ended else "",
        stage=next((line.what for line in reversed(told) if line.sort is Sort.STAGE), ""),
        lines=told,
        turn=_turn(told, ends_at=aware(about["ends_at"]) if ended else None),
        handovers=sum(line.handed_over for line in told),
        longest_gap_seconds=max((line.gap_seconds for line in told if line.gap_seconds is not None), default=None),
    )


def _events(rows: Iterable[dict[str, Any]], ids: Mapping[int, str]) -> Iterator[Line]:
    """The touches and acts as lines; `court` holds whose turn each one makes it."""
    before: str | None = None
    for row in rows:
        touch = row["side"] == Side.SELLER
        who = ids.get(row["rep_key"] if touch else row["contact_key"], "")
        turned = court_after(Side(row["side"]), kind=row["kind"], stance=row["stance"]) if row["turns"] else None
        yield Line(
            occurred_at=aware(row["occurred_at"]),
            sort=Sort.TOUCH if touch else Sort.ACT,
            what=row["step"],
            detail=row["subkind"] or "",
            who=who,
            stance=row["stance"] or "",
            evidence=row["evidence"] or "",
            by_sequence=row["origin"] == "sequence",
            court=turned,
            handed_over=bool(touch and row["turns"] and before is not None and who and who != before),
            event_id=ids.get(row["event_key"], ""),
            answers=ids.get(row["effort_key"], ""),
            grade=row["grade"] or "",
        )
        if touch and row["turns"] and who:
            before = who


def _beside(rows: Iterable[dict[str, Any]]) -> Iterator[Line]:
    """What the records say beside the events: stages, cases, promises, obstacles."""
    for row in rows:
        sort = Sort(row["sort"])
        yield Line(
            occurred_at=aware(row["occurred_at"]),
            sort=sort,
            what=row["what"],
            detail=row["detail"],
            evidence=row["evidence"],
            key=row["key"],
            court=Court.SELLER if sort is Sort.CASE_OPENED else None,
        )


def _with_courts(lines: Iterable[Line]) -> Iterator[Line]:
    """Each line with the time since the one before it that handed the ball over."""
    before: datetime | None = None
    for line in lines:
        if line.court is None:
            yield line
            continue
        gap = None if before is None else int((line.occurred_at - before).total_seconds())
        yield replace(line, gap_seconds=gap)
        before = line.occurred_at


def _turn(lines: tuple[Line, ...], *, ends_at: datetime | None) -> Turn:
    """Whose turn it is now: nobody's after the end, unless a case is open or the buyer has acted since."""
    open_cases = sum((line.sort is Sort.CASE_OPENED) - (line.sort is Sort.CASE_CLOSED) for line in lines)
    turning = [line for line in lines if line.court is not None]
    if open_cases > 0:
        opened = [line.occurred_at for line in lines if line.sort is Sort.CASE_OPENED]
        return Turn(Court.SELLER, max(opened))
    since_end = [line for line in turning if ends_at is None or line.occurred_at > ends_at]
    if ends_at is not None and not since_end:
        return Turn(Court.NOBODY, ends_at, ended=True)
    if not since_end:
        return Turn(Court.NOBODY, None)
    last = since_end[-1]
    if last.sort is Sort.CASE_OPENED:  # closed by now
        return Turn(Court.NOBODY, last.occurred_at, ended=ends_at is not None)
    return Turn(last.court or Court.NOBODY, last.occurred_at)
