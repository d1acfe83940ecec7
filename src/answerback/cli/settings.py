"""What every command knows: which workspace, which form of output, looking from when, with how much memory."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from answerback.domain.errors import UsageError

if TYPE_CHECKING:
    from answerback.api import Workspace


YEARS = range(1900, 2200)
"""The years in which the log's instants lie."""


class Format(StrEnum):
    """Forms of output."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Settings:
    """The options that hold for every command."""

    home: Path
    format: Format
    as_of: datetime | None
    snapshot: str | None
    memory: str
    threads: int
    quiet: bool

    def workspace(self, *, create: bool = False) -> Workspace:
        """The workspace that the command is about."""
        from answerback.api import open_workspace
        from answerback.engine.protocol import Limits

        return open_workspace(self.home, create=create, limits=Limits(threads=self.threads, memory=self.memory))


def instant(text: str, option: str) -> datetime:
    """An instant as typed: `2026-03-01` or `2026-03-01T09:30:00+01:00`; without a zone it is UTC.

    Raises UsageError for what is none, or lies outside the years that the log can hold.

    >>> instant("2026-03-01", "--as-of").isoformat()
    '2026-03-01T00:00:00+00:00'
    """
    try:
        read = datetime.fromisoformat(text)
        at = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is no date or time", where=option, next_step="write it as 2026-03-01 or 2026-03-01T09:30:00Z"
        ) from error
    if at.year not in YEARS:
        raise UsageError(f"{text!r} is no time of this trade", where=option, next_step="name one from 1900 to 2199")
    return at


def pairs(words: list[str], option: str) -> dict[str, str]:
    """`name=value` words as a mapping. Raises UsageError for a word without `=`, and for a name with two values.

    >>> pairs(["rep=ann", "play=call"], "--where")
    {'rep': 'ann', 'play': 'call'}
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageError(f"{word!r} is not of the form name=value", where=option, next_step="write it as rep=ann")
        if name.strip() in found:
            raise UsageError(f"{name.strip()} is given twice", where=option, next_step="give it once")
        found[name.strip()] = value
    return found


def is_terminal() -> bool:
    """Whether a person is looking at the progress."""
    return sys.stderr.isatty()
