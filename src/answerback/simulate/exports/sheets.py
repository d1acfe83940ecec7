"""Writing tables as systems export them: cells, times and money in their forms. The same rows give the same bytes."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from answerback.domain.money import from_minor

Cell = str | int | bool | None


def write_sheet(
    path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, Cell]], *, quoted: bool = False
) -> Path:
    """A CSV file in UTF-8, a header first; what a row leaves out is empty. `quoted`: every cell is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(columns)
    with path.open("w", encoding="utf-8", newline="") as out:
        dialect = _Quoted if quoted else _Plain
        writer = csv.DictWriter(out, names, dialect=dialect)
        writer.writeheader()
        writer.writerows({name: _text(cell) for name, cell in row.items()} for row in rows)
    return path


class _Plain(csv.excel):
    lineterminator = "\n"


class _Quoted(_Plain):
    quoting = csv.QUOTE_ALL


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def stamped(files: list[Path], at: int) -> list[Path]:
    """The same files, as if they had been written at an instant: that of the export."""
    for each in files:
        os.utime(each, (at, at))
    return files


def write_packaged(path: Path, name: str) -> Path:
    """A copy of a text that is shipped beside the modules."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((files("answerback.simulate.exports") / name).read_text(encoding="utf-8"), encoding="utf-8")
    return path


def utc(at: int | None) -> str:
    """An instant as machines write it.

    >>> utc(1_767_600_005)
    '2026-01-05T08:00:05Z'
    """
    return "" if at is None else f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def local(at: int | None, zone: str | None) -> str:
    """An instant on the clock of a place, with its distance from UTC.

    >>> local(1_767_600_005, "Europe/Berlin"), local(1_767_600_005, None)
    ('2026-01-05T09:00:05+01:00', '2026-01-05T08:00:05+00:00')
    """
    return "" if at is None else datetime.fromtimestamp(at, ZoneInfo(zone or "UTC")).isoformat()


def day(at: int | None, zone: str | None = None) -> str:
    """The day on which an instant falls in a place.

    >>> day(1_767_655_000), day(1_767_655_000, "Asia/Tokyo")
    ('2026-01-05', '2026-01-06')
    """
    return local(at, zone)[:10]


def money(amount_minor: int | None, currency: str | None) -> str:
    """An amount in whole units.

    >>> money(1_250_000, "EUR"), money(1_250, "JPY"), money(None, "EUR")
    ('12500.00', '1250', '')
    """
    return "" if amount_minor is None else str(from_minor(amount_minor, currency or ""))


def drawn(below: int, *of: object) -> int:
    """A whole number from 0 that looks like chance and is always the same for the same things.

    >>> drawn(100, "city", 7, 1) == drawn(100, "city", 7, 1)
    True
    """
    digest = hashlib.blake2b("\0".join(map(str, of)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) % below
