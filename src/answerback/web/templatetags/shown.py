"""How values are shown: durations, shares, days. The words are those of the command line and the reports."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from django import template

from answerback.present.explain import duration
from answerback.present.spoken import lasting_text

register = template.Library()


@register.filter
def lasting(seconds: float) -> str:
    """A length of time in words: 90_000 → 25 hours."""
    return lasting_text(duration(int(seconds)))


@register.filter
def ago(at: datetime, as_of: datetime) -> str:
    """How long before the page's instant something was."""
    return lasting(max(0.0, (as_of - at).total_seconds()))


@register.filter
def percent(share: float | None) -> str:
    """A share as a whole percentage."""
    return "" if share is None else f"{share * 100:.0f} %"


@register.filter
def grouped(number: int) -> str:
    """A count as people read it.

    >>> grouped(1140)
    '1,140'
    """
    return f"{number:,}"


@register.filter
def in_path(text: str) -> str:
    """An id within an address, whatever characters it has."""
    return quote(text, safe="")
