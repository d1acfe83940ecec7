"""Checked rows of one record type into what the log keeps: keys, hashes, and the strings apart.

Every row gets its own key, a content hash (which decides between versions of equal age) and keys for all ids it names.
Token columns become `reference` rows that belong to this very version of the event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.domain.fields import Field, FieldType, RecordType
from answerback.domain.kinds import TOKEN_KINDS
from answerback.domain.log import OWNED_RECORDS, ColumnType, log_columns, name_columns
from answerback.domain.records import TOKEN_FIELDS, key_column
from answerback.workspace.keys import GLOBAL_SPACES, Keys
from answerback.workspace.values import INSTANT, Fault, checked, flags, unpacked

ARROW_TYPES = {
    ColumnType.BIGINT: pa.int64(),
    ColumnType.VARCHAR: pa.string(),
    ColumnType.TIMESTAMP: INSTANT,
    ColumnType.BOOLEAN: pa.bool_(),
}
COLLAPSING = frozenset({"reference", "participant", "coverage", "attribute", "assignment", "absence"})
"""Records of which two equal ones say no more than one."""
_CARRIED = (Field("source_id", FieldType.TEXT, ""), Field("version_at", FieldType.INSTANT, ""))
_TOKENS = tuple(Field(name, FieldType.TEXT, "") for name in TOKEN_FIELDS)
_NAMED = frozenset({"rep", "account", "contact", "deal", "event", "case", "promise", "token"})
"""Spaces whose ids are ever shown again, and so are kept."""
_SHARED = frozenset({"rep", "account", "contact", "deal"})
"""Spaces whose ids may be another system's. No others: a mail of two mailboxes has its token in each of them."""


def log_schema(record: RecordType) -> pa.Schema:
    """The Parquet schema of a record type in the log."""
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in log_columns(record).items()])


@dataclass(slots=True)
class Entries:
    """Rows of one record type, ready for the log."""

    record: RecordType
    rows: pa.Table
    """By `log_schema`."""
    names: pa.Table | None
    """Personal fields by own key, or None where the type has none."""
    ids: list[tuple[str, str, pa.Table]]
    """(space, source, table of key, check, id)."""
    tokens: list[tuple[str, pa.Table]] = field(default_factory=list)
    """(role, table of id, token, hash) still to become reference records."""


@dataclass(slots=True)
class Stamp:
    """What a load says of every row."""

    source: str
    ids_of: str
    recorded_at: datetime
    exported_at: datetime

    def speaker(self, space: str) -> str:
        """Whose ids a space holds: reps, accounts, contacts and deals may be another system's, all else is its own."""
        return self.ids_of if space in _SHARED else self.source


