"""A mapping at work: rows of a foreign table in, items of the contract out, without a loop over rows on the good path.

A row is one item, whatever it becomes: several records (the first rule that fits counts it, the others come along), a
known non-event, or a reject. A row of which any record cannot be made is rejected as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.domain.fields import FieldType, RecordType
from answerback.domain.reading import Also, FullExtract, Item, NonEvent, Note, Place, Reading, Record, Reject, Table
from answerback.domain.records import RECORDS, TOKEN_FIELDS
from answerback.sources.mapping.binding import Binding, Columns, bind
from answerback.sources.mapping.conditions import chosen
from answerback.sources.mapping.language import MappingFile, RecordRule, Value
from answerback.sources.mapping.template import Template
from answerback.sources.mapping.values import Converted, Fault, Times, convert, instants, truths
from answerback.sources.tables import Header, Rows, TableItems

REJECT: Final = "reject"
_EVENTS: Final = frozenset({"effort", "buyer_action"})
_TYPED: Final = frozenset({FieldType.INSTANT, FieldType.INTEGER})
_MOST_IDS: Final = 500_000


@dataclass(slots=True)
class _Made:
    """The rows that one rule makes of a batch."""

    rule: RecordRule
    places: NDArray[np.int64]
    """Which rows of the batch."""
    columns: dict[str, pa.Array]


@dataclass(slots=True)
class Mapper:
    """Applies one mapping to one reading, file after file."""

    told: MappingFile
    reading: Reading
    used: bool = False
    """Whether any file had a rule."""
    _first: datetime | None = None
    _last: datetime | None = None
    _acted: bool = False
    """Whether any buyer action was kept."""
    _made: set[str] = field(default_factory=set)

    def items(self, table: TableItems, file: str) -> Iterator[Item]:
        """Everything that a file's rows become.

        Args:
            table: The file's header and rows.
            file: Its name, relative to what is loaded.

        Raises MappingError where the mapping names a column that the file does not have.
        """
        work: _File | None = None
        for item in table:
            if isinstance(item, Header):
                work = _File(self, bind(self.told, file, item), file)
                if not work.binding.records and not work.binding.skips:
                    yield Note(file, "not_in_mapping", hint="a [[record]] or [[skip]] whose file fits this name")
                    return
                self.used = True
            elif isinstance(item, Rows):
                assert work is not None  # noqa: S101 - the header comes first
                yield from work.rows(item)
            else:
                yield item
        if work is not None:
            yield from work.notes()

    def finish(self) -> Iterator[Item]:
        """What is said of the reading as a whole: full extracts and coverage."""
        mapping = self.told.mapping
        for name in mapping.full:
            if name in self._made:
                yield FullExtract(name, self.reading.exported_at)
        if self._first is None or self._last is None or not mapping.coverage.known:
            return
        if "coverage" not in mapping.model_fields_set and not self._acted:
            return  # nobody said so, and efforts alone say nothing of what buyers did
        until = self._last + timedelta(seconds=1)
        if mapping.coverage.until == "exported_at":
            until = max(until, self.reading.exported_at)
        span: dict[str, datetime] = {"from": self._first, "to": until}
        yield Also(tuple(Record("coverage", {"channel": name or None, **span}) for name in mapping.coverage.channel))

    def saw(self, made: _Made) -> None:
        """Remember which types there were, and from when to when."""
        self._made.add(made.rule.type)
        if made.rule.type not in _EVENTS or not len(made.places):
            return
        self._acted = self._acted or made.rule.type == "buyer_action"
        span = pc.min_max(made.columns["occurred_at"]).as_py()
        if span["min"] is not None:
            self._first = min(filter(None, (self._first, span["min"])))
            self._last = max(filter(None, (self._last, span["max"])))


class _File:
    """One file on its way through the mapping."""

    def __init__(self, mapper: Mapper, binding: Binding, file: str) -> None:
        self.binding = binding
        self._mapper = mapper
        self._file = file
        mapping = mapper.told.mapping
        self._otherwise = mapping.otherwise
        self._times = Times.of(mapping.read, mapper.reading.playbook.organisation.time_zone)
        self._seen: set[str] = set()
        self._unlisted: Counter[str] = Counter()
        self._ids: dict[int, set[str]] = {}

    def rows(self, rows: Rows) -> Iterator[Item]:
        """The items of one batch."""
        columns = Columns.of(rows, self.binding)
        self._seen.update(columns.batch.schema.names)
        numbers = rows.numbers.to_numpy()
        faults: dict[int, Fault] = {}
        made: list[_Made] = []
        masks = [_mask(chosen(rule, columns, self._times)) for rule in self.binding.records]
        for rule, mask in zip(self.binding.records, masks, strict=True):
            places = np.flatnonzero(mask)
            if len(places):
                made.append(self._make(rule, places, columns, faults))
        bad = np.zeros(len(numbers), bool)
        bad[list(faults)] = True
        for place in sorted(faults):
            fault = faults[place]
            yield Reject(Place(self._file, int(numbers[place])), fault.reason, fault.field, fault.hint)
        counted = np.zeros(len(numbers), bool)
        for each in made:
            yield from self._tables(each, bad, counted, numbers)
        yield from self._rest(columns, ~(bad | counted), numbers)

    def _make(self, rule: RecordRule, places: NDArray[np.int64], columns: Columns, faults: dict[int, Fault]) -> _Made:
        """The rule's fields for its rows; what is wrong is added to the faults of the batch."""
        record = RECORDS[rule.type]
        own = columns if len(places) == columns.rows else columns.taken(pa.array(places))
        found: dict[str, pa.Array] = {}
        for name, value in rule.fields.items():
            converted = field_values(record, name, value, own, self._times)
            for at in np.flatnonzero(converted.bad):
                faults.setdefault(int(places[at]), Fault(converted.reason, name, converted.hint))
            if value.unlisted == "note":
                strange = _mask(pc.invert(pc.is_in(converted.values, pa.array(list(value.values.values())))))
                self._unlisted[name] += int((strange & _mask(converted.values.is_valid())).sum())
            found["source_id" if name in rule.own_id else name] = converted.values
            if name in record.index and record.index[name].required:
                missing = ~_mask(converted.values.is_valid()) & ~converted.bad
                for at in np.flatnonzero(missing):
                    faults.setdefault(int(places[at]), Fault("missing", name, "a value"))
            if name in rule.own_id:
                for at in np.flatnonzero(~_mask(converted.values.is_valid())):
                    faults.setdefault(int(places[at]), Fault("missing", name, "an id"))
        return _Made(rule, places, found)

    def _tables(
        self, made: _Made, bad: NDArray[np.bool_], counted: NDArray[np.bool_], numbers: NDArray[np.int64]
    ) -> Iterator[Table]:
        """A rule's good rows: those that it counts, and those that come along."""
        good = ~bad[made.places]
        if made.rule.once:
            good &= self._new(made)
        kept = _Made(made.rule, made.places[good], {name: column.filter(good) for name, column in made.columns.items()})
        self._mapper.saw(kept)
        own = np.zeros(len(kept.places), bool) if made.rule.once else ~counted[kept.places]
        for mask, counts in ((own, True), (~own, False)):
            if mask.any():
                table = pa.table({name: column.filter(mask) for name, column in kept.columns.items()})
                rows = pa.table({"row": numbers[kept.places[mask]]})
                yield Table(made.rule.type, table, self._file, rows=rows, counted=counts)
        if not made.rule.once:
            counted[kept.places] = True

    def _new(self, made: _Made) -> NDArray[np.bool_]:
        """Which ids have not come before. Very many are forgotten: the log knows a repeated record by itself."""
        seen = self._ids.setdefault(id(made.rule), set())
        if len(seen) > _MOST_IDS:
            seen.clear()
        ids = made.columns["source_id"].dictionary_encode()
        fresh = np.array([text not in seen for text in ids.dictionary.to_pylist()], dtype=bool)
        seen.update(ids.dictionary.to_pylist())
        indices = np.asarray(pc.fill_null(ids.indices, -1))
        first = np.zeros(len(indices), bool)
        _, firsts = np.unique(indices, return_index=True)
        first[firsts] = True
        return first & (indices >= 0) & (fresh[indices] if len(fresh) else False)

    def _rest(self, columns: Columns, left: NDArray[np.bool_], numbers: NDArray[np.int64]) -> Iterator[Item]:
        """Rows that no record rule counted: known non-events, or what the mapping says of all others."""
        for skip in self.binding.skips:
            if not left.any():
                return
            mask = left & _mask(chosen(skip, columns, self._times))
            if mask.any():
                yield NonEvent(skip.kind, int(mask.sum()))
                left = left & ~mask
        if self._otherwise != REJECT:
            if left.any():
                yield NonEvent(self._otherwise, int(left.sum()))
            return
        for place in np.flatnonzero(left):
            yield Reject(
                Place(self._file, int(numbers[place])), "no_rule", "", "a row that some rule of the mapping fits"
            )

    def notes(self) -> Iterator[Note]:
        """Columns that the mapping names and an open table never had; words that it lists nowhere."""
        for name in sorted(self.binding.wanted - self._seen):
            if not self._aliased(name):
                yield Note(self._file, "column_never_seen", name, "a column that some row has")
        for name, rows in sorted(self._unlisted.items()):
            if rows:
                hint = f"{rows:,} rows have a word that the mapping does not list"
                yield Note(self._file, "unlisted_value", name, hint)

    def _aliased(self, name: str) -> bool:
        """Whether another column stood in for this one."""
        groups = [group for group in self.binding.aliases.values() if name in group]
        return any(self._seen & set(group) for group in groups)


