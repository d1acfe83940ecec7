"""From what a source reads to the files of a batch: checked, keyed, counted and written as it streams by.

Whatever comes in is accounted for: `read = kept + non-events + rejects`. Memory is bounded: rows are held only until a
chunk is full, rejects go to their file as they come.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from answerback.domain.fields import RecordType
from answerback.domain.reading import (
    Also,
    FullExtract,
    Item,
    Kept,
    NonEvent,
    Note,
    Place,
    Progress,
    Record,
    Reject,
    Table,
)
from answerback.domain.records import RECORDS
from answerback.workspace.disk import OWNER_ONLY, checksum, room_on, sync_file
from answerback.workspace.entries import Entries, Repeats, Stamp, check_rows, make_entries, whole_seconds
from answerback.workspace.keys import Keys, writable
from answerback.workspace.suppression import NON_EVENT, Suppression, rows_left
from answerback.workspace.values import Fault, column_of

CHUNK_ITEMS = 8_192
CHUNK_ROWS = 131_072
MOST_NOTES = 1_000
"""Notes are told to a person and stand in the manifest; a source that has more to say says the same over and over."""
IDS = "ids.parquet"
"""The ids behind the keys of a batch, with a check of each: owner-only."""
REJECTS = pa.schema(
    [("file", pa.string()), ("at", pa.int64()), ("field", pa.string()), ("reason", pa.string()), ("hint", pa.string())]
)
_ENTITIES = frozenset({"rep", "account", "contact", "deal"})


@dataclass(slots=True)
class Counts:
    """How a reading ended, item by item."""

    kept: int = 0
    non_events: Counter[str] = field(default_factory=Counter)
    rejects: int = 0
    records: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """Every item that was read."""
        return self.kept + self.non_events.total() + self.rejects


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of a batch."""

    name: str
    rows: int
    checksum: str


_Checked = tuple[RecordType, dict[str, pa.Array], list[int]]
"""Checked columns of one record type, and for each row the number of its item."""


