"""An on-base figure week by week, with what is known to have happened meanwhile: what a chart of it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from answerback.analysis.on_base import on_base
from answerback.analysis.reader import Reader
from answerback.domain.periods import days, midnight
from answerback.domain.scope import Scope
from answerback.domain.workdays import week_of
from answerback.stats.intervals import jeffreys

SHOWN_WEEKS = 40


@dataclass(frozen=True, slots=True)
class WeekRate:
    """One week: touches, those that moved a buyer so far, how many answers are due, and its own rate."""

    first_day: date
    touches: int
    moved: int
    due: float
    rate: float | None
    low: float | None
    high: float | None
    """Exact 95 % limits of this week alone (Jeffreys)."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that is known to have happened, and whom it is said to touch."""

    starts: date
    ends: date | None
    scope: str
    text: str


@dataclass(frozen=True, slots=True)
class WeeklyRates:
    """A figure over time."""

    weeks: tuple[WeekRate, ...]
    happened: tuple[Happened, ...]


def weekly_rates(reader: Reader, scope: Scope, where: Mapping[str, str]) -> WeeklyRates:
    """The figure of each of the last weeks; weeks without a touch are left out."""
    monday = week_of(reader.as_of.astimezone(ZoneInfo(reader.playbook.organisation.time_zone)).date())
    since = monday - timedelta(weeks=SHOWN_WEEKS - 1)
    found = on_base(reader, _since(scope, since), by=("week",), where=where)
    weeks = [
        _week(days(str(cell.keys["week"]))[0], cell.efforts, cell.on_base, cell.matured)
        for cell in found.cells
        if cell.keys["week"] is not None
    ]
    shown = tuple(sorted((each for each in weeks if each.first_day >= since), key=lambda each: each.first_day))
    return WeeklyRates(shown, happenings(reader, since))


def _since(scope: Scope, day: date) -> Scope:
    start = midnight(day - timedelta(days=1))
    keys = dict.fromkeys(each.rep_key for each in scope.stretches)
    if scope.everybody:
        return scope
    cut = tuple(part for key in keys for part in scope.only(key, start).stretches)
    return Scope(scope.purpose, stretches=cut, viewer_key=scope.viewer_key)


def _week(first_day: date, touches: int, moved: int, due: float) -> WeekRate:
    if due <= 0:
        return WeekRate(first_day, touches, moved, 0.0, None, None, None)
    limits = jeffreys(moved, max(due, moved))
    return WeekRate(
        first_day, touches, moved, round(due, 2), min(moved / due, 1.0), float(limits.low), float(limits.high)
    )


def happenings(reader: Reader, since: date) -> tuple[Happened, ...]:
    """What is known to have happened since a day and by the reader's instant, to whomever."""
    if "happening" not in reader.snapshot.relations:
        return ()
    rows = reader.query(f"""
        select starts_at, ends_at, scope, text from happening
        where starts_at <= {reader.instant} order by starts_at, text""").to_pylist()
    told = [
        Happened(
            row["starts_at"].date(),
            row["ends_at"].date() if row["ends_at"] is not None else None,
            str(row["scope"] or ""),
            str(row["text"] or ""),
        )
        for row in rows
    ]
    return tuple(each for each in told if (each.ends or each.starts) >= since)


def weekly_table(found: WeeklyRates) -> pa.Table:
    """The weeks as rows."""
    rows = [
        {
            "week": each.first_day,
            "touches": each.touches,
            "moved_forward": each.moved,
            "due": each.due,
            "rate": each.rate,
            "low": each.low,
            "high": each.high,
        }
        for each in found.weeks
    ]
    real = [(name, pa.float64()) for name in ("due", "rate", "low", "high")]
    whole = [(name, pa.int64()) for name in ("touches", "moved_forward")]
    return pa.Table.from_pylist(rows, schema=pa.schema([("week", pa.date32()), *whole, *real]))
