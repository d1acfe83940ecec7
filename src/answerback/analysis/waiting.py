"""Buyers who wait on a rep: whose last word called for an answer that nobody gave.

It is the rep's move from a buyer's act that calls for something (the acts that the playbook's policies name: a reply,
a question, an inquiry, …) until anybody of the rep's side made an effort toward that person by hand, or one that names
the act or lies in its thread; or until the buyer said no. Nothing is read into an act that is not in the records: a
"thank you" looks like any other reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from answerback.analysis.disputes import in_view
from answerback.analysis.own import BUYER_COLUMNS, Buyer, buyer_of, names_sql
from answerback.analysis.reader import Reader, ids_sql
from answerback.domain.kinds import DEFAULT_STANCE, Stance
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within

OLDEST = timedelta(days=60)
"""A buyer whose last word is older is counted, not listed."""
WARM = timedelta(days=14)
"""Within it a late answer still meets an open door, so the late ones of this age come first."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A buyer who waits on the rep."""

    buyer: Buyer
    since: datetime
    """Their first act since the rep's side last turned to them, within the bound."""
    last_at: datetime
    """Their latest one."""
    times: int
    """How many such acts there are."""
    kind: str
    """The latest one's kind, and what the source calls it."""
    subkind: str
    action_id: str
    answers_touch: bool
    """Whether one of them answers a touch, by proof."""
    written_before: bool
    """Whether the rep's side ever turned to this person or company before; else they are new."""
    due_at: datetime
    """Until when the playbook's policy wanted an answer to `since`."""
    subject: str
    """Empty unless subjects are kept."""


@dataclass(frozen=True, slots=True)
class WaitingList:
    """Who waits, most worth an answer first, and who was left out."""

    as_of: datetime
    oldest: timedelta
    """Whose last word is older is not in `rows`."""
    limits: tuple[timedelta, ...]
    """The shortest and the longest time that the playbook gives for an answer; empty where it gives none."""
    rows: tuple[Waiting, ...]
    older: int
    """Buyers whose last word is older than the bound."""
    copied: int
    """Buyers who only had the rep in Cc."""
    refused: int
    """Buyers whose last word within the bound was a refusal: nothing is owed to them."""


def waiting(reader: Reader, scope: Scope, rep_key: int, *, oldest: timedelta = OLDEST) -> WaitingList:
    """The buyers who wait on a rep, as of the reader's instant.

    First those whom the rep owes an answer beyond the policy and who asked within two weeks, the longest waiting first:
    they are about to be lost and can still be won. Then those still in time, the next to fall due first. Then the older
    ones, the latest first: the colder, the less an answer does. People whom the rep's side never turned to come after
    all others, the latest first: among them are strangers who want to sell something.
    """
    limits = _limits(reader)
    since = reader.as_of - oldest
    rows, older, copied = [], 0, 0
    for row in reader.query(_open_sql(reader, scope.only(rep_key), rep_key, limits, since)).to_pylist():
        if not row["direct"]:
            copied += row["recent"] > 0
        elif not row["recent"]:
            older += 1
        else:
            rows.append(_waiting(row, limits))
    refused = reader.query(_refused_sql(reader, scope.only(rep_key), rep_key, since)).to_pylist()[0]["n"]
    ordered = sorted(rows, key=lambda each: _urgency(each, reader.as_of))
    span = (min(limits.values()), max(limits.values())) if limits else ()
    return WaitingList(reader.as_of, oldest, span, tuple(ordered), older=older, copied=copied, refused=refused)


def is_late(row: Waiting, as_of: datetime) -> bool:
    """Whether a buyer waits longer than the policy allows."""
    return row.due_at < as_of


def is_cold(row: Waiting, as_of: datetime) -> bool:
    """Whether a buyer's last word is more than two weeks old."""
    return as_of - row.last_at > WARM


def _urgency(row: Waiting, as_of: datetime) -> tuple[int, float, str]:
    if not row.written_before:
        return 3, -row.last_at.timestamp(), row.buyer.contact_id
    if is_cold(row, as_of):
        return 2, -row.last_at.timestamp(), row.buyer.contact_id
    if is_late(row, as_of):
        return 0, row.since.timestamp(), row.buyer.contact_id
    return 1, row.due_at.timestamp(), row.buyer.contact_id


def _limits(reader: Reader) -> dict[str, timedelta]:
    """The acts that put the ball in the seller's court, and how long it may stay there: the shortest policy's time.

    Policies for some sources' names or steps alone say nothing of the other acts of that kind.
    """
    found: dict[str, timedelta] = {}
    for policy in reader.playbook.policy:
        if policy.subkinds or policy.steps:
            continue
        for kind in policy.after:
            if DEFAULT_STANCE[kind] is Stance.RETREAT:
                continue
            limit = timedelta(seconds=policy.within_seconds)
            found[str(kind)] = min(limit, found.get(str(kind), limit))
    return found


