"""One batch of rows into items: every row is counted once, whatever number of records it becomes.

A row is set aside (a known non-event), claimed by one or more rules, or not used. A claimed row with anything in it that
cannot be read, or without something that a record must have, is rejected whole: all of its records enter, or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.domain.reading import Item, NonEvent, Note, Place, Reject, Table
from answerback.domain.records import RECORDS, FieldType
from answerback.sources.crm import values
from answerback.sources.crm.frame import Frame
from answerback.sources.crm.rules import Object, Rule

Mask = NDArray[np.bool_]

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
    types: set[str] = field(default_factory=set)
    """Record types that were handed over."""
    masked: dict[tuple[str, str], int] = field(default_factory=dict)
    """File and field to the number of values that were digests."""

    def notes(self, file: str) -> Iterator[Note]:
        """What is to be said of a file once it has been read."""
        for (name, column), count in self.masked.items():
            if name == file:
                yield Note(file, "masked", column, f"{count:,} values are digests and were left out; export them plain")


def translate(each: Object, frame: Frame, file: str, tally: Tally) -> Iterator[Item]:
    """The items of a batch of one object's rows."""
    aside, left = set_aside(each, frame)
    yield from aside
    holds = {index: left & _when(rule, frame) for index, rule in enumerate(each.rules)}
    claimed = np.zeros(len(frame), dtype=bool)
    for index, rule in enumerate(each.rules):
        if rule.each is None:
            claimed |= holds[index]
    unused = left & ~claimed
    if unused.any():
        yield NonEvent(each.otherwise, int(unused.sum()))
    key, version, deleted = each.key.of(frame), each.version.of(frame), each.deleted.of(frame)
    carried = {"source_id": key, "version_at": version, "deleted": deleted}
    made = {
        index: {**carried, **_columns(rule, frame)} for index, rule in enumerate(each.rules) if rule.each is None
    }
    good = claimed.copy()
    for reject, row in _rejects(each, frame, file, made, holds, claimed):
        good[row] = False
        yield reject
    _note_stamps(tally, version, good)
    yield from _tables(each, frame, file, tally, made, holds, good)


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


def _tables(
    each: Object,
    frame: Frame,
    file: str,
    tally: Tally,
    made: Mapping[int, dict[str, Any]],
    holds: Mapping[int, Mask],
    good: Mask,
) -> Iterator[Table]:
    uncounted = good.copy()
    for index, rule in enumerate(each.rules):
        wanted = good & holds[index]
        if not wanted.any():
            continue
        tally.types.add(rule.record)
        if rule.each is not None:
            yield from _listed(each, rule, frame.take(np.nonzero(wanted)[0]), file, tally)
            continue
        _note_channel(tally, rule, made[index], wanted)
        for rows, counted in ((wanted & uncounted, True), (wanted & ~uncounted, False)):
            if rows.any():
                yield _table(rule.record, made[index], frame.numbers, rows, file, tally, counted=counted)
        uncounted &= ~wanted


def _listed(each: Object, rule: Rule, frame: Frame, file: str, tally: Tally) -> Iterator[Table]:
    """The further records of a rule that has one for each part of a cell; those that lack something are left out."""
    assert rule.each is not None
    rows, items = rule.each.of(frame)
    if not len(rows):
        return
    repeated = frame.take(rows, items)
    made = {"version_at": each.version.of(repeated), "deleted": each.deleted.of(repeated), **_columns(rule, repeated)}
    whole = np.ones(len(repeated), dtype=bool)
    for name, column in made.items():
        if _required(rule.record, name):
            whole &= _mask(pc.is_valid(column))
    if whole.any():
        yield _table(rule.record, made, repeated.numbers, whole, file, tally, counted=False)


def _table(
    record: str, made: Mapping[str, Any], numbers: pa.Array, rows: Mask, file: str, tally: Tally, *, counted: bool
) -> Table:
    chosen = pa.array(rows)
    columns: dict[str, Any] = {}
    for name, column in made.items():
        kept = column.filter(chosen)
        one = RECORDS[record].index.get(name)
        if one is not None and one.type is FieldType.PERSONAL:
            kept = _unmasked(kept, file, one.name, tally)
        if kept.null_count < len(kept) or _required(record, name):
            columns[name] = kept
    places = numbers.filter(chosen)
    return Table(record, pa.table(columns), file, rows=pa.table({"row": places}), counted=counted)


def _unmasked(column: pa.Array, file: str, name: str, tally: Tally) -> pa.Array:
    """A column of personal text without the digests that stand in some exports for what they hide."""
    masked = values.masks(column)
    count = pc.sum(masked).as_py() or 0
    if not count:
        return column
    tally.masked[file, name] = tally.masked.get((file, name), 0) + count
    return pc.if_else(masked, pa.scalar(None, pa.string()), column)


def _columns(rule: Rule, frame: Frame) -> dict[str, Any]:
    return {name: expression.of(frame) for name, expression in rule.fields.items()}


def _rejects(
    each: Object,
    frame: Frame,
    file: str,
    made: Mapping[int, Mapping[str, Any]],
    holds: Mapping[int, Mask],
    claimed: Mask,
) -> Iterator[tuple[Reject, int]]:
    """One reject for each claimed row that cannot be kept, with the row's place in the batch."""
    found: dict[int, tuple[str, str, str]] = {}
    for (column, reason), bad in frame.unread.items():
        for row in np.nonzero(_mask(bad) & claimed)[0]:
            found.setdefault(int(row), (reason, frame.header(column), HINTS[reason]))
    _add_missing(found, _mask(pc.is_null(each.key.of(frame))) & claimed, "source_id")
    for index, rule in enumerate(each.rules):
        for name, column in made.get(index, {}).items():
            if _required(rule.record, name):
                _add_missing(found, _mask(pc.is_null(column)) & holds[index], name)
    for row in sorted(found):
        reason, column, hint = found[row]
        yield Reject(Place(file, frame.numbers[row].as_py()), reason, column, hint), row


def _add_missing(found: dict[int, tuple[str, str, str]], missing: Mask, name: str) -> None:
    for row in np.nonzero(missing)[0]:
        found.setdefault(int(row), ("missing", name, ""))


def _required(record: str, name: str) -> bool:
    one = RECORDS[record].index.get(name)
    return one is not None and one.required


def _when(rule: Rule, frame: Frame) -> Mask:
    return np.ones(len(frame), dtype=bool) if rule.when is None else _mask(rule.when.of(frame))


def _mask(column: pa.Array) -> Mask:
    mask: Mask = column.to_numpy(zero_copy_only=False).astype(bool)
    return mask


def _note_stamps(tally: Tally, version: pa.Array, good: Mask) -> None:
    newest = pc.max(version.filter(pa.array(good))).as_py()
    if newest is not None and (tally.newest is None or newest > tally.newest):
        tally.newest = newest


def _note_channel(tally: Tally, rule: Rule, made: Mapping[str, Any], rows: Mask) -> None:
    if not rule.channel:
        return
    first = pc.min(made["occurred_at"].filter(pa.array(rows))).as_py()
    tally.first_seen[rule.channel] = min(first, tally.first_seen.get(rule.channel, first))
    if rule.proves and pc.any(pc.equal(made["evidence"].filter(pa.array(rows)), "captured")).as_py():
        tally.proved.add(rule.channel)
