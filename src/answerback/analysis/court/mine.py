"""Buyers who wait on one person: the open balls of buyers whose words reached them, people they wrote to first.

A buyer waits whose ball is in the seller's court (`analysis.court.balls`): nobody on the rep's side has turned to them
by hand since. It is the rep's where the buyer turned to them, not in Cc alone, or answers a touch of theirs. Nothing is
read into an act that is not in the records: a "thank you" looks like any other reply.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from answerback.analysis.clocks.due import due
from answerback.analysis.clocks.reading import clock_book
from answerback.analysis.court.aside import words_of_acts
from answerback.analysis.court.balls import OPEN, Balls, State, balls
from answerback.analysis.court.waiting import OLDEST, WARM
from answerback.analysis.disputes import in_view
from answerback.analysis.own import BUYER_COLUMNS, Buyer, buyer_of, names_sql
from answerback.analysis.reader import Reader, ids_sql
from answerback.domain.kinds import DEFAULT_STANCE, Stance
from answerback.domain.playbook import Policy
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within

_WAITS = tuple(each for each in OPEN if each is not State.POSTPONED)
"""Somebody who said that they wait until a day has said that nobody need look at it before."""
_FAR = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())


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
    deal_id: str = ""
    """The deal that the latest act was recorded with, where it was with one."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A buyer who would wait, and the acts of theirs of which somebody said that nobody waits there (now)."""

    row: Waiting
    said_of: tuple[str, ...]


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
    aside: tuple[Aside, ...] = ()
    """Buyers who would wait, had nobody said that they do not, or not yet."""


def waiting_on(reader: Reader, scope: Scope, rep_key: int, *, oldest: timedelta = OLDEST) -> WaitingList:
    """The buyers who wait on a rep, as of the reader's instant.

    First those whom the rep owes an answer beyond the policy and who asked within two weeks, the longest waiting first:
    they are about to be lost and can still be won. Then those still in time, the next to fall due first. Then the older
    ones, the latest first: the colder, the less an answer does. People whom the rep's side never turned to come after
    all others, the latest first: among them are strangers who want to sell something.
    """
    asked = _Asked(replace(scope, everybody=True), scope.only(rep_key), f"{rep_key}", oldest)
    return _lists(reader, asked).get(rep_key) or _nobody(reader, oldest)


def waiting_on_each(reader: Reader, scope: Scope, *, oldest: timedelta = OLDEST) -> Mapping[int, WaitingList]:
    """The same of every rep at once, by key; a rep on whom nobody ever waited is not in it.

    It is what others see: events that anybody contests are left out. For a rep without such events (`contesting`), and
    with all their acts in the scope, it is their own list as well.
    """
    return _lists(reader, _Asked(scope, scope, "", oldest))


def contesting(reader: Reader) -> frozenset[int]:
    """The reps who contest an event, or whom a contested act reached."""
    rows = reader.query("""
        select rep_key from effort where contested
        union select rep_key from action_rep join buyer_action using (action_key) where contested
        union select effort.rep_key from link join effort using (effort_key)
            join buyer_action using (action_key) where buyer_action.contested""")
    return frozenset(rows["rep_key"].to_pylist())


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose lists are asked for."""

    everybody: Scope
    """All balls, in the view of whoever looks: somebody else's answer settles a ball, too."""
    theirs: Scope
    """The reps whose lists they are, and when."""
    own: str
    """The key of the rep whose own list it is, as SQL; empty where it is everybody's."""
    oldest: timedelta


def _lists(reader: Reader, asked: _Asked) -> dict[int, WaitingList]:
    rules = _rules(reader.playbook.policy)
    since = reader.as_of - asked.oldest
    span = _span(rules)
    waiting, older, copied = _waiting_now(reader, asked, rules, since)
    aside = _aside(reader, asked, rules, since)
    refused = {row["rep_key"]: row["n"] for row in reader.query(_refused_sql(reader, asked, since)).to_pylist()}
    return {
        key: WaitingList(
            reader.as_of,
            asked.oldest,
            span,
            tuple(sorted(waiting.get(key, ()), key=lambda each: urgency(each, reader.as_of))),
            older=older[key],
            copied=copied[key],
            refused=refused.get(key, 0),
            aside=tuple(aside.get(key, ())),
        )
        for key in sorted({*waiting, *aside, *older, *copied, *refused})
    }


