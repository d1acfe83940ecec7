"""Which record a file holds, by its name, and which field each of its columns is, by theirs.

Names are taken with a little patience: any case, blanks or hyphens for underscores, the plural of a file's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answerback.domain.fields import RecordType
from answerback.domain.records import CARRIED, RECORDS, TOKEN_FIELDS, id_names
from answerback.sources.tables import stem_and_ending


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns of a file as fields of its record."""

    names: dict[str, str]
    """Column of the file → field; the record's own id is `source_id`."""
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    """Fields that the record must have."""

    @property
    def fit(self) -> float:
        """Which share of the columns is known, 0 where a required one is missing."""
        return 0.0 if self.missing else self.share

    @property
    def share(self) -> float:
        """Which share of the columns is known."""
        known = len(self.names)
        return known / (known + len(self.unknown)) if known else 0.0


def record_of(file: str) -> RecordType | None:
    """The record that a file is named after: what stands before its first dot, in the singular or plural.

    >>> [record.name for name in ("effort.csv", "Deal-Changes.2026-03.tsv.gz") if (record := record_of(name))]
    ['effort', 'deal_change']
    >>> record_of("notes.csv"), record_of("effort.pdf")
    (None, None)
    """
    stem, ending = stem_and_ending(file.rpartition("/")[2])
    word = _plain(stem.partition(".")[0])
    return (RECORDS.get(word) or RECORDS.get(word.removesuffix("s"))) if ending else None


def fields_of(record: RecordType, columns: Sequence[str]) -> Fields:
    """The fields that a file's columns are.

    >>> from answerback.domain.records import RECORDS
    >>> fields_of(RECORDS["rep"], ["Rep ID", "name", "shoe size"])
    Fields(names={'Rep ID': 'source_id', 'name': 'name'}, unknown=('shoe size',), missing=())
    """
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(_plain(column), column)
    names: dict[str, str] = {}
    for own in id_names(record):
        if own in by_name and own not in record.index:
            names[by_name[own]] = "source_id"
            break
    tokens = tuple(TOKEN_FIELDS) if record.tokens else ()
    for field in (*record.index, *tokens, *CARRIED):
        if field in by_name and field not in names.values():
            names.setdefault(by_name[field], field)
    given = set(names.values())
    missing = tuple(field.name for field in record.fields if field.required and field.name not in given)
    return Fields(names, tuple(column for column in columns if column not in names), missing)


def _plain(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").split())
