"""The current version of every record: the SQL that picks it, made from the record's schema.

Among versions of a record the greatest (`version_at`, `content_hash`) wins, whatever the order of loading. A record
that a later full extract of its source does not list is gone. Almost every record has one version, so only keys that
occur twice are sorted.
"""

from __future__ import annotations

from answerback.domain.fields import FieldType, RecordType
from answerback.domain.log import ColumnType, log_columns, version_columns

_NOT_CARRIED = ("deleted", "recorded_at")


def current_columns(record: RecordType) -> dict[str, ColumnType]:
    """The columns of `current_<record>`, in order."""
    return {name: kind for name, kind in log_columns(record).items() if name not in _NOT_CARRIED}


def current_sql(record: RecordType, *, extents: bool, log: str = "", several: str = "", of: str = "") -> str:
    """A query for `current_<record>` over `log_<record>` (and `full_extract` and `listed`, where there are extents).

    Args:
        record: Whose versions.
        extents: Whether a full extract can have turned absence into a deletion.
        log: Another relation than `log_<record>`.
        several: A relation of the keys that occur more than once, where these are known.
        of: What stands before the names of `full_extract` and `listed`.

    >>> from answerback.domain.records import RECORDS
    >>> print(current_sql(RECORDS["absence"], extents=False))  # doctest: +ELLIPSIS
    -- One row per absence: its newest version, unless that says deleted.
    with several as (
        select absence_key from log_absence group by absence_key having count(*) > 1
    ),
    ...
    """
    table, key = log or f"log_{record.name}", version_columns(record)
    same = " and ".join(f"log.{name} is not distinct from several.{name}" for name in key)
    partition = ", ".join(f"log.{name}" for name in key)
    age = ", ".join(f"log.{name} desc" for name in ("version_at", "content_hash", *_named(record)))
    columns = ", ".join(f"newest.{name}" for name in current_columns(record))
    whole = ", ".join(f"log.{name}" for name in log_columns(record))
    known = f"select {', '.join(key)} from {several}" if several else several_sql(record, table)
    return f"""\
-- One row per {record.name.replace("_", " ")}: its newest version, unless that says deleted.
with several as (
    {known}
),
newest as (
    select {whole} from {table} as log anti join several on {same}
    union all
    select {whole.replace("log.", "ranked.")} from (
        select {whole}, row_number() over (
            partition by {partition} order by {age}
        ) as place
        from {table} as log semi join several on {same}
    ) as ranked
    where ranked.place = 1
)
select {columns}
from newest{_joined(record, key[0], of) if extents else ""}
where not newest.deleted{_ABSENT if extents else ""}
"""


def _named(record: RecordType) -> list[str]:
    """Keys that the same words may have been turned into, where two loads took them for ids of different systems."""
    return [each.column for each in record.fields if each.type is FieldType.REF]


def several_sql(record: RecordType, log: str) -> str:
    """A query for the keys that have more than one version."""
    key = ", ".join(version_columns(record))
    return f"select {key} from {log} group by {key} having count(*) > 1"


_ABSENT = """
  and (full_extract.source is null or newest.version_at >= full_extract.exported_at or listed.key is not null)"""


def _joined(record: RecordType, key: str, of: str) -> str:
    return f"""
left join {of}full_extract as full_extract
  on full_extract.record = '{record.name}' and full_extract.source = newest.source
left join {of}listed as listed
  on listed.record = '{record.name}' and listed.source = newest.source and listed.key = newest.{key}"""