class _Writer:
    """A Parquet file that takes rows in chunks and writes them in row groups of a useful size."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._held: list[pa.Table] = []
        self._held_rows = 0
        self._file: pq.ParquetWriter | None = None

    def add(self, table: pa.Table) -> None:
        self._held.append(table)
        self._held_rows += table.num_rows
        if self._held_rows >= CHUNK_ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self._held:
            return
        table = pa.concat_tables(self._held)
        with room_on(self.path.parent):
            if self._file is None:
                os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
                self._file = pq.ParquetWriter(self.path, table.schema, **layout(table.schema))
            self._file.write_table(table)
        self.rows += table.num_rows
        self._held, self._held_rows = [], 0

    def close(self) -> WrittenFile | None:
        self._flush()
        if self._file is None:
            return None
        with room_on(self.path.parent):
            self._file.close()
            sync_file(self.path)
        return WrittenFile(self.path.name, self.rows, checksum(self.path))


class Intake:
    """Takes the items of one reading and writes the files of one batch into a folder that nobody reads yet."""

    def __init__(
        self,
        folder: Path,
        keys: Keys,
        stamp: Stamp,
        progress: Callable[[Progress], None],
        suppression: Suppression,
    ) -> None:
        self.counts = Counts()
        self.extents: dict[str, datetime] = {}
        self.notes: dict[Note, None] = {}
        self._folder = folder
        self._keys = keys
        self._stamp = stamp
        self._progress = progress
        self._suppression = suppression
        self._writers: dict[str, _Writer] = {}
        self._repeats = Repeats()
        self._items: list[Kept] = []
        self._also: list[Record] = []
        self._rejects: list[Reject] = []
        self._known: dict[str, set[int]] = {space: set() for space in _ENTITIES}
        self._said: set[tuple[str, object]] = set()

    def take(self, items: Iterable[Item]) -> None:
        """Takes every item of a reading. Raises what the source raises; NoRoomError where the disk is full."""
        for item in items:
            self._take(item)
        self._flush_items()
        if self.extents and self.counts.rejects:  # what could not be read is not what is gone
            self.extents.clear()
            self._note(Note("", "extract_not_full", hint="rows were rejected, so nothing absent was taken for gone"))
        for name in [each for each in self.extents if not self.counts.records[each]]:  # a header and nothing else
            del self.extents[name]
            self._note(Note("", "extract_not_full", name, "no row was read, so nothing absent was taken for gone"))

    def close(self) -> list[WrittenFile]:
        """Finishes all files and forces them to disk."""
        self._flush_rejects()
        written = [writer.close() for _, writer in sorted(self._writers.items())]
        return [each for each in written if each is not None]

    def _take(self, item: Item) -> None:
        match item:
            case Kept():
                self._items.append(item)
                if len(self._items) >= CHUNK_ITEMS:
                    self._flush_items()
            case Table():
                self._flush_items()
                self._take_table(item)
            case NonEvent():
                self.counts.non_events[item.kind] += item.count
            case Reject():
                self._reject(item)
            case Note():
                self._note(item)
            case Also():
                self._take_also(item)
            case FullExtract():
                at = whole_seconds(item.exported_at)
                self.extents[item.type] = min(at, self.extents.get(item.type, at))
            case Progress():
                self._progress(item)

    def _take_also(self, item: Also) -> None:
        for record in item.records:
            said = (record.type, tuple(sorted(record.fields.items(), key=lambda pair: pair[0])))
            if said not in self._said:
                if len(self._said) >= CHUNK_ROWS:
                    self._said.clear()
                self._said.add(said)
                self._also.append(record)
        if len(self._also) >= CHUNK_ITEMS:
            self._flush_also()

    def _note(self, note: Note) -> None:
        if len(self.notes) < MOST_NOTES:
            said = {name: self._told(text) for name, text in asdict(note).items()}
            self.notes[Note(**said)] = None

    def _told(self, text: str) -> str:
        """A text about a file, without the addresses of those who were forgotten."""
        return self._suppression.clean(writable(text), anywhere=True)

    def _reject(self, reject: Reject) -> None:
        self.counts.rejects += 1
        self._rejects.append(reject)
        if len(self._rejects) >= CHUNK_ITEMS:
            self._flush_rejects()

    def _flush_rejects(self) -> None:
        if self._rejects:
            some, self._rejects = self._rejects, []
            columns = {
                "file": column_of([self._told(each.place.file) for each in some]),
                "at": pa.array([each.place.at for each in some], pa.int64()),
                "field": column_of([each.field for each in some]),
                "reason": column_of([each.reason for each in some]),
                "hint": column_of([self._told(each.hint) for each in some]),
            }
            self._writer("rejects").add(pa.table(columns, schema=REJECTS))

    def _flush_items(self) -> None:
        items, self._items = self._items, []
        if items:
            checked, spoiled = self._check_items(items)
            for number, fault in spoiled.items():
                self._reject(Reject(items[number].place, fault.reason, fault.field, fault.hint))
            files = [item.place.file for item in items]
            left = [self._left(each, files) for each in checked] if self._suppression else checked
            forgotten = _owners(checked) - _owners(left) - spoiled.keys()
            self.counts.non_events.update({NON_EVENT: len(forgotten)} if forgotten else {})
            self.counts.kept += len(items) - len(spoiled) - len(forgotten)
            for record, columns, owners in left:
                self._keep_rows(record, columns, owners, spoiled, files)
        self._flush_also()

    def _check_items(self, items: list[Kept]) -> tuple[list[_Checked], dict[int, Fault]]:
        """Checked columns per record type with the item of each row, and the first fault of each spoiled item."""
        rows: dict[str, list[Record]] = {}
        owners: dict[str, list[int]] = {}
        for number, item in enumerate(items):
            for record in item.records:
                rows.setdefault(record.type, []).append(record)
                owners.setdefault(record.type, []).append(number)
        checked = []
        spoiled: dict[int, Fault] = {}
        for name, records in rows.items():
            columns, faults = check_rows(RECORDS[name], _table_of(records))
            for fault in faults:
                spoiled.setdefault(owners[name][fault.row], fault)
            checked.append((RECORDS[name], columns, owners[name]))
        return checked, dict(sorted(spoiled.items()))

    def _left(self, checked: _Checked, files: list[str]) -> _Checked:
        """Without the rows about people who were forgotten, and without them in the others."""
        record, columns, owners = checked
        columns, staying = self._take_out(record, columns, [files[owner] for owner in owners])
        return record, columns, [owners[row] for row in staying]

    def _take_out(
        self, record: RecordType, columns: dict[str, pa.Array], files: Sequence[str | None]
    ) -> tuple[dict[str, pa.Array], list[int]]:
        return rows_left(self._suppression, record, columns, files=files, stamp=self._stamp, repeats=self._repeats)

    def _keep_rows(
        self,
        record: RecordType,
        columns: dict[str, pa.Array],
        owners: list[int],
        spoiled: dict[int, Fault],
        files: list[str],
    ) -> None:
        """Rows whose items stand, file by file, because repeats are counted within a file."""
        by_file: dict[str, list[int]] = {}
        for row, owner in enumerate(owners):
            if owner not in spoiled:
                by_file.setdefault(files[owner], []).append(row)
        for file, chosen in by_file.items():
            self._write(record, {name: column.take(pa.array(chosen)) for name, column in columns.items()}, file)

    def _flush_also(self) -> None:
        records, self._also = self._also, []
        rows: dict[str, list[Record]] = {}
        for each in records:
            rows.setdefault(each.type, []).append(each)
        for name, some in rows.items():
            columns, faults = check_rows(RECORDS[name], _table_of(some))
            for fault in faults:
                self._note(Note("", fault.reason, f"{name}.{fault.field}", fault.hint))
            good = np.setdiff1d(np.arange(len(some)), [fault.row for fault in faults]).tolist()
            chosen = {key: column.take(pa.array(good, pa.int64())) for key, column in columns.items()}
            if self._suppression and len(good):
                chosen, good = self._take_out(RECORDS[name], chosen, [None] * len(good))
            if len(good):
                self._write(RECORDS[name], chosen, None)

    def _take_table(self, item: Table) -> None:
        record = RECORDS[item.type]
        table = pa.table(item.columns)
        if not table.num_rows:
            return
        columns, faults = check_rows(record, table)
        first = {fault.row: fault for fault in reversed(faults)}
        good = np.setdiff1d(np.arange(table.num_rows), list(first))
        places = _places(item, table.num_rows)
        for row, fault in sorted(first.items()):
            if item.counted:
                self._reject(Reject(Place(item.file, places[row]), fault.reason, fault.field, fault.hint))
            else:  # the item stands without this record, and is told so once
                self._note(Note(item.file, fault.reason, f"{record.name}.{fault.field}", fault.hint))
        chosen = columns if not first else {name: column.take(pa.array(good)) for name, column in columns.items()}
        left = len(good)
        if self._suppression and left:
            chosen, staying = self._take_out(record, chosen, [item.file] * left)
            if item.counted and len(staying) < left:
                self.counts.non_events[NON_EVENT] += left - len(staying)
            left = len(staying)
        self.counts.kept += left if item.counted else 0
        if left:
            self._write(record, chosen, item.file)

    def _write(self, record: RecordType, columns: dict[str, pa.Array], file: str | None) -> None:
        """Rows into the log. Without a file, rows without an id that say the same are one."""
        entries = make_entries(record, columns, file=file, keys=self._keys, stamp=self._stamp, repeats=self._repeats)
        self.counts.records[record.name] += entries.rows.num_rows
        self._writer(record.name).add(entries.rows)
        if entries.names is not None:
            self._writer(f"{record.name}.names").add(entries.names)
        self._write_ids(entries)
        for role, table in entries.tokens:
            self._write_tokens(record, role, table, file)

    def _write_tokens(self, record: RecordType, role: str, table: pa.Table, file: str | None) -> None:
        count = table.num_rows
        constant = {"event_type": record.name, "role": role}
        full = pa.table(
            {"event_id": table["event_id"], "token": table["token"]}
            | {name: pa.repeat(pa.scalar(value), count) for name, value in constant.items()}
        )
        reference = RECORDS["reference"]
        columns, _ = check_rows(reference, full)
        columns["owner_hash"] = table["owner_hash"].combine_chunks()
        self._write(reference, columns, file)

    def _write_ids(self, entries: Entries) -> None:
        for space, source, table in entries.ids:
            fresh = table
            if space in _ENTITIES:
                known = self._known[space]
                new = [row for row, key in enumerate(table["key"].to_pylist()) if key not in known]
                known.update(table["key"].take(pa.array(new, pa.int64())).to_pylist())
                fresh = table.take(pa.array(new, pa.int64()))
            fresh = self._suppression.unspoken(fresh)
            if fresh.num_rows:
                labels = {"space": space, "source": source}
                for name, value in labels.items():
                    fresh = fresh.append_column(name, pa.repeat(pa.scalar(value), fresh.num_rows))
                self._writer(IDS.removesuffix(".parquet")).add(fresh)

    def _writer(self, name: str) -> _Writer:
        if name not in self._writers:
            self._writers[name] = _Writer(self._folder / f"{name}.parquet")
        return self._writers[name]


def _owners(checked: Iterable[_Checked]) -> set[int]:
    return {owner for _, _, owners in checked for owner in owners}


def layout(schema: pa.Schema) -> dict[str, Any]:
    """How a file is packed: keys are random and packing them only costs time, words repeat and pack well."""
    keys = {each.name for each in schema if each.name.endswith(("_key", "_hash")) or each.name in ("key", "check")}
    ids = {"id"} & set(schema.names)
    return {
        "compression": {each.name: "none" if each.name in keys else "zstd" for each in schema},
        "use_dictionary": [each.name for each in schema if each.name not in keys | ids],
    }


def _table_of(records: list[Record]) -> pa.Table:
    names = sorted({name for record in records for name in record.fields})
    if not names:
        return pa.table({"source_id": pa.nulls(len(records), pa.string())})
    return pa.table({name: column_of([record.fields.get(name) for record in records]) for name in names})


def _places(item: Table, rows: int) -> list[int]:
    if item.rows is None:
        return list(range(item.first_row, item.first_row + rows))
    places: list[int] = pa.table(item.rows).column(0).to_pylist()
    return places
