"""What those who lead hear from buyers themselves: own touches, meetings that a buyer came to, calls, mails to them.

An act of a buyer counts for whom it reached, and for whose own effort it answers by proof. Of a channel that was not
loaded nothing is known, which is not the same as nothing: its share of the time stands beside the counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from answerback.analysis.findings.audience import read_staff
from answerback.analysis.lift.given import Gift, gifts
from answerback.analysis.reader import Reader
from answerback.analysis.together.us import monday_of
from answerback.analysis.trust.cover import read_cover
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within

LOOKED_AT = timedelta(weeks=13)
CHANNELS = ("calendar", "email", "call")
"""Where buyers are heard: meetings, mails, calls."""
_CALLS = frozenset({"answered_call", "called"})
_MET = "attended"


@dataclass(frozen=True, slots=True)
class FirstHand:
    """What one person, or several together, did toward buyers and heard from them.

    Attributes:
        people: How many people it is of.
        touches: Own touches, by hand and recorded.
        meetings: Times that a buyer came to a meeting of theirs.
        calls: Calls that a buyer took or made.
        written: Other acts of buyers that reached them: answers, questions, mails.
        companies: Keys of the companies whom they heard.
        seen: By channel the share of the time that was loaded, 0 to 1.
    """

    people: int = 1
    touches: int = 0
    meetings: int = 0
    calls: int = 0
    written: int = 0
    companies: frozenset[int] = frozenset()
    seen: Mapping[str, float] = field(default_factory=dict)

    @property
    def heard(self) -> int:
        """All acts of buyers that reached them."""
        return self.meetings + self.calls + self.written


@dataclass(frozen=True, slots=True)
class Leaders:
    """Everybody who leads, by key, over the time that was looked at."""

    start: datetime
    end: datetime
    by_key: Mapping[int, FirstHand]
    talks: Mapping[int, tuple[Gift, ...]] = field(default_factory=dict)
    """By who led them the talks that the log has."""

    def of(self, key: int | None) -> FirstHand | None:
        """One of them; None for somebody who leads nobody."""
        return self.by_key.get(key) if key is not None else None


def leaders(reader: Reader, scope: Scope) -> Leaders:
    """What everybody who leads heard first hand in the thirteen weeks before the reader's Monday."""
    at = monday_of(reader)
    start, end = at.as_of - LOOKED_AT, at.as_of
    talks: dict[int, list[Gift]] = {}
    for each in gifts(at, scope, "conversation", {}):
        if each.by is not None and each.by != each.rep_key and each.day >= start.date():
            talks.setdefault(each.by, []).append(each)
    led = {key: tuple(found) for key, found in talks.items()}
    return Leaders(start, end, first_hand(at, scope, read_staff(at).managers, start), led)


def first_hand(reader: Reader, scope: Scope, keys: Collection[int], start: datetime) -> dict[int, FirstHand]:
    """By person what they heard themselves, from an instant to the reader's.

    Args:
        reader: Of the snapshot.
        scope: Whose rows may be seen.
        keys: Whom it is asked of.
        start: From when.
    """
    if not keys:
        return {}
    touches = _touches(reader, scope, keys, start)
    acts = _acts(reader, scope, keys, start)
    cover = read_cover(reader, CHANNELS)
    return {
        key: FirstHand(
            touches=touches.get(key, 0),
            meetings=sum(n for kind, _, n in acts.get(key, ()) if kind == _MET),
            calls=sum(n for kind, _, n in acts.get(key, ()) if kind in _CALLS),
            written=sum(n for kind, _, n in acts.get(key, ()) if kind != _MET and kind not in _CALLS),
            companies=frozenset(company for _, company, _ in acts.get(key, ()) if company is not None),
            seen={channel: cover.share(key, channel, start, reader.as_of) for channel in CHANNELS},
        )
        for key in sorted(keys)
    }


def together(each: Collection[FirstHand]) -> FirstHand:
    """Several as one sum; what was seen of a channel is the middle of their shares.

    >>> one = together([FirstHand(touches=3, seen={"email": 1.0}), FirstHand(touches=4, calls=1, seen={"email": 0.0})])
    >>> one.people, one.touches, one.heard, one.seen["email"]
    (2, 7, 1, 0.5)
    """
    channels = {channel for one in each for channel in one.seen}
    return FirstHand(
        people=sum(one.people for one in each),
        touches=sum(one.touches for one in each),
        meetings=sum(one.meetings for one in each),
        calls=sum(one.calls for one in each),
        written=sum(one.written for one in each),
        companies=frozenset(company for one in each for company in one.companies),
        seen={channel: sum(one.seen.get(channel, 0.0) for one in each) / len(each) for channel in sorted(channels)},
    )


def companies_touched(reader: Reader, scope: Scope, start: datetime) -> frozenset[int]:
    """The companies that those within a scope made touches toward, from an instant to the reader's."""
    rows = reader.query(f"""
        select distinct account_key from outcome
        where account_key is not null and occurred_at >= {sql_instant(start)} and occurred_at <= {reader.instant}
          and {within(scope, "rep_key", "occurred_at")}""")
    return frozenset(rows["account_key"].to_pylist())


def _listed(keys: Collection[int]) -> str:
    return ", ".join(str(int(key)) for key in sorted(keys))


def _touches(reader: Reader, scope: Scope, keys: Collection[int], start: datetime) -> dict[int, int]:
    rows = reader.query(f"""
        select rep_key, count(*) as n from effort
        where rep_key in ({_listed(keys)}) and origin = 'hand' and evidence = 'captured'
          and occurred_at >= {sql_instant(start)} and occurred_at <= {reader.instant}
          and {within(scope, "rep_key", "occurred_at")}
        group by rep_key""").to_pylist()
    return {row["rep_key"]: row["n"] for row in rows}


def _acts(
    reader: Reader, scope: Scope, keys: Collection[int], start: datetime
) -> dict[int, list[tuple[str, int | None, int]]]:
    """By person the acts of buyers that reached them: kind, company, how many."""
    rows = reader.query(f"""
        with reached as (
            select action_key, rep_key from action_rep where rep_key in ({_listed(keys)}) and not copied
            union
            select link.action_key, effort.rep_key from link join effort using (effort_key)
            where effort.rep_key in ({_listed(keys)}) and link.grade in ('E1', 'E2')
        )
        select reached.rep_key, act.kind, act.account_key, count(*) as n
        from reached join buyer_action as act using (action_key)
        where act.counts and act.evidence = 'captured'
          and act.occurred_at >= {sql_instant(start)} and act.occurred_at <= {reader.instant}
          and {within(scope, "reached.rep_key", "act.occurred_at")}
        group by all order by all""").to_pylist()
    found: dict[int, list[tuple[str, int | None, int]]] = {}
    for row in rows:
        found.setdefault(row["rep_key"], []).append((row["kind"], row["account_key"], row["n"]))
    return found