def field_values(record: RecordType, name: str, value: Value, columns: Columns, times: Times) -> Converted:
    """One field of a record for some rows.

    Args:
        record: The record's type.
        name: The field, or `id`, `version_at`, `deleted` or a token column.
        value: What the mapping says of it.
        columns: The rows.
        times: How the file writes times and numbers.
    """
    if value.const is not None:
        values: pa.Array = pa.repeat(pa.scalar(value.const), columns.rows)
    elif value.template is not None:
        values = _filled(value.template, columns, token=name in TOKEN_FIELDS)
    else:
        kind = record.index.get(name)
        typed = name == "version_at" or (kind is not None and kind.type in _TYPED)
        values = columns.raw(*value.column) if typed else columns.text(*value.column)
    unlisted = np.zeros(columns.rows, bool)
    if value.values:
        values, unlisted = _translated(columns.text(*value.column) if value.column else values, value)
    if value.default is not None:
        values = pc.fill_null(
            values if pa.types.is_string(values.type) else pc.cast(values, pa.string()), value.default
        )
    if unlisted.any():
        return Converted(values, unlisted, "not_allowed", f"one of: {', '.join(value.values)}")
    if name in TOKEN_FIELDS:
        return Converted(_tokens(values, value.each), unlisted)
    if name == "version_at":
        return instants(values, times.told(value))
    if name == "deleted":
        return truths(values)
    return convert(record.index.get(name), values, value, times)


