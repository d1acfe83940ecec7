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
        from answerback.engine.duckdb import Limits

        return open_workspace(self.home, create=create, limits=Limits(threads=self.threads, memory=self.memory))


def instant(text: str) -> datetime:
    """An instant as typed: `2026-03-01` or `2026-03-01T09:30:00+01:00`; without a zone it is UTC.

    >>> instant("2026-03-01").isoformat()
    '2026-03-01T00:00:00+00:00'
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no date or time", where="--as-of", next_step="write it as 2026-03-01 or 2026-03-01T09:30:00Z"
        ) from error
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def pairs(words: list[str], option: str) -> dict[str, str]:
    """`name=value` words as a mapping. Raises UsageError for a word without `=`.

    >>> pairs(["rep=ann", "play=call"], "--where")
    {'rep': 'ann', 'play': 'call'}
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageError(f"{word!r} is not of the form name=value", where=option, next_step="write it as rep=ann")
        found[name.strip()] = value
    return found


def is_terminal() -> bool:
    """Whether a person is looking at the progress."""
    return sys.stderr.isatty()
