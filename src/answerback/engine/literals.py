r"""Values as SQL literals: the one place where a text that is not ours is quoted.

Queries are put together from names of our own; whatever a user, a playbook or an id says enters them through here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime


def sql_text(value: str) -> str:
    r"""A text as an SQL expression that is that text and nothing else, whatever it holds.

    Halves of characters, which no UTF-8 can hold, are spelled out as the log spells them (`\udce9`).

    >>> print(sql_text("O'Brien; drop table effort --"))
    'O''Brien; drop table effort --'
    >>> print(sql_text("a\0b"))
    ('a' || chr(0) || 'b')
    """
    whole = value.encode("utf-8", "backslashreplace").decode()
    parts = [_quoted(part) for part in whole.split("\0")]
    return parts[0] if len(parts) == 1 else f"({' || chr(0) || '.join(parts)})"


def sql_keys(keys: Iterable[int]) -> str:
    """Keys for an SQL list, in order and each once; of none a list that holds nothing.

    >>> sql_keys([7, -2, 7]), sql_keys([])
    ('-2, 7', 'null')
    """
    return ", ".join(str(key) for key in sorted({int(key) for key in keys})) or "null"


def sql_instant(at: datetime) -> str:
    """An instant (aware, or naive in UTC) as an SQL literal, as the relations hold them: naive, in UTC, whole seconds.

    >>> sql_instant(datetime(2026, 3, 1, 9, tzinfo=UTC))
    "timestamp '2026-03-01 09:00:00'"
    """
    utc = at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)
    return f"timestamp '{utc.isoformat(' ', 'seconds')}'"


def _quoted(part: str) -> str:
    return "'" + part.replace("'", "''") + "'"
