"""The stretch of time that a page is about, and the one before it: the query string says which, so links keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from answerback.domain.periods import PeriodKind, days, midnight, period_of_day

_DAY = timedelta(days=1)
_WEEKS = timedelta(weeks=13)
LONGEST = timedelta(days=3 * 366)


class Period(StrEnum):
    """What can be chosen."""

    WEEKS_13 = "13-weeks"
    WEEKS_4 = "4-weeks"
    QUARTER = "quarter"
    LAST_QUARTER = "last-quarter"
    CUSTOM = "custom"


CALLED: dict[Period, Any] = {
    Period.WEEKS_13: _("the last 13 weeks"),
    Period.WEEKS_4: _("the last 4 weeks"),
    Period.QUARTER: _("this quarter"),
    Period.LAST_QUARTER: _("last quarter"),
    Period.CUSTOM: _("from a day to a day"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Whole local days, the last one included."""

    first: date
    last: date

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The same as instants in UTC, the second excluded."""
        return midnight(self.first, zone), midnight(self.last + _DAY, zone)

    @property
    def days(self) -> dict[str, str]:
        """The days as a query string has them."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


@dataclass(frozen=True, slots=True)
class Picked:
    """What was chosen: a stretch, and the one that it is compared with."""

    period: Period
    span: Span
    before: Span
    compared: bool
    wrong: bool
    """What was asked for is no stretch of time: the usual one is shown."""

    @property
    def query(self) -> str:
        """The choice as a query string; empty for the usual one."""
        said: dict[str, str] = {} if self.period is Period.WEEKS_13 else {"period": str(self.period)}
        said |= self.span.days if self.period is Period.CUSTOM else {}
        return urlencode(said | ({"compare": "before"} if self.compared else {}))


def picked(query: Mapping[str, str], today: date) -> Picked:
    """What a query string asks for; the last 13 weeks where it asks for nothing, or for no stretch of time.

    >>> found = picked({"period": "last-quarter"}, date(2026, 10, 11))
    >>> found.span, found.before.last
    (Span(first=datetime.date(2026, 7, 1), last=datetime.date(2026, 9, 30)), datetime.date(2026, 6, 30))
    >>> picked({"period": "custom", "from": "2026-13-01"}, date(2026, 10, 11)).wrong
    True
    """
    compared = query.get("compare") == "before"
    said = query.get("period") or Period.WEEKS_13
    period = Period(said) if said in {*Period} else None
    span = asked_span(query) if period is Period.CUSTOM else _span(period, today) if period is not None else None
    if period is None or span is None:
        usual = _span(Period.WEEKS_13, today)
        return Picked(Period.WEEKS_13, usual, _just_before(usual), compared, wrong=True)
    whole = period in (Period.QUARTER, Period.LAST_QUARTER)
    before = _quarter_of(span.first - _DAY) if whole else _just_before(span)
    return Picked(period, span, before, compared, wrong=False)


def asked_span(query: Mapping[str, str]) -> Span | None:
    """The days that a query string names, `from` and `to`; None where they are none, or far too many."""
    try:
        first, last = date.fromisoformat(query.get("from", "")), date.fromisoformat(query.get("to", ""))
    except ValueError:
        return None
    sane = date(1970, 1, 2) <= first <= last <= date(9000, 1, 1)
    return Span(first, last) if sane and last - first <= LONGEST else None


def _span(period: Period, today: date) -> Span:
    match period:
        case Period.WEEKS_4:
            return Span(today - timedelta(days=27), today)
        case Period.QUARTER:
            return Span(_quarter_of(today).first, today)
        case Period.LAST_QUARTER:
            return _quarter_of(_quarter_of(today).first - _DAY)
        case _:
            return Span(today - _WEEKS + _DAY, today)


def _quarter_of(day: date) -> Span:
    first, after = days(period_of_day(day, PeriodKind.QUARTER))
    return Span(first, after - _DAY)


def _just_before(span: Span) -> Span:
    return Span(span.first - (span.last - span.first) - _DAY, span.first - _DAY)
