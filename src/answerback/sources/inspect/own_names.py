"""Tables whose columns have our own names: which record they are, without a guess.

A name counts where it is exactly a field's (or the id's) name, in any dress. Foreign tables share a few such names by
accident, so several are asked for, unless the file too is named after the record; and where a field takes one of a
few words, the column has to hold them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from answerback.domain.fields import Field, RecordType
from answerback.domain.records import RECORDS, id_names
from answerback.sources.folder.headers import fields_of, record_of

_SHARE: Final = 0.5
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table in our own words."""

    record: RecordType
    names: dict[str, str]
    """Column → field; the record's own id is `id`."""


def own_table(file: str, columns: tuple[str, ...], allowed: Callable[[str, Field], bool]) -> OwnTable | None:
    """The record that a table's rows are by the names of its columns, if it is one.

    Args:
        file: The file's name.
        columns: Its columns.
        allowed: Whether a column holds nothing but the words that a field takes.

    >>> found = own_table("x.csv", ("Effort ID", "rep_id", "occurred_at", "kind", "colour"), lambda *_: True)
    >>> found.record.name, found.names["Effort ID"]
    ('effort', 'id')
    """
    found: list[tuple[tuple[bool, int], OwnTable]] = []
    for record in RECORDS.values():
        fields = fields_of(record, columns)
        named = record_of(file) is record
        if fields.fit < _SHARE or not (named or _telling(record, fields.names)):
            continue
        if all(allowed(column, record.index[name]) for column, name in fields.names.items() if _decides(record, name)):
            names = {column: "id" if name == "source_id" else name for column, name in fields.names.items()}
            found.append(((named, len(names)), OwnTable(record, names)))
    return max(found, key=lambda each: each[0])[1] if found else None


def _telling(record: RecordType, names: dict[str, str]) -> bool:
    """Whether so many names are no accident: three, and with them the record's own id or a field it must have."""
    own = id_names(record)[0].replace("_", " ")
    has_id = any(name == "source_id" and _words(column) == own for column, name in names.items())
    return len(names) >= _FEWEST and (has_id or any(field.required for field in record.fields))


def _decides(record: RecordType, name: str) -> bool:
    return name in record.index and record.index[name].required and bool(record.index[name].choices)


def _words(column: str) -> str:
    return " ".join(column.lower().replace("_", " ").replace("-", " ").split())
