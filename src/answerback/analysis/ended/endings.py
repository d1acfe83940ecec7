"""The endings that are a rep's to look back on: deals that ended while they owned them, and service cases of these.

Many systems have a case know its company alone. It is about the last deal that was won there before it was opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum, auto
from zoneinfo import ZoneInfo

from answerback.analysis.reader import Reader, ids_of
from answerback.analysis.story.rows import Row, aware
from answerback.domain.playbook import Playbook
from answerback.domain.scope import Scope
from answerback.domain.workdays import after_working_days, weekdays_of

OFFERED_WORKING_DAYS = 2
"""For so many working days after its day an ending counts as one of lately."""
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


def endings_of(reader: Reader, scope: Scope, rep_key: int) -> tuple[Ended, ...]:
    """A rep's endings by the reader's instant, the latest first; none of a time that the scope does not hold."""
    owned = reader.table("owned_deal", "owner_key", [rep_key], _OWNED).to_pylist()
    found = [row for row in owned if _ended(reader, row) and row["owned_from"] <= row["ends_at"] < row["owned_until"]]
    ids = ids_of(reader, [row["deal_key"] for row in owned], "deal")
    deals = [
        Ended(Ends(row["outcome"]), row["deal_key"], ids.get(row["deal_key"], ""), row["account_key"],
              aware(row["starts_at"]), aware(row["ends_at"]))
        for row in found
    ]  # fmt: skip
    every = [*deals, *_cases(reader, owned, ids)]
    mine = [each for each in every if each.deal_id and scope.holds(rep_key, each.ended_at)]
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


def _ended(reader: Reader, row: Row) -> bool:
    return row["outcome"] in {Ends.WON, Ends.LOST} and aware(row["ends_at"]) <= reader.as_of


def _cases(reader: Reader, owned: Iterable[Row], ids: dict[int, str]) -> list[Ended]:
    """Cases about deals that were theirs when the case was closed."""
    stretches: dict[int, list[Row]] = {}
    for row in owned:
        stretches.setdefault(row["deal_key"], []).append(row)
    now = reader.as_of.astimezone(UTC).replace(tzinfo=None)
    named = reader.rows("service_case", "deal_key", stretches, _CASE)
    found = []
    for row in [*named, *_without_a_deal(reader, stretches.values())]:
        closed, opened = row["closed_at"], row["opened_at"]
        if closed is None or opened is None or closed > now:
            continue
        if any(each["owned_from"] <= closed < each["owned_until"] for each in stretches.get(row["deal_key"], ())):
            deal = row["deal_key"]
            found.append(Ended(Ends.CASE, deal, ids.get(deal, ""), row["account_key"], aware(opened), aware(closed)))
    return found


def _without_a_deal(reader: Reader, owned: Iterable[Iterable[Row]]) -> list[Row]:
    """Cases of a company that name no deal: each is about the last one that was won there before it was opened."""
    companies = {row["account_key"] for rows in owned for row in rows if row["outcome"] == Ends.WON}
    cases = reader.rows("service_case", "account_key", companies - {None}, _CASE)
    unnamed = [row for row in cases if row["deal_key"] is None and row["opened_at"] is not None]
    won: dict[int, set[tuple[datetime, int]]] = {}
    for row in reader.rows("owned_deal", "account_key", {row["account_key"] for row in unnamed}, _OWNED):
        if row["outcome"] == Ends.WON:
            won.setdefault(row["account_key"], set()).add((row["ends_at"], row["deal_key"]))
    about = {row["case_key"]: _last(won.get(row["account_key"], set()), row["opened_at"]) for row in unnamed}
    return [row | {"deal_key": about[row["case_key"]]} for row in unnamed if about[row["case_key"]] is not None]


def _last(won: Iterable[tuple[datetime, int]], at: datetime) -> int | None:
    before = [each for each in won if each[0] <= at]
    return max(before)[1] if before else None