class Repeats:
    """Counts equal rows without an id within a file, so that real repeats survive and overlaps do not double."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], dict[int, int]] = {}

    def ordinals(self, record: str, file: str, hashes: list[int]) -> list[int]:
        """How many equal rows came before, for each row."""
        seen = self._seen.setdefault((record, file), {})
        result = []
        for each in hashes:
            result.append(seen.get(each, 0))
            seen[each] = result[-1] + 1
        return result


def check_rows(record: RecordType, table: pa.Table) -> tuple[dict[str, pa.Array], list[Fault]]:
    """Every field's column in its type, and all faults. `table` has columns by the names of the record's fields.

    A row that says `deleted` needs nothing but its id.
    """
    given = {name: unpacked(table.column(name)) for name in table.column_names}
    columns: dict[str, pa.Array] = {}
    faults: list[Fault] = []
    gone, bad = flags(given["deleted"]) if "deleted" in given else (pa.array(np.zeros(table.num_rows, bool)), None)
    excused = gone.to_numpy(zero_copy_only=False)
    for each in (*record.fields, *_CARRIED, *(_TOKENS if record.tokens else ())):
        columns[each.name], found = checked(each, given.get(each.name), table.num_rows, excused)
        faults += found
    columns["deleted"] = gone
    if bad is not None:
        faults += [Fault(int(row), "deleted", "not_allowed", "true or false") for row in np.flatnonzero(bad)]
        nameless = excused & ~columns["source_id"].is_valid().to_numpy(zero_copy_only=False)
        faults += [
            Fault(int(row), "source_id", "missing", "the id of what is gone") for row in np.flatnonzero(nameless)
        ]
    return columns, faults


def make_entries(
    record: RecordType, columns: Mapping[str, pa.Array], *, file: str | None, keys: Keys, stamp: Stamp, repeats: Repeats
) -> Entries:
    """Rows of the log from checked columns."""
    columns = settle(record, columns)
    count = len(columns["source_id"])
    hashes = keys.hash_rows(_canonical(record, columns))
    entries = Entries(record, pa.table({}), None, [])
    own_ids = columns["source_id"]
    speaker = stamp.speaker(record.space)
    if record.name in COLLAPSING:  # equal rows of one source without an id are one: their content is their key
        content = pa.array(hashes ^ keys.key("row", speaker, record.name))
        own_keys = pc.coalesce(_key(entries, keys, record.space, speaker, own_ids), content)
    else:
        own_ids = _own_ids(record, own_ids, hashes, file, repeats)
        own_keys = _key(entries, keys, record.space, speaker, own_ids)
    version = pc.fill_null(columns["version_at"], pa.scalar(_naive(stamp.exported_at), INSTANT))
    log: dict[str, pa.Array] = {
        key_column(record): own_keys,
        "source": pa.repeat(pa.scalar(stamp.source), count),
        "version_at": version,
        "recorded_at": pa.repeat(pa.scalar(_naive(stamp.recorded_at), INSTANT), count),
        "deleted": columns["deleted"],
        "content_hash": pa.array(hashes),
    }
    log |= _fields(entries, keys, stamp, columns)
    schema = log_schema(record)
    entries.rows = pa.table([log[name] for name in schema.names], schema=schema)
    personal = name_columns(record)
    if personal:
        base = {name: entries.rows.column(name) for name in (key_column(record), "version_at", "content_hash")}
        entries.names = pa.table(base | {name: columns[name] for name in personal})
    if record.tokens:
        entries.tokens = _token_rows(columns, own_ids, entries.rows.column("content_hash"))
    return entries


def _fields(entries: Entries, keys: Keys, stamp: Stamp, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """The record's own fields as columns of the log."""
    record = entries.record
    log: dict[str, pa.Array] = {}
    for each in record.fields:
        if each.type is FieldType.REF:
            log[each.column] = _keyed_reference(entries, keys, stamp, each, columns)
        elif each.type is not FieldType.PERSONAL:
            log[each.column] = columns[each.name]
        elif each.matched:
            log[each.column] = _key(entries, keys, each.name, "", pc.utf8_lower(columns[each.name]))
    if record.name in OWNED_RECORDS:
        log["owner_hash"] = columns.get("owner_hash", pa.nulls(len(columns["source_id"]), pa.int64()))
    if record.name == "reference":
        log["token_kind"] = _token_kind(columns["token"])
    return log


