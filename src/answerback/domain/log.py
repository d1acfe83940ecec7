"""What a record looks like once it is in the log: keys instead of ids, keyed hashes instead of personal text.

The neutral schema from which a workspace makes its Parquet files and an engine its views.
"""

from __future__ import annotations

from enum import StrEnum

from answerback.domain.fields import FieldType, RecordType
from answerback.domain.records import key_column


class ColumnType(StrEnum):
    """Column types that every engine has."""

    BIGINT = "bigint"
    VARCHAR = "varchar"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"


_OF_FIELD = {
    FieldType.REF: ColumnType.BIGINT,
    FieldType.PERSONAL: ColumnType.BIGINT,
    FieldType.TEXT: ColumnType.VARCHAR,
    FieldType.CHOICE: ColumnType.VARCHAR,
    FieldType.INSTANT: ColumnType.TIMESTAMP,
    FieldType.INTEGER: ColumnType.BIGINT,
}

OWNED_RECORDS = frozenset({"reference", "participant"})
"""Records that may belong to one version of an event: `owner_hash` is that version's content hash, or null."""


def log_columns(record: RecordType) -> dict[str, ColumnType]:
    """The columns of a record type in the log, in order.

    >>> from answerback.domain.records import RECORDS
    >>> list(log_columns(RECORDS["absence"]))[:6]
    ['absence_key', 'source', 'version_at', 'recorded_at', 'deleted', 'content_hash']
    >>> log_columns(RECORDS["contact"])["email_key"].value, "name_key" in log_columns(RECORDS["contact"])
    ('bigint', False)
    """
    columns = {
        key_column(record): ColumnType.BIGINT,
        "source": ColumnType.VARCHAR,
        "version_at": ColumnType.TIMESTAMP,
        "recorded_at": ColumnType.TIMESTAMP,
        "deleted": ColumnType.BOOLEAN,
        "content_hash": ColumnType.BIGINT,
    }
    for each in record.fields:
        if each.type is not FieldType.PERSONAL or each.matched:
            columns[each.column] = _OF_FIELD[each.type]
    if record.name in OWNED_RECORDS:
        columns["owner_hash"] = ColumnType.BIGINT
    if record.name == "reference":
        columns["token_kind"] = ColumnType.VARCHAR
    return columns


def name_columns(record: RecordType) -> tuple[str, ...]:
    """The personal fields of a record type: kept in files of their own.

    >>> from answerback.domain.records import RECORDS
    >>> name_columns(RECORDS["contact"])
    ('name', 'email', 'title')
    """
    return tuple(each.name for each in record.fields if each.type is FieldType.PERSONAL)


def version_columns(record: RecordType) -> tuple[str, ...]:
    """The columns that tell one record from another; among rows equal in these the newest version wins.

    >>> from answerback.domain.records import RECORDS
    >>> version_columns(RECORDS["rep"]), version_columns(RECORDS["effort"])
    (('rep_key', 'valid_from'), ('effort_key',))
    """
    return (key_column(record), record.versioned_by) if record.versioned_by else (key_column(record),)
