"""How a value is written in a table for eyes."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from answerback.present.plain import plain
from answerback.present.words import SHOWN_AS

_SHARES = frozenset(
    {"share", "rate", "low", "high", "unseen_share", "prior_weight", "proved_rate", "proved_low", "proved_high"}
)


def heading(name: str) -> str:
    """A column's heading.

    >>> heading("still_open")
    'still open'
    """
    return name.replace("_", " ")


def is_number(field: pa.Field) -> bool:
    """Whether a column stands better to the right."""
    return bool(pa.types.is_integer(field.type) or pa.types.is_floating(field.type))


def shown(name: str, value: object) -> str:
    """A value for eyes: shares as percent, instants to the minute, nothing for what is absent.

    >>> shown("rate", 0.314), shown("n", 12345), shown("x", None), shown("reactive", True)
    ('31 %', '12,345', '', 'yes')
    """
    if name == "state" and isinstance(value, str):
        return SHOWN_AS.get(value, plain(value))
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return (
                f"{value * 100:.{1 if name == 'share' else 0}f} %"
                if name in _SHARES or name.startswith("rolled_up_")
                else f"{value:,.1f}"
            )
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case _:
            return plain(str(value))