def _filled(template: str, columns: Columns, *, token: bool) -> pa.Array:
    parsed = Template.read(template)
    if not token:
        return parsed.fill(columns.text, columns.rows)
    # A blank would end the token, and a value that holds one is still one value.
    return parsed.fill(lambda name: pc.replace_substring_regex(columns.text(name), r"\s+", "_"), columns.rows)


def _tokens(values: pa.Array, each: str) -> pa.Array:
    """Tokens without angle brackets, separated by single blanks, each with its sort in front."""
    bare = pc.utf8_trim_whitespace(pc.replace_substring_regex(pc.cast(values, pa.string()), r"[<>\s]+", " "))
    bare = pc.replace_substring_regex(bare, r": ", ":")
    some = pc.if_else(pc.equal(bare, ""), pa.scalar(None, pa.string()), bare)
    return pc.replace_substring_regex(some, r"(^| )", rf"\1{each}") if each else some


def _translated(values: pa.StringArray, value: Value) -> tuple[pa.Array, NDArray[np.bool_]]:
    """The file's words as ours, and which are not listed although they must be."""
    theirs = pa.array(list(value.values), pa.string())
    ours = pa.array(list(value.values.values()), pa.string())
    at = pc.index_in(values, theirs)
    found = ours.take(at)
    found = pc.if_else(pc.equal(found, ""), pa.scalar(None, pa.string()), found)  # a word of theirs for nothing
    if value.unlisted in {"keep", "note"}:
        return pc.if_else(at.is_valid(), found, values), np.zeros(len(values), bool)
    unlisted = _mask(values.is_valid()) & ~_mask(at.is_valid())
    return found, unlisted if value.unlisted == "reject" else np.zeros(len(values), bool)


def _mask(values: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=bool)
