"""Histories put in order: all rows of the columns that are used, sorted by what they belong to and when.

A history export comes in any order, and what changed can be told only beside the row before. Only rows that are
not set aside and only columns that are used are held, about a hundred bytes a row; deals are few beside activities.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.domain.reading import Item
from answerback.sources.crm.expressions import Expr
from answerback.sources.crm.frame import Frame, World
from answerback.sources.crm.rules import Object
from answerback.sources.crm.translate import set_aside

BATCH_ROWS: Final = 65_536


class _Probe(Frame):
    """An empty frame that remembers which columns it was asked for."""

    def __init__(self, world: World) -> None:
        super().__init__({}, pa.array([], pa.int64()), world)
        self.asked: set[str] = set()

    def text(self, name: str) -> pa.Array:
        self.asked.add(name)
        return super().text(name)


def columns_used(each: Object, world: World) -> frozenset[str]:
    """The plain names of all columns that an object's expressions read."""
    probe = _Probe(world)
    for expression in (each.row.key, each.row.version, each.row.deleted, *(each.order or ())):
        expression.of(probe)
    for _, condition in each.aside:
        condition.of(probe)
    for rule in each.rules:
        for expression in (rule.when, *rule.fields.values()):
            if expression is not None:
                expression.of(probe)
    return frozenset(probe.asked)


def in_order(each: Object, order: tuple[Expr, Expr], rows: Iterator[Frame | Item]) -> Iterator[Frame | Item]:
    """All rows by group and instant (ties by their place in the file), after all else that is to be said."""
    held: list[Frame] = []
    used: list[str] = []
    for item in rows:
        if not isinstance(item, Frame):
            yield item
            continue
        used = used or sorted(columns_used(each, item.world))
        aside, left = set_aside(each, item)
        yield from aside
        held.append(item.narrowed(used).take(np.nonzero(left)[0]))
    if not held:
        return
    world = held[0].world
    columns = {
        name: pa.concat_arrays([frame.text(name) for frame in held])
        for name in used
        if any(frame.has(name) for frame in held)
    }
    numbers = pa.concat_arrays([frame.numbers for frame in held])
    whole = Frame(columns, numbers, world)
    whole.headers = {name: header for frame in held for name, header in frame.headers.items()}
    group, moment = order
    keys = pa.table({"group": group.of(whole), "at": moment.of(whole), "row": numbers})
    in_turn = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.schema.names])
    yield from _slices(whole.take(in_turn.to_numpy().astype("int64")), group)


def _slices(frame: Frame, group: Expr) -> Iterator[Frame]:
    """The frame in parts of a batch's size that divide no group."""
    if not len(frame):
        return
    keys = group.of(frame)
    same = pc.fill_null(pc.equal(keys.slice(1), keys.slice(0, len(keys) - 1)), False)
    starts = np.concatenate(([0], np.flatnonzero(~same.to_numpy(zero_copy_only=False)) + 1, [len(frame)]))
    start = 0
    while start < len(frame):
        ends = starts[starts > start]
        within = ends[ends <= start + BATCH_ROWS]
        end = int(within[-1] if len(within) else ends[0])
        yield frame.take(np.arange(start, end))
        start = end