def settle(record: RecordType, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """A change of owner names reps: they become keys, not text. To do it twice changes nothing."""
    columns = dict(columns)
    if record.name != "deal_change":
        return columns
    is_owner = pc.equal(columns["field"], "owner")
    nothing = pa.scalar(None, pa.string())
    for side in ("old", "new"):
        named = pc.coalesce(columns[f"{side}_rep_id"], pc.if_else(is_owner, columns[side], nothing))
        columns[f"{side}_rep_id"] = named
        columns[side] = pc.if_else(is_owner, nothing, columns[side])
    return columns


def _canonical(record: RecordType, columns: Mapping[str, pa.Array]) -> list[bytes]:
    parts = [columns[each.name] for each in record.fields] + [columns["deleted"], columns["source_id"]]
    if record.tokens:
        parts += [columns[name] for name in TOKEN_FIELDS]
    if "owner_hash" in columns:
        parts.append(columns["owner_hash"])
    texts = [_as_text(part) for part in parts]
    joined = pc.binary_join_element_wise(*texts, "\x1f", null_handling="replace", null_replacement="\x1b0")
    rows: list[bytes] = pc.cast(joined, pa.binary()).to_pylist()
    return rows


def _own_ids(
    record: RecordType, given: pa.Array, hashes: NDArray[np.int64], file: str | None, repeats: Repeats
) -> pa.Array:
    if given.null_count == 0:
        return given
    absent = np.flatnonzero(~given.is_valid().to_numpy(zero_copy_only=False))
    own = [int(hashes[row]) for row in absent]
    ordinals = [0] * len(own) if file is None else repeats.ordinals(record.name, str(file), own)
    made = {int(row): _made_id(each, ordinal) for row, each, ordinal in zip(absent, own, ordinals, strict=True)}
    return pa.array([made.get(row, value) for row, value in enumerate(given.to_pylist())], pa.string())


def _made_id(content: int, ordinal: int) -> str:
    return f"row-{content & 0xFFFFFFFFFFFFFFFF:016x}" + (f"-{ordinal + 1}" if ordinal else "")


def ids_of_rows(
    record: RecordType, columns: Mapping[str, pa.Array], *, files: Sequence[str | None], keys: Keys, repeats: Repeats
) -> list[str | None]:
    """The own id of each row, for rows that lose something of their content before they are stored.

    A row without an id is known by its content as it was read: read again, it must be the same row. None where equal
    rows are one anyway.
    """
    given: list[str | None] = columns["source_id"].to_pylist()
    if record.name in COLLAPSING or None not in given:
        return given
    hashes = keys.hash_rows(_canonical(record, settle(record, columns))).tolist()
    return [
        own or _made_id(each, 0 if file is None else repeats.ordinals(record.name, file, [each])[0])
        for own, each, file in zip(given, hashes, files, strict=True)
    ]


def _keyed_reference(
    entries: Entries, keys: Keys, stamp: Stamp, ref: Field, columns: Mapping[str, pa.Array]
) -> pa.Array:
    ids = columns[ref.name]
    if ref.refers_to != "subject":
        return _key(entries, keys, ref.refers_to, stamp.speaker(ref.refers_to), ids)
    kinds = columns["subject_kind"]
    result = pa.nulls(len(ids), pa.int64())
    for kind in sorted(set(kinds.to_pylist()) - {None}):
        mine = pc.equal(kinds, kind)
        chosen = pc.if_else(mine, ids, pa.scalar(None, pa.string()))
        result = pc.coalesce(result, _key(entries, keys, kind, stamp.speaker(kind), chosen))
    return result


def _key(entries: Entries, keys: Keys, space: str, source: str, ids: pa.Array) -> pa.Array:
    keyed, table = keys.keyed(space, source, ids)
    told_by_the_event = space == "event" and entries.record.name in OWNED_RECORDS
    if space in _NAMED and not told_by_the_event:
        entries.ids.append((space, "" if space in GLOBAL_SPACES else source, table.filter(pc.is_valid(table["id"]))))
    return keyed


def _token_rows(
    columns: Mapping[str, pa.Array], own_ids: pa.Array, hashes: pa.ChunkedArray
) -> list[tuple[str, pa.Table]]:
    found = []
    owner = hashes.combine_chunks()
    for name, role in TOKEN_FIELDS.items():
        if columns[name].null_count == len(columns[name]):
            continue
        lists = pc.utf8_split_whitespace(columns[name])
        parents = pc.list_parent_indices(lists)
        tokens = pc.list_flatten(lists)
        table = pa.table({"event_id": own_ids.take(parents), "token": tokens, "owner_hash": owner.take(parents)})
        found.append((str(role), table))
    return found


def _token_kind(tokens: pa.Array) -> pa.Array:
    prefix = pc.struct_field(pc.extract_regex(tokens, r"^(?P<kind>[a-z]+):"), "kind")
    return pc.if_else(pc.is_in(prefix, pa.array(TOKEN_KINDS)), prefix, pa.scalar(None, pa.string()))


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        column = pc.cast(column, pa.int64())
    if not pa.types.is_string(column.type):
        return pc.cast(column, pa.string())
    # What separates fields must not occur in one, or two different rows could read the same.
    return pc.replace_substring(pc.replace_substring(column, "\x1b", "\x1b1"), "\x1f", "\x1b2")


def whole_seconds(instant: datetime) -> datetime:
    """An aware instant in UTC, cut to whole seconds as all of the log's are.

    >>> whole_seconds(datetime.fromisoformat("2026-03-01T09:30:00.75+02:00")).isoformat()
    '2026-03-01T07:30:00+00:00'
    """
    return instant.astimezone(UTC).replace(microsecond=0)


def _naive(instant: datetime) -> datetime:
    return whole_seconds(instant).replace(tzinfo=None)
