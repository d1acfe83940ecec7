"""The facts of a practice company as tables of the log, without a file: as loading its plain records would write them.

The same code checks, keys and hashes the rows as at a load, so with the same secret every key is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from answerback.domain.fields import RecordType
from answerback.domain.records import RECORDS
from answerback.simulate.exports.folder import Records
from answerback.simulate.facts import Facts
from answerback.sources.folder.headers import fields_of
from answerback.workspace.entries import Entries, Repeats, Stamp, check_rows, log_schema, make_entries
from answerback.workspace.keys import Keys

SOURCE = "folder"
IDS = pa.schema([("space", pa.string()), ("source", pa.string()), ("id", pa.string()), ("key", pa.int64())])


@dataclass
class Log:
    """What a load would have written."""

    rows: dict[str, list[pa.Table]] = field(default_factory=lambda: defaultdict(list))
    """By record."""
    names: dict[str, list[pa.Table]] = field(default_factory=lambda: defaultdict(list))
    """By record, the personal fields behind its keys."""
    ids: list[pa.Table] = field(default_factory=list)

    def table(self, record: str) -> pa.Table:
        """All rows of a record; none are a table without rows."""
        return pa.concat_tables(self.rows[record]) if record in self.rows else log_schema(RECORDS[record]).empty_table()


def log_of(facts: Facts, secret: bytes, more: Sequence[tuple[str, Sequence[Mapping[str, Any]]]] = ()) -> Log:
    """The log after one load of everything, exported when the story ends; with `more` records, by name.

    Raises ValueError where a fact would have been rejected.
    """
    log, keys, end = Log(), Keys(secret), datetime.fromtimestamp(facts.end, UTC)
    stamp, repeats = Stamp(SOURCE, SOURCE, end, end), Repeats()
    for name, rows in (*Records(facts).all(), *more):
        if rows:
            record = RECORDS[name]
            taken = make_entries(
                record, _checked(record, rows), file=f"{name}.csv", keys=keys, stamp=stamp, repeats=repeats
            )
            _keep(log, taken)
            for role, tokens in taken.tokens:
                reference = RECORDS["reference"]
                columns = _reference_columns(name, role, tokens)
                _keep(log, make_entries(reference, columns, file=name, keys=keys, stamp=stamp, repeats=repeats))
    return log


def _checked(record: RecordType, rows: Sequence[Mapping[str, Any]]) -> dict[str, pa.Array]:
    names = fields_of(record, list(rows[0])).names
    columns, faults = check_rows(record, pa.table({names[each]: [row[each] for row in rows] for each in names}))
    if faults:
        raise ValueError(f"{record.name}: {faults[0]}")
    return columns


def _reference_columns(name: str, role: str, tokens: pa.Table) -> dict[str, pa.Array]:
    said = {"event_type": name, "role": role}
    table = pa.table(
        {"event_id": tokens["event_id"], "token": tokens["token"]}
        | {column: pa.repeat(pa.scalar(value), tokens.num_rows) for column, value in said.items()}
    )
    columns, _ = check_rows(RECORDS["reference"], table)
    return columns | {"owner_hash": tokens["owner_hash"].combine_chunks()}


def _keep(log: Log, entries: Entries) -> None:
    log.rows[entries.record.name].append(entries.rows)
    if entries.names is not None:
        log.names[entries.record.name].append(entries.names)
    for space, source, table in entries.ids:
        labels = [pa.repeat(pa.scalar(each), table.num_rows) for each in (space, source)]
        log.ids.append(pa.table([*labels, table["id"], table["key"]], schema=IDS))
