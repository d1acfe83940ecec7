"""The endings that are a rep's to look back on: deals that ended while they owned them, and service cases of these.

Many systems have a case know its company alone. It is about the last deal that was won there before it was opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum, auto
from functools import reduce
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.reader import Reader, ids_of
from answerback.analysis.story.rows import Row, aware
from answerback.domain.playbook import Playbook
from answerback.domain.scope import Scope, naive
from answerback.domain.workdays import after_working_days, weekdays_of
from answerback.engine.lookup import During

OFFERED_WORKING_DAYS = 2
"""For so many working days after its day an ending counts as one of lately."""
LATELY_WITHIN = timedelta(weeks=3)
"""None of lately ended longer ago, however few days of a week are worked."""
_EVER = datetime(1, 1, 1, tzinfo=UTC)
_OWNED = ("deal_key", "account_key", "owned_from", "owned_until", "starts_at", "ends_at", "outcome")
_CASE = ("case_key", "deal_key", "account_key", "opened_at", "closed_at")


class Ends(StrEnum):
    """What ended, and how."""

    WON = auto()
    LOST = auto()
    CASE = auto()
    """A service case was closed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An ending.

    Attributes:
        ends: What ended.
        deal_key, deal_id: The deal, or of a case the one that it is about.
        account_key: Its company; None where that is not known.
        started_at, ended_at: From when to when it was open.
    """

    ends: Ends
    deal_key: int
    deal_id: str
    account_key: int | None
    started_at: datetime
    ended_at: datetime


def endings_of(reader: Reader, scope: Scope, rep_key: int, *, since: datetime | None = None) -> tuple[Ended, ...]:
    """A rep's endings by the reader's instant, the latest first; none of a time that the scope does not hold.

    With `since` those alone that ended then or later.
    """
    times = During("ends_at", naive(since or _EVER), naive(reader.as_of))
    owned = reader.table("owned_deal", "owner_key", [rep_key], _OWNED)
    ends = owned["ends_at"]
    then = _within(times, ends), pc.less_equal(owned["owned_from"], ends), pc.less(ends, owned["owned_until"])
    over = pc.is_in(owned["outcome"], value_set=pa.array([Ends.WON, Ends.LOST]))
    deals = owned.filter(reduce(pc.and_, then, over)).to_pylist()
    cases = _cases(reader, owned, replace(times, column="closed_at"))
    ids = ids_of(reader, [row["deal_key"] for row in (*deals, *cases)], "deal")
    found = [
        *(_ended(Ends(row["outcome"]), row, ids, row["starts_at"], row["ends_at"]) for row in deals),
        *(_ended(Ends.CASE, row, ids, row["opened_at"], row["closed_at"]) for row in cases),
    ]
    mine = [each for each in found if each.deal_id and scope.holds(rep_key, each.ended_at)]
    return tuple(sorted(mine, key=lambda each: (each.ended_at, each.deal_id, each.ends), reverse=True))


def lately(found: Iterable[Ended], playbook: Playbook, today: date) -> tuple[Ended, ...]:
    """Those of the last two working days, each counted from the end of its own day where the organisation is."""
    zone = ZoneInfo(playbook.organisation.time_zone)
    weekdays = weekdays_of(day for shift in playbook.organisation.working_hours for day in shift.days)
    return tuple(each for each in found if is_late(each.ended_at.astimezone(zone).date(), weekdays, today))


def is_late(day: date, weekdays: frozenset[int], today: date) -> bool:
    """Whether two working days after a day are not over yet.

    >>> thursday, week = date(2026, 3, 5), weekdays_of([])
    >>> is_late(thursday, week, date(2026, 3, 9)), is_late(thursday, week, date(2026, 3, 10))
    (True, False)
    """
    return today < after_working_days(day, OFFERED_WORKING_DAYS, weekdays)


def _ended(ends: Ends, row: Row, ids: Mapping[int, str], started_at: datetime, ended_at: datetime) -> Ended:
    deal = row["deal_key"]
    return Ended(ends, deal, ids.get(deal, ""), row["account_key"], aware(started_at), aware(ended_at))


def _cases(reader: Reader, owned: pa.Table, times: During) -> list[Row]:
    """Cases about deals that were theirs when the case was closed."""
    deals, companies = owned["deal_key"], owned.filter(pc.equal(owned["outcome"], Ends.WON))["account_key"]
    named = reader.table("service_case", "deal_key", pc.unique(deals).to_pylist(), _CASE, times)
    others = reader.table("service_case", "account_key", pc.unique(companies).to_pylist(), _CASE, times)
    unnamed = others.filter(pc.is_null(others["deal_key"]))
    rows: list[Row] = [
        *named.filter(pc.is_valid(named["opened_at"])).to_pylist(),
        *_about_a_deal(reader, unnamed.filter(pc.is_valid(unnamed["opened_at"])).to_pylist()),
    ]
    about = owned.filter(pc.is_in(deals, value_set=pa.array([row["deal_key"] for row in rows], pa.int64())))
    theirs: dict[int, list[Row]] = {}
    for row in about.select(["deal_key", "owned_from", "owned_until"]).to_pylist():
        theirs.setdefault(row["deal_key"], []).append(row)
    return [
        row
        for row in rows
        if any(each["owned_from"] <= row["closed_at"] < each["owned_until"] for each in theirs.get(row["deal_key"], ()))
    ]


def _about_a_deal(reader: Reader, unnamed: Iterable[Row]) -> Iterator[Row]:
    """Cases of companies that name no deal: each is about the last one that was won there before it was opened."""
    cases = list(unnamed)
    won: dict[int, set[tuple[datetime, int]]] = {}
    if cases:
        for row in reader.rows("owned_deal", "account_key", {row["account_key"] for row in cases}, _OWNED):
            if row["outcome"] == Ends.WON:
                won.setdefault(row["account_key"], set()).add((row["ends_at"], row["deal_key"]))
    for row in cases:
        before = [each for each in won.get(row["account_key"], set()) if each[0] <= row["opened_at"]]
        if before:
            yield row | {"deal_key": max(before)[1]}


def _within(times: During, at: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.and_(pc.greater_equal(at, times.first), pc.less_equal(at, times.last))
