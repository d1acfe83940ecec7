"""Working days: which days of the week an organisation works, and the day after so many of them have gone by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONDAY_TO_FRIDAY = frozenset(range(5))


def weekdays_of(days: Iterable[str]) -> frozenset[int]:
    """The numbers of named weekdays, Monday 0; Monday to Friday where none is named.

    >>> sorted(weekdays_of(["tue", "sat"])), sorted(weekdays_of([]))
    ([1, 5], [0, 1, 2, 3, 4])
    """
    return frozenset(DAYS.index(day) for day in days) or MONDAY_TO_FRIDAY


def after_working_days(start: date, count: int, weekdays: frozenset[int] = MONDAY_TO_FRIDAY) -> date:
    """The first day on which so many whole working days lie between it and `start`, neither of them counted.

    Args:
        start: The day from whose end it is counted.
        count: How many working days, 0 or more.
        weekdays: The days that are worked, Monday 0.

    Raises ValueError where no day is worked.

    >>> after_working_days(date(2026, 3, 1), 2), after_working_days(date(2026, 3, 5), 2)  # a Sunday, a Thursday
    (datetime.date(2026, 3, 4), datetime.date(2026, 3, 10))
    """
    if not weekdays:
        raise ValueError("no day of the week is worked")
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() in weekdays
    return day + timedelta(days=1)


def week_of(day: date) -> date:
    """The Monday of the week in which a day lies.

    >>> week_of(date(2026, 3, 1)), week_of(date(2026, 3, 2))
    (datetime.date(2026, 2, 23), datetime.date(2026, 3, 2))
    """
    return day - timedelta(days=day.weekday())