def _waiting_now(
    reader: Reader, asked: _Asked, rules: dict[str, Policy], since: datetime
) -> tuple[dict[int, list[Waiting]], Counter[int], Counter[int]]:
    """By rep who waits; how many buyers whose last word is older, and how many had the rep in Cc alone."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    older: Counter[int] = Counter()
    copied: Counter[int] = Counter()
    for row in _reached(reader, asked, rules, since, balls(reader, asked.everybody)):
        if not row["direct"]:
            copied[row["rep_key"]] += row["recent"] > 0
        elif not row["recent"]:
            older[row["rep_key"]] += 1
        else:
            found[row["rep_key"]].append(row)
    rows = [(key, row) for key, of in found.items() for row in of]
    waiting: dict[int, list[Waiting]] = defaultdict(list)
    for (key, _), made in zip(rows, _rows(reader, asked.theirs, rules, rows), strict=True):
        waiting[key].append(made)
    return waiting, older, copied


def _aside(reader: Reader, asked: _Asked, rules: dict[str, Policy], since: datetime) -> dict[int, list[Aside]]:
    """By rep who would wait, had nobody said that they do not."""
    words = words_of_acts(reader)
    if not words.chains:
        return {}
    unheeded = balls(reader, asked.everybody, chains=words.chains, heeding=False)
    rows = [
        (row["rep_key"], row)
        for row in _reached(reader, asked, rules, since, unheeded)
        if row["direct"] and row["recent"] and words.of(row["contact_key"], row["since"])
    ]
    found: dict[int, list[Aside]] = defaultdict(list)
    for (key, row), made in zip(rows, _rows(reader, asked.theirs, rules, rows), strict=True):
        found[key].append(Aside(made, words.of(row["contact_key"], row["since"])))
    return found


def _nobody(reader: Reader, oldest: timedelta) -> WaitingList:
    span = _span(_rules(reader.playbook.policy))
    return WaitingList(reader.as_of, oldest, span, (), older=0, copied=0, refused=0)


def _span(rules: Mapping[str, Policy]) -> tuple[timedelta, ...]:
    """The shortest and the longest time that the policies give; empty where there are none."""
    limits = [timedelta(seconds=each.within_seconds) for each in rules.values()]
    return (min(limits), max(limits)) if limits else ()


def _rows(
    reader: Reader, scope: Scope, rules: dict[str, Policy], flat: Sequence[tuple[int, dict[str, Any]]]
) -> list[Waiting]:
    """Each with the last instant in time, by the rep's clock and the policy that runs out first."""
    starts = np.array([int(row["since"].replace(tzinfo=UTC).timestamp()) for _, row in flat], np.int64)
    policies = [rules[row["first_kind"]] for _, row in flat]
    due_at = due(
        clock_book(reader, scope),
        np.array([key for key, _ in flat], np.int64),
        starts,
        np.array([each.within_seconds for each in policies], np.int64),
        working_time=np.array([each.working_time for each in policies], np.bool_),
    )
    return [_waiting(row, int(at)) for (_, row), at in zip(flat, due_at, strict=True)]


def is_late(row: Waiting, as_of: datetime) -> bool:
    """Whether a buyer waits longer than the policy allows."""
    return row.due_at < as_of


def is_cold(row: Waiting, as_of: datetime) -> bool:
    """Whether a buyer's last word is more than two weeks old."""
    return as_of - row.last_at > WARM


def urgency(row: Waiting, as_of: datetime) -> tuple[int, float, str]:
    """What lists are ordered by: see `waiting_on`."""
    if not row.written_before:
        return 3, -row.last_at.timestamp(), row.buyer.contact_id
    if is_cold(row, as_of):
        return 2, -row.last_at.timestamp(), row.buyer.contact_id
    if is_late(row, as_of):
        return 0, row.since.timestamp(), row.buyer.contact_id
    return 1, row.due_at.timestamp(), row.buyer.contact_id


def _rules(policies: Iterable[Policy]) -> dict[str, Policy]:
    """For each act that puts the ball in the seller's court the policy with the shortest time.

    Policies for some sources' names or steps alone say nothing of the other acts of that kind.
    """
    found: dict[str, Policy] = {}
    for policy in policies:
        if policy.subkinds or policy.steps:
            continue
        for kind in policy.after:
            known = found.get(str(kind))
            if DEFAULT_STANCE[kind] is not Stance.RETREAT and (
                known is None or policy.within_seconds < known.within_seconds
            ):
                found[str(kind)] = policy
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
open_ball(contact_key, since) as (values {balls}),
asking as (
    select action.*
    from buyer_action as action
    join open_ball on open_ball.contact_key = action.contact_key and epoch(action.occurred_at) >= open_ball.since
    where action.counts and action.kind in ({kinds}) and action.stance <> '{retreat}'
      and action.occurred_at <= {instant} and {in_view}
),
answering as (
    select distinct effort.rep_key, link.action_key from link join effort using (effort_key)
    where link.grade in ('E1', 'E2') and ({answers_them})
),
reaching as (
    select action_rep.rep_key, action_rep.action_key, bool_and(action_rep.copied) as copied
    from action_rep join buyer_action using (action_key) where {reaches_them} group by all
),
reached as (
    select asking.*, rep_key, answering.action_key is not null as answers_touch,
           answering.action_key is not null or not coalesce(reaching.copied, true) as direct
    from asking
    join (answering full join reaching using (rep_key, action_key)) using (action_key)
),
person as (
    select rep_key, contact_key, bool_or(direct) as direct, bool_or(answers_touch) as answers_touch,
           min(occurred_at) filter (direct and occurred_at > {since}) as since,
           count(*) filter (occurred_at > {since} and (direct or not any_direct)) as recent
    from (select *, bool_or(direct) over (partition by rep_key, contact_key) as any_direct from reached)
    group by rep_key, contact_key
),
latest as (
    select * from reached
    qualify row_number() over (
        partition by rep_key, contact_key order by direct desc, occurred_at desc, action_key
    ) = 1
),
first_of as (
    select rep_key, contact_key, kind as first_kind from reached where direct and occurred_at > {since}
    qualify row_number() over (partition by rep_key, contact_key order by occurred_at, action_key) = 1
)
select rep_key, latest.contact_key, {buyer}, person.direct, person.since, person.recent,
       latest.occurred_at as last_at, latest.kind, latest.subkind,
       first_of.first_kind, person.answers_touch, event.id as action_id, wording.text as subject,
       deal.id as deal_id,
       exists (
           select 1 from effort
           where effort.account_key = latest.account_key and effort.occurred_at < latest.occurred_at
       )
       or exists (select 1 from last_word where last_word.contact_key = latest.contact_key) as written_before
