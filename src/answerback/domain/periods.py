"""Weeks, months, quarters, years and fiscal periods as labels and as stretches of time.

A period is a half-open stretch `[start, end)` of UTC instants that begins and ends at midnight in the organisation's
time zone, whatever daylight saving does there. Every instant lies in exactly one period of a kind, and the periods of a
kind follow on one another without gap or overlap.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

MONTHS: Final = 12


class PeriodKind(StrEnum):
    """The sorts of period; each has labels of its own form."""

    WEEK = "week"
    """ISO week from Monday: `2026-W12`."""
    MONTH = "month"
    """`2026-03`."""
    QUARTER = "quarter"
    """Of the calendar year: `2026Q1`."""
    YEAR = "year"
    """`2026`."""
    FISCAL_QUARTER = "fiscal_quarter"
    """`FY2026Q1`."""
    FISCAL_YEAR = "fiscal_year"
    """`FY2026`, named after the calendar year it ends in."""


_FORMS: Final = (
    (PeriodKind.WEEK, re.compile(r"(\d{4})-W(\d{2})")),
    (PeriodKind.MONTH, re.compile(r"(\d{4})-(\d{2})")),
    (PeriodKind.QUARTER, re.compile(r"(\d{4})Q([1-4])")),
    (PeriodKind.YEAR, re.compile(r"(\d{4})")),
    (PeriodKind.FISCAL_QUARTER, re.compile(r"FY(\d{4})Q([1-4])")),
    (PeriodKind.FISCAL_YEAR, re.compile(r"FY(\d{4})")),
)


def period_of(instant: datetime, kind: PeriodKind, zone: ZoneInfo, fiscal_start: int = 1) -> str:
    """The label of the period that an instant lies in.

    Args:
        instant: An aware instant.
        kind: The sort of period.
        zone: The time zone whose midnight parts the periods.
        fiscal_start: The month in which the fiscal year begins, 1 to 12.

    Raises ValueError where the instant is naive or no month begins a year.

    >>> new_year = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    >>> [period_of(new_year, kind, ZoneInfo("Europe/Berlin"), fiscal_start=10) for kind in PeriodKind]
    ['2026-W01', '2026-01', '2026Q1', '2026', 'FY2026Q2', 'FY2026']
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return period_of_day(instant.astimezone(zone).date(), kind, fiscal_start)


def period_of_day(day: date, kind: PeriodKind, fiscal_start: int = 1) -> str:
    """The label of the period that a local day lies in. Raises ValueError where no month begins a year.

    >>> period_of_day(date(2026, 9, 30), PeriodKind.FISCAL_QUARTER, fiscal_start=10)
    'FY2026Q4'
    """
    _check_month(fiscal_start)
    if kind is PeriodKind.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    if kind is PeriodKind.MONTH:
        return f"{day.year:04}-{day.month:02}"
    fiscal = kind in {PeriodKind.FISCAL_QUARTER, PeriodKind.FISCAL_YEAR}
    first = fiscal_start if fiscal else 1
    passed = (day.month - first) % MONTHS  # months since the year began
    year = day.year + (1 if first > 1 and day.month >= first else 0)
    label = f"{'FY' if fiscal else ''}{year:04}"
    return f"{label}Q{passed // 3 + 1}" if kind in {PeriodKind.QUARTER, PeriodKind.FISCAL_QUARTER} else label


def bounds(label: str, zone: ZoneInfo, fiscal_start: int = 1) -> tuple[datetime, datetime]:
    """The first instant of a period and the first one after it, in UTC.

    Raises ValueError where the label names no period.

    >>> start, end = bounds("2026-03", ZoneInfo("Europe/Berlin"))
    >>> print(start, end)
    2026-02-28 23:00:00+00:00 2026-03-31 22:00:00+00:00
    """
    first, after = days(label, fiscal_start)
    return midnight(first, zone), midnight(after, zone)


def days(label: str, fiscal_start: int = 1) -> tuple[date, date]:
    """The first local day of a period and the first one after it. Raises ValueError where the label names no period.

    >>> days("2026-W53")
    (datetime.date(2026, 12, 28), datetime.date(2027, 1, 4))
    >>> days("FY2026Q1", fiscal_start=10)
    (datetime.date(2025, 10, 1), datetime.date(2026, 1, 1))
    """
    _check_month(fiscal_start)
    kind, year, number = _read(label)
    if kind is PeriodKind.WEEK:
        first = date.fromisocalendar(year, number, 1)
        return first, first + timedelta(days=7)
    if kind is PeriodKind.MONTH:
        return _month(year, number, 0), _month(year, number, 1)
    if kind in {PeriodKind.FISCAL_QUARTER, PeriodKind.FISCAL_YEAR}:
        begins, year = fiscal_start, year - (1 if fiscal_start > 1 else 0)
    else:
        begins = 1
    if kind in {PeriodKind.QUARTER, PeriodKind.FISCAL_QUARTER}:
        return _month(year, begins, 3 * (number - 1)), _month(year, begins, 3 * number)
    return _month(year, begins, 0), _month(year, begins, MONTHS)


def kind_of(label: str) -> PeriodKind:
    """The sort of period that a label names. Raises ValueError where it names none.

    >>> kind_of("FY2026Q1").value, kind_of("2026-W12").value
    ('fiscal_quarter', 'week')
    """
    return _read(label)[0]


def _read(label: str) -> tuple[PeriodKind, int, int]:
    for kind, form in _FORMS:
        if match := form.fullmatch(label):
            year, number = int(match[1]), int(match[2]) if match.re.groups > 1 else 1
            if year and (kind is not PeriodKind.MONTH or 1 <= number <= MONTHS):
                return kind, year, number
    raise ValueError(f"{label!r} names no period: 2026, 2026Q1, 2026-03, 2026-W12, FY2026 or FY2026Q1")


def _month(year: int, month: int, later: int) -> date:
    """The first day of the month that comes so many months later."""
    passed = year * MONTHS + month - 1 + later
    return date(passed // MONTHS, passed % MONTHS + 1, 1)


def midnight(day: date, zone: tzinfo = UTC) -> datetime:
    """The first instant of a local day; where the clock skips midnight, the instant of the jump.

    >>> midnight(date(2026, 3, 9), ZoneInfo("Europe/Oslo")).isoformat()
    '2026-03-08T23:00:00+00:00'
    """
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _check_month(fiscal_start: int) -> None:
    if not 1 <= fiscal_start <= MONTHS:
        raise ValueError(f"a fiscal year begins in a month from 1 to {MONTHS}, not {fiscal_start}")
