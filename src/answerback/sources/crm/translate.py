"""One batch of rows into items: every row is counted once, however many records it becomes.

A row is set aside (a known non-event), claimed by one or more rules, or not used. A claimed row with anything in it
that cannot be read, or without something that a record must have, is rejected whole: all its records enter, or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.domain.fields import FieldType
from answerback.domain.reading import Item, NonEvent, Note, Place, Reject, Table
from answerback.domain.records import RECORDS
from answerback.sources.crm import values
from answerback.sources.crm.frame import MOST_REMEMBERED, Frame
from answerback.sources.crm.rules import Object, Rule

Mask = NDArray[np.bool_]
Made = Mapping[str, Any]
"""The columns of one rule's records, a value for every row of the batch."""

HINTS: Final = {
    "bad_time": "a time in ISO 8601, or milliseconds since 1970",
    "bad_number": "a plain number with a decimal point",
}


@dataclass(slots=True)
class Tally:
    """What is learnt of a whole folder while its rows go by."""

    first_seen: dict[str, datetime] = field(default_factory=dict)
    """Channel to the first instant of an event on it."""
    proved: set[str] = field(default_factory=set)
    """Channels on which the buyer's side was seen."""
    newest: datetime | None = None
    """The newest stamp of any row."""
    last_seen: datetime | None = None
    """The last instant of an event on any channel."""
    types: set[str] = field(default_factory=set)
    """Record types that were handed over."""
    told: dict[int, set[str]] = field(default_factory=dict)
    """By rule, the parts that have become a record which need not be told twice."""
    masked: dict[tuple[str, str], int] = field(default_factory=dict)
    """File and field to the number of values that were digests."""

    def first_told(self, rule: Rule, parts: pa.Array, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
        """Of some places, those whose part this rule has not told before (or long before: memory is bounded)."""
        told = self.told.setdefault(id(rule), set())
        if len(told) >= MOST_REMEMBERED:
            told.clear()
        codes = pc.dictionary_encode(parts.take(pa.array(chosen)))
        firsts = np.unique(codes.indices.to_numpy(), return_index=True)[1]
        new = [place for place, part in zip(firsts, codes.dictionary.to_pylist(), strict=True) if part not in told]
        told.update(codes.dictionary.to_pylist())
        return chosen[np.sort(np.asarray(new, dtype=np.int64))]

    def notes(self, file: str) -> Iterator[Note]:
        """What is to be said of a file once it has been read."""
        for (name, column), count in self.masked.items():
            if name == file:
                yield Note(file, "masked", column, f"{count:,} values are digests and were left out; export them plain")

    def stamp(self, newest: datetime | None) -> None:
        """A row was modified then."""
        if newest is not None and (self.newest is None or newest > self.newest):
            self.newest = newest

    def seen(self, channel: str, first: datetime, last: datetime, *, proved: bool) -> None:
        """Events on a channel, and whether they show that the buyer's side is recorded."""
        self.last_seen = max(last, self.last_seen or last)
        self.first_seen[channel] = min(first, self.first_seen.get(channel, first))
        if proved:
            self.proved.add(channel)


def set_aside(each: Object, frame: Frame) -> tuple[list[NonEvent], Mask]:
    """The rows that are understood and are no record, counted by kind, and which rows are left."""
    left = np.ones(len(frame), dtype=bool)
    counted: list[NonEvent] = []
    for kind, condition in each.aside:
        hit = left & _mask(condition.of(frame))
        left &= ~hit
        if hit.any():
            counted.append(NonEvent(kind, int(hit.sum())))
    return counted, left


def translate(each: Object, frame: Frame, file: str, tally: Tally) -> Iterator[Item]:
    """The items of a batch of one object's rows."""
    return _Batch(each, frame, file, tally).items()


class _Batch:
    """A batch on its way from rows to items."""

    def __init__(self, each: Object, frame: Frame, file: str, tally: Tally) -> None:
        self._object = each
        self._frame = frame
        self._file = file
        self._tally = tally

    def items(self) -> Iterator[Item]:
        """Non-events, then rejects, then tables."""
        aside, left = set_aside(self._object, self._frame)
        yield from aside
        holds = [left & self._when(rule) for rule in self._object.rules]
        claimed = np.zeros(len(self._frame), dtype=bool)
        for rule, hold in zip(self._object.rules, holds, strict=True):
            if rule.each is None:
                claimed |= hold
        unused = int((left & ~claimed).sum())
        if unused:
            yield NonEvent(self._object.otherwise, unused)
        row = self._object.row
        stamps = {"source_id": row.key, "version_at": row.version, "deleted": row.deleted}
        carried = {name: part.of(self._frame) for name, part in stamps.items()}
        made = [None if rule.each else carried | _columns(rule, self._frame) for rule in self._object.rules]
        good = claimed.copy()
        for place, reject in self._rejects(carried["source_id"], made, holds, claimed):
            good[place] = False
            yield reject
        self._tally.stamp(pc.max(carried["version_at"].filter(pa.array(good))).as_py())
        yield from self._tables(made, holds, good)

    def _when(self, rule: Rule) -> Mask:
        return np.ones(len(self._frame), dtype=bool) if rule.when is None else _mask(rule.when.of(self._frame))

    def _rejects(
        self, key: pa.Array, made: Sequence[Made | None], holds: Sequence[Mask], claimed: Mask
    ) -> Iterator[tuple[int, Reject]]:
        """One reject for each claimed row that cannot be kept, with the row's place in the batch."""
        found: dict[int, tuple[str, str, str]] = {}
        for (column, reason), bad in self._frame.unread.items():
            for row in np.flatnonzero(_mask(bad) & claimed).tolist():
                found.setdefault(row, (reason, self._frame.header(column), HINTS[reason]))
        missing = [(claimed, "source_id", key)]
        for rule, hold, columns in zip(self._object.rules, holds, made, strict=True):
            missing += [(hold, name, columns[name]) for name in columns or () if columns and _required(rule, name)]
        for hold, name, column in missing:
            for row in np.flatnonzero(hold & _mask(pc.is_null(column))).tolist():
                found.setdefault(row, ("missing", name, ""))
        for row in sorted(found):
            reason, name, hint = found[row]
            yield row, Reject(Place(self._file, self._frame.numbers[row].as_py()), reason, name, hint)

    def _tables(self, made: Sequence[Made | None], holds: Sequence[Mask], good: Mask) -> Iterator[Table]:
        """The records of the good rows; a row is counted with the first record that it becomes."""
        uncounted = good.copy()
        for rule, hold, columns in zip(self._object.rules, holds, made, strict=True):
            wanted = good & hold
            if not wanted.any():
                continue
            self._tally.types.add(rule.record)
            if columns is None:
                yield from self._listed(rule, wanted)
                continue
            self._see(rule, columns, wanted)
            for rows, counted in ((wanted & uncounted, True), (wanted & ~uncounted, False)):
                if rows.any():
                    yield self._table(rule, columns, self._frame.numbers, rows, counted=counted)
            uncounted &= ~wanted

    def _listed(self, rule: Rule, wanted: Mask) -> Iterator[Table]:
        """The further records of a rule that has one for each part of a cell, without those that lack something."""
        if rule.each is None:
            return
        rows, parts = rule.each.of(self._frame)
        chosen = np.flatnonzero(wanted[rows])
        if rule.once:
            chosen = self._tally.first_told(rule, parts, chosen)
        if not len(chosen):
            return
        repeated = self._frame.take(rows[chosen], parts.take(pa.array(chosen)))
        row = self._object.row
        made = {"version_at": row.version.of(repeated), "deleted": row.deleted.of(repeated)} | _columns(rule, repeated)
        whole = np.ones(len(repeated), dtype=bool)
        for name, column in made.items():
            if _required(rule, name):
                whole &= _mask(pc.is_valid(column))
        if rule.once:
            first = np.zeros(len(repeated), dtype=bool)
            names = made["source_id"].to_numpy(zero_copy_only=False).astype(str)
            first[np.unique(names, return_index=True)[1]] = True
            whole &= first
        if whole.any():
            yield self._table(rule, made, repeated.numbers, whole, counted=False)

    def _table(self, rule: Rule, made: Made, numbers: pa.Array, rows: Mask, *, counted: bool) -> Table:
        chosen = pa.array(rows)
        columns: dict[str, Any] = {}
        for name, column in made.items():
            kept = column.filter(chosen)
            one = RECORDS[rule.record].index.get(name)
            if one is not None and one.type is FieldType.PERSONAL:
                kept = self._unmasked(kept, one.name)
            if kept.null_count < len(kept) or _required(rule, name):
                columns[name] = kept
        places = pa.table({"row": numbers.filter(chosen)})
        return Table(rule.record, pa.table(columns), self._file, rows=places, counted=counted)

    def _unmasked(self, column: pa.Array, name: str) -> pa.Array:
        """A column of personal text without the digests that stand in some exports for what they hide."""
        masked = values.masks(column)
        count = pc.sum(masked).as_py() or 0
        if not count:
            return column
        self._tally.masked[self._file, name] = self._tally.masked.get((self._file, name), 0) + count
        return pc.if_else(masked, pa.scalar(None, pa.string()), column)

    def _see(self, rule: Rule, made: Made, rows: Mask) -> None:
        if rule.channel:
            chosen = pa.array(rows)
            captured = pc.any(pc.equal(made["evidence"].filter(chosen), "captured")).as_py()
            span = pc.min_max(made["occurred_at"].filter(chosen)).as_py()
            self._tally.seen(rule.channel, span["min"], span["max"], proved=rule.proves and bool(captured))


def _columns(rule: Rule, frame: Frame) -> dict[str, Any]:
    return {name: expression.of(frame) for name, expression in rule.fields.items()}


def _required(rule: Rule, name: str) -> bool:
    one = RECORDS[rule.record].index.get(name)
    return one is not None and one.required


def _mask(column: pa.Array) -> Mask:
    mask: Mask = column.to_numpy(zero_copy_only=False).astype(bool)
    return mask