from latest
join person using (rep_key, contact_key)
left join first_of using (rep_key, contact_key)
{names}
left join {events} as event on event.key = latest.action_key
left join {deals} as deal on deal.key = latest.deal_key
left join attribute as subject
  on subject.subject_kind = 'event' and subject.subject_key = latest.action_key and subject.name = 'subject'
left join names_attribute as wording on wording.attribute_key = subject.attribute_key
"""


def _reached(
    reader: Reader, asked: _Asked, rules: dict[str, Policy], since: datetime, found: Balls
) -> list[dict[str, Any]]:
    """One row per rep and buyer with acts that nobody answered and that reached the rep."""
    rows = np.flatnonzero(found.where(*_WAITS) & (found.contact_key != 0))
    order = np.lexsort((found.since[rows], found.contact_key[rows]))
    people, first = np.unique(found.contact_key[rows][order], return_index=True)
    opened = ", ".join(f"({key}, {at})" for key, at in zip(people, found.since[rows][order][first], strict=True))
    sql = _OPEN.format(
        instant=reader.instant,
        since=sql_instant(since),
        balls=opened or "(cast(null as bigint), cast(null as bigint))",
        in_view=_in_view(asked, "action.contested"),
        retreat=Stance.RETREAT,
        kinds=", ".join(f"'{kind}'" for kind in sorted(rules)) or "''",
        answers_them=within(asked.theirs, "effort.rep_key", "effort.occurred_at"),
        reaches_them=within(asked.theirs, "action_rep.rep_key", "buyer_action.occurred_at"),
        buyer=BUYER_COLUMNS,
        names=names_sql("latest"),
        events=ids_sql("'event'"),
        deals=ids_sql("'deal'"),
    )
    reached: list[dict[str, Any]] = reader.query(sql).to_pylist()
    return reached


def _in_view(asked: _Asked, contested: str) -> str:
    return in_view(asked.theirs, contested, asked.own or "cast(null as bigint)")


def _refused_sql(reader: Reader, asked: _Asked, since: datetime) -> str:
    """By rep, how many buyers' last word to them was a refusal."""
    return f"""
        with reached as (
            select action_rep.rep_key, action_key from action_rep join buyer_action using (action_key)
            where {within(asked.theirs, "action_rep.rep_key", "buyer_action.occurred_at")}
            union
            select effort.rep_key, link.action_key from link join effort using (effort_key)
            where {within(asked.theirs, "effort.rep_key", "effort.occurred_at")}
        ),
        last_act as (
            select rep_key, contact_key, stance, occurred_at
            from buyer_action join reached using (action_key)
            where counts and occurred_at <= {reader.instant} and contact_key is not null
              and {_in_view(asked, "contested")}
            qualify row_number() over (partition by rep_key, contact_key order by occurred_at desc, action_key) = 1
        )
        select rep_key, count(*) as n from last_act
        where stance = '{Stance.RETREAT}' and occurred_at > {sql_instant(since)} group by rep_key"""


def _waiting(row: dict[str, Any], due_at: int) -> Waiting:
    return Waiting(
        buyer=buyer_of(row),
        since=row["since"].replace(tzinfo=UTC),
        last_at=row["last_at"].replace(tzinfo=UTC),
        times=row["recent"],
        kind=row["kind"],
        subkind=row["subkind"] or "",
        action_id=row["action_id"],
        answers_touch=row["answers_touch"],
        written_before=row["written_before"] or row["answers_touch"],
        due_at=datetime.fromtimestamp(min(due_at, _FAR), UTC),
        subject=row["subject"] or "",
        deal_id=row["deal_id"] or "",
    )
