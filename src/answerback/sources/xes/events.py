"""Events of a log gathered as columns while its XML streams by.

Nearly all elements of a log are attributes right below an event, so that case is decided first and stores straight into
a column. An attribute that an event lacks, or states twice, is noticed by counting and put right at the event's end.
"""

from __future__ import annotations

from itertools import chain, pairwise
from typing import Final

import pyarrow as pa

from answerback.sources.tables.rows import Rows, checked_width

CASE: Final = "case:"

Attributes = dict[str, str]


class Events:
    """Finished events as columns, each trace's attributes with how many events it has."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.defaults: dict[str, Attributes] = {"event": {}, "trace": {}}
        self.columns: dict[str, list[str | None]] = {}
        self.count = 0
        """Events since the last batch."""
        self.given = 0
        """Attributes of the present event."""
        self._before = 0
        self._traces: list[tuple[Attributes, int]] = []
        """Each trace's attributes and the number of its first event in this batch."""
        self._case_columns: dict[str, None] = {}

    def trace(self) -> Attributes:
        """A new trace begins; its attributes, still to be filled in."""
        case: Attributes = {}
        self._traces.append((case, self.count))
        return case

    def column(self, name: str) -> list[str | None]:
        """The column of an attribute that no event has had so far."""
        checked_width(len(self.columns) + 1, self.file)
        self.columns[name] = column = [self.defaults["event"].get(name)] * self.count
        return column

    def put_right(self) -> None:
        """Make all columns as long as there are events: fill what this one lacks, keep the last of what it repeats."""
        for name, column in self.columns.items():
            if len(column) < self.count:
                column.append(self.defaults["event"].get(name))
            elif len(column) > self.count:
                column[self.count - 1 :] = [column[-1]]

    def rows(self) -> Rows:
        """The finished events, which are forgotten; the present trace, and an event that has only begun, go on."""
        first, count = self._before + 1, self.count
        for name in self.defaults["event"]:
            if name not in self.columns:
                self.column(name)
        batch = {name: pa.array(column[:count], pa.string()) for name, column in self.columns.items()}
        batch |= self._cases(count)
        for column in self.columns.values():
            del column[:count]
        self._before += count
        self._traces = [(self._traces[-1][0], 0)] if self._traces else []
        self.count = 0
        return Rows(pa.RecordBatch.from_pydict(batch), pa.array(range(first, first + count), pa.int64()))

    @property
    def before(self) -> int:
        """Events of earlier batches."""
        return self._before

    def _cases(self, count: int) -> dict[str, pa.Array]:
        """The attributes of its trace beside each event."""
        names = chain(self.defaults["trace"], *(case for case, _ in self._traces))
        self._case_columns.update(dict.fromkeys(names))
        checked_width(len(self.columns) + len(self._case_columns), self.file)
        firsts = [first for _, first in self._traces] + [count]
        lengths = [later - first for first, later in pairwise(firsts)]
        trace_of = pa.array(chain.from_iterable([number] * length for number, length in enumerate(lengths)), pa.int64())
        found: dict[str, pa.Array] = {}
        for name in self._case_columns:
            default = self.defaults["trace"].get(name)
            values = pa.array([case.get(name, default) for case, _ in self._traces], pa.string())
            found[CASE + name] = values.take(trace_of)
        return found