_OPEN = """
with at_hand as (
    select effort_key, occurred_at from effort where occurred_at <= {instant} and origin = 'hand'
),
last_word as (
    select toward.contact_key, max(at_hand.occurred_at) as spoke_at
    from effort_contact as toward join at_hand using (effort_key)
    group by toward.contact_key
),
last_refusal as (
    select contact_key, max(occurred_at) as refused_at
    from buyer_action
    where counts and stance = '{retreat}' and occurred_at <= {instant} and contact_key is not null
    group by contact_key
),
asking as (
    select action.*
    from buyer_action as action
    left join last_word using (contact_key)
    left join last_refusal using (contact_key)
    where action.counts and action.kind in ({kinds}) and action.stance <> '{retreat}'
      and action.occurred_at <= {instant} and action.contact_key is not null and {in_view}
      and (last_word.spoke_at is null or last_word.spoke_at < action.occurred_at)
      and (last_refusal.refused_at is null or last_refusal.refused_at < action.occurred_at)
),
settled as (
    select mine.action_key
    from action_token as mine
    join effort_token as later using (token_key)
    join effort using (effort_key)
    join asking on asking.action_key = mine.action_key
    where effort.occurred_at <= {instant}
      and (mine.role = 'is' and later.role = 'answers'
           or mine.role = 'about' and later.role = 'about' and effort.occurred_at >= asking.occurred_at)
),
answering as (
    select link.action_key from link join effort using (effort_key)
    where link.grade in ('E1', 'E2') and ({answers_me})
),
reached as (
    select asking.*, answering.action_key is not null as answers_touch,
           answering.action_key is not null or not coalesce(me.copied, true) as direct
    from asking
    left join answering on answering.action_key = asking.action_key
    left join (
        select action_key, bool_and(copied) as copied
        from action_rep join buyer_action using (action_key) where {reaches_me} group by action_key
    ) as me on me.action_key = asking.action_key
    where (me.action_key is not null or answering.action_key is not null)
      and asking.action_key not in (select action_key from settled)
),
person as (
    select contact_key, bool_or(direct) as direct, bool_or(answers_touch) as answers_touch,
           min(occurred_at) filter (direct and occurred_at > {since}) as since,
           count(*) filter (occurred_at > {since} and (direct or not any_direct)) as recent
    from (select *, bool_or(direct) over (partition by contact_key) as any_direct from reached)
    group by contact_key
),
latest as (
    select * from reached
    qualify row_number() over (partition by contact_key order by direct desc, occurred_at desc, action_key) = 1
),
first_of as (
    select contact_key, kind as first_kind from reached where direct and occurred_at > {since}
    qualify row_number() over (partition by contact_key order by occurred_at, action_key) = 1
)
select {buyer}, person.direct, person.since, person.recent, latest.occurred_at as last_at, latest.kind, latest.subkind,
       first_of.first_kind, person.answers_touch, event.id as action_id, wording.text as subject,
       exists (
           select 1 from effort
           where effort.account_key = latest.account_key and effort.occurred_at < latest.occurred_at
       )
       or exists (select 1 from last_word where last_word.contact_key = latest.contact_key) as written_before
from latest
join person using (contact_key)
left join first_of using (contact_key)
{names}
left join {events} as event on event.key = latest.action_key
left join attribute as subject
  on subject.subject_kind = 'event' and subject.subject_key = latest.action_key and subject.name = 'subject'
left join names_attribute as wording on wording.attribute_key = subject.attribute_key
"""


def _open_sql(reader: Reader, scope: Scope, rep_key: int, limits: dict[str, timedelta], since: datetime) -> str:
    """One row per buyer with acts that nobody answered."""
    return _OPEN.format(
        instant=reader.instant,
        since=sql_instant(since),
        in_view=in_view(scope, "action.contested", str(rep_key)),
        retreat=Stance.RETREAT,
        kinds=", ".join(f"'{kind}'" for kind in sorted(limits)) or "''",
        answers_me=within(scope, "effort.rep_key", "effort.occurred_at"),
        reaches_me=within(scope, "action_rep.rep_key", "buyer_action.occurred_at"),
        buyer=BUYER_COLUMNS,
        names=names_sql("latest"),
        events=ids_sql("'event'"),
    )


def _refused_sql(reader: Reader, scope: Scope, rep_key: int, since: datetime) -> str:
    """How many buyers' last word to the rep was a refusal."""
    return f"""
        with reached as (
            select action_key from action_rep join buyer_action using (action_key)
            where {within(scope, "action_rep.rep_key", "buyer_action.occurred_at")}
            union
            select link.action_key from link join effort using (effort_key)
            where {within(scope, "effort.rep_key", "effort.occurred_at")}
        ),
        last_act as (
            select contact_key, stance, occurred_at
            from buyer_action join reached using (action_key)
            where counts and occurred_at <= {reader.instant} and contact_key is not null
              and {in_view(scope, "contested", str(rep_key))}
            qualify row_number() over (partition by contact_key order by occurred_at desc, action_key) = 1
        )
        select count(*) as n from last_act where stance = '{Stance.RETREAT}' and occurred_at > {sql_instant(since)}"""


def _waiting(row: dict[str, Any], limits: dict[str, timedelta]) -> Waiting:
    since = row["since"].replace(tzinfo=UTC)
    return Waiting(
        buyer=buyer_of(row),
        since=since,
        last_at=row["last_at"].replace(tzinfo=UTC),
        times=row["recent"],
        kind=row["kind"],
        subkind=row["subkind"] or "",
        action_id=row["action_id"],
        answers_touch=row["answers_touch"],
        written_before=row["written_before"] or row["answers_touch"],
        due_at=since + limits[row["first_kind"]],
        subject=row["subject"] or "",
    )
