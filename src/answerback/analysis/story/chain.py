"""A chain told in order: touches and buyers' acts, whose turn it was after each, gaps, hand-overs, what the CRM said.

A chain is a deal's, or a company's where events belong to no deal. It opens for whoever may see somebody who worked on
it: then it is told as a whole, for half a story is a wrong one; what is contested is left out as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum, auto
from typing import Any

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader, keys_sql
from answerback.domain.court import Court, Side, court_after
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text
from answerback.engine.scoped import within

_FOR_EVER = datetime(2200, 1, 1, tzinfo=UTC)
_ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)


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
        keys = reader.query(keys_sql(space, chain_id))["key"].to_pylist()
        for key in sorted(keys):
            found = story_of(reader, scope, key, is_deal=space == "deal")
            if found is not None:
                return found
    raise NotFoundError(
        f"there is no deal or company {chain_id!r}",
        next_step="take the id as your CRM has it, or from answerback balls",
    )


def story_of(reader: Reader, scope: Scope, key: int, *, is_deal: bool) -> Story | None:
    """The chain of a key; None where there is none in the scope."""
    head = reader.query(_head_sql(reader, scope, key, is_deal=is_deal)).to_pylist()
    if not head:
        return None
    about = head[0]
    lines = sorted(
        [*_events(reader.query(_events_sql(reader, scope, key)).to_pylist()), *_beside(reader, key, is_deal=is_deal)],
        key=lambda line: (line.occurred_at, line.sort is not Sort.TOUCH, line.event_id),
    )
    told = tuple(_with_courts(lines))
    ended = about["outcome"] is not None and _instant(about["ends_at"]) <= reader.as_of
    return Story(
        chain_id=about["chain_id"] or "",
        is_deal=is_deal,
        account_id=about["account_id"] or "",
        owner_id=about["owner_id"] or "",
        starts_at=_known(about["starts_at"]),
        ends_at=_known(about["ends_at"]) if ended else None,
        outcome=(about["outcome"] or "") if ended else "",
        stage=next((line.what for line in reversed(told) if line.sort is Sort.STAGE), ""),
        lines=told,
        turn=_turn(told, ends_at=_instant(about["ends_at"]) if ended else None),
        handovers=sum(line.handed_over for line in told),
        longest_gap_seconds=max((line.gap_seconds for line in told if line.gap_seconds is not None), default=None),
    )


_DEAL = (
    "select deal_key as key, account_key, owner_key, starts_at, ends_at, outcome from deal_span where deal_key = {key}"
)
_COMPANY = """
    select distinct account_key as key, account_key, cast(null as bigint) as owner_key,
           cast(null as timestamp) as starts_at, cast(null as timestamp) as ends_at, cast(null as varchar) as outcome
    from (select account_key from account union all select account_key from chain_event)
    where account_key = {key}"""


def _head_sql(reader: Reader, scope: Scope, key: int, *, is_deal: bool) -> str:
    """One row where the chain is there and somebody in the scope worked on it or owns it."""
    owned = f"""
        or exists (
            select 1 from deal_owner
            where deal_key = {key} and owner_key is not null and {within(scope, "owner_key", "occurred_at")}
        )"""
    seen = f"""(exists (
            select 1 from chain_event as event
            where event.chain_key = {key} and event.side = 'seller' and event.occurred_at <= {reader.instant}
              and {within(scope, "event.rep_key", "event.occurred_at")}
        ){owned if is_deal else ""})"""
    if scope.everybody:
        seen = "true"
    chain = _DEAL if is_deal else _COMPANY
    return f"""
        with chain as materialized ({chain.format(key=key)}),
        {_named_sql(("deal", "account", "rep"), ("key from chain", "account_key from chain", "owner_key from chain"))}
        select own.id as chain_id, account.id as account_id, owner.id as owner_id, chain.starts_at, chain.ends_at,
               chain.outcome
        from chain
        left join named as own on own.space = '{"deal" if is_deal else "account"}' and own.key = chain.key
        left join named as account on account.space = 'account' and account.key = chain.account_key
        left join named as owner on owner.space = 'rep' and owner.key = chain.owner_key
        where {seen}"""


def _named_sql(spaces: tuple[str, ...], keys: tuple[str, ...]) -> str:
    """A CTE `named`: the ids of these keys alone; each of `keys` is a column and where it stands."""
    wanted = " union all ".join(f"select {each}" for each in keys)
    return f"""named as materialized (
            select space, key, min(id) as id from ids
            where space in ({", ".join(sql_text(each) for each in spaces)}) and key in ({wanted})
            group by space, key
        )"""


def _events_sql(reader: Reader, scope: Scope, key: int) -> str:
    """The touches and acts of a chain, with what an act answers. Ids and links are read of these events alone."""
    keys = ("event_key from event", "effort_key from linked", "rep_key from event", "contact_key from event")
    return f"""
        with event as materialized (
            select event.*
            from chain_event as event
            where event.chain_key = {key} and event.occurred_at <= {reader.instant}
              and {in_view(scope, "event.contested", "event.rep_key")}
        ),
        linked as materialized (
            select action_key, effort_key, grade from link
            where action_key in (select event_key from event where side = 'buyer')
        ),
        {_named_sql(("event", "rep", "contact"), keys)}
        select event.occurred_at, event.side, event.step, event.kind, event.subkind, event.stance, event.evidence,
               event.origin, event.turns, rep.id as rep_id, contact.id as contact_id, own.id as event_id,
               answered.id as answers, linked.grade
        from event
        left join linked on linked.action_key = event.event_key and event.side = 'buyer'
        left join named as own on own.space = 'event' and own.key = event.event_key
        left join named as answered on answered.space = 'event' and answered.key = linked.effort_key
        left join named as rep on rep.space = 'rep' and rep.key = event.rep_key
        left join named as contact on contact.space = 'contact' and contact.key = event.contact_key
        order by event.occurred_at, event.side desc, event.event_key"""


def _events(rows: Iterable[dict[str, Any]]) -> Iterator[Line]:
    """The touches and acts as lines; `court` holds whose turn each one makes it."""
    before: str | None = None
    for row in rows:
        touch = row["side"] == Side.SELLER
        who = (row["rep_id"] if touch else row["contact_id"]) or ""
        turned = court_after(Side(row["side"]), kind=row["kind"], stance=row["stance"]) if row["turns"] else None
        yield Line(
            occurred_at=_instant(row["occurred_at"]),
            sort=Sort.TOUCH if touch else Sort.ACT,
            what=row["step"],
            detail=row["subkind"] or "",
            who=who,
            stance=row["stance"] or "",
            evidence=row["evidence"] or "",
            by_sequence=row["origin"] == "sequence",
            court=turned,
            handed_over=bool(touch and row["turns"] and before is not None and who and who != before),
            event_id=row["event_id"] or "",
            answers=row["answers"] or "",
            grade=row["grade"] or "",
        )
        if touch and row["turns"] and who:
            before = who


_BESIDE = """
select occurred_at, 'stage' as sort, coalesce(stage, '') as what, '' as detail, '' as evidence
from deal_stage where {deal}
union all
select occurred_at, 'obstacle', kind, coalesce(said_by, ''), coalesce(evidence, '') from obstacle
where {deal} and occurred_at is not null
union all
select due_at, 'promised', by_side, '', '' from promise where {deal} and due_at is not null
union all
select opened_at, 'case_opened', coalesce(kind, ''), '', '' from service_case where {either}
union all
select closed_at, 'case_closed', coalesce(kind, ''), '', '' from service_case where {either} and closed_at is not null
"""


def _beside(reader: Reader, key: int, *, is_deal: bool) -> Iterator[Line]:
    """What the records say beside the events: stages, cases, promises, obstacles."""
    deal = f"deal_key = {key}" if is_deal else "false"
    either = deal if is_deal else f"account_key = {key} and deal_key is null"
    rows = reader.query(
        f"select * from ({_BESIDE.format(deal=deal, either=either)}) where occurred_at <= {reader.instant}"
        " order by occurred_at, sort, what, detail"
    )
    for row in rows.to_pylist():
        sort = Sort(row["sort"])
        yield Line(
            occurred_at=_instant(row["occurred_at"]),
            sort=sort,
            what=row["what"],
            detail=row["detail"],
            evidence=row["evidence"],
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


def _instant(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


def _known(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    instant = _instant(at)
    return None if instant in (_ALWAYS, _FOR_EVER) else instant
