"""The current version of every record: the SQL that picks it, made from the record's schema.

Among versions of a record the greatest (`version_at`, `content_hash`) wins, whatever the order of loading. A record
that a later full extract of its source does not list is gone. Almost every record has one version, so only keys that
occur twice are sorted.
"""

from __future__ import annotations

from answerback.domain.fields import RecordType
from answerback.domain.log import log_columns, version_columns

_NOT_CARRIED = ("deleted", "recorded_at")


def current_sql(record: RecordType, *, extents: bool) -> str:
    """A query for `current_<record>` over `log_<record>` (and `full_extract` and `listed`, where there are extents).

    >>> from answerback.domain.records import RECORDS
    >>> print(current_sql(RECORDS["absence"], extents=False))  # doctest: +ELLIPSIS
    -- One row per absence: its newest version, unless that says deleted.
    with several as (
        select absence_key from log_absence group by absence_key having count(*) > 1
    ),
    ...
    """
    table, key = f"log_{record.name}", version_columns(record)
    same = " and ".join(f"log.{name} is not distinct from several.{name}" for name in key)
    partition = ", ".join(f"log.{name}" for name in key)
    columns = ", ".join(f"newest.{name}" for name in log_columns(record) if name not in _NOT_CARRIED)
    return f"""\
-- One row per {record.name.replace("_", " ")}: its newest version, unless that says deleted.
with several as (
    select {", ".join(key)} from {table} group by {", ".join(key)} having count(*) > 1
),
newest as (
    select log.* from {table} as log anti join several on {same}
    union all
    select ranked.* exclude (place) from (
        select log.*, row_number() over (
            partition by {partition} order by log.version_at desc, log.content_hash desc
        ) as place
        from {table} as log semi join several on {same}
    ) as ranked
    where ranked.place = 1
)
select {columns}
from newest{_joined(record, key[0]) if extents else ""}
where not newest.deleted{_ABSENT if extents else ""}
"""


_ABSENT = """
  and (full_extract.source is null or newest.version_at >= full_extract.exported_at or listed.key is not null)"""


def _joined(record: RecordType, key: str) -> str:
    return f"""
left join full_extract on full_extract.record = '{record.name}' and full_extract.source = newest.source
left join listed
  on listed.record = '{record.name}' and listed.source = newest.source and listed.key = newest.{key}"""
