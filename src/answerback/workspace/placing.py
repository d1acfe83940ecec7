"""Puts events, and what belongs to an event, into the blocks of months that a build makes one at a time.

An event lies in the block in which it occurred; another record of the same event in the block of the one that stands
for both; a token or a participant in the block of its event. What speaks of an event that is not there lies nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from answerback.domain.log import ColumnType
from answerback.domain.records import RECORDS, key_column
from answerback.engine.blocks import Blocks
from answerback.engine.catalogue import columns_read
from answerback.engine.current import current_columns
from answerback.engine.literals import sql_instant
from answerback.engine.making import Files
from answerback.engine.protocol import Engine

_OF_EVENTS = {"effort": "effort", "buyer_action": "buyer_action"}
_BELONGING = ("reference", "participant")
_MONTHS = pa.schema([("month", pa.timestamp("us")), ("block", pa.int64())])


@dataclass(slots=True)
class Placing:
    """The events of a build, by block."""

    engine: Engine
    blocks: Blocks
    folder: Path

    def open(self, months: Iterable[datetime]) -> None:
        """Says in which block each month lies: `dated_<record>` are the standing events with their blocks.

        Call `join_twins` once it is known which events are one.
        """
        rows = [{"month": month, "block": self.blocks.of(month)} for month in sorted(months)]
        self.engine.put("block_of_month", pa.Table.from_pylist(rows, schema=_MONTHS))
        for name in _OF_EVENTS:
            self.engine.view(
                f"dated_{name}",
                f"select month.block, event.* from standing_{name} as event "
                "join block_of_month as month on month.month = date_trunc('month', event.occurred_at)",
            )

    def join_twins(self) -> None:
        """Reads `same_event`: in which block another record of an event lies."""
        self.engine.make(
            "twin_block",
            " union all ".join(
                f"select same.event_type, same.event_key, dated.block from same_event as same "
                f"join dated_{name} as dated on dated.{key_column(RECORDS[name])} = same.canonical_key "
                f"where same.event_type = '{kind}'"
                for name, kind in _OF_EVENTS.items()
            ),
        )

    def place(self, blocks: set[int]) -> Files:
        """The files of `current_<record>` for some blocks, of all four records that are placed."""
        placed: Files = {}
        for name in _OF_EVENTS:
            self.engine.view(f"placed_{name}", self._events_sql(name, blocks))
            placed[f"current_{name}"] = self._scatter(name, blocks)
        self._keep_places(placed)
        for name in _BELONGING:
            columns = _columns(name, "belonging")
            self.engine.view(
                f"placed_{name}",
                f"select {columns}, place.block from standing_{name} as belonging "
                "join placed_event as place on place.event_key = belonging.event_key",
            )
            placed[f"current_{name}"] = self._scatter(name, blocks)
        self.engine.drop("placed_event")
        return placed

    def _events_sql(self, name: str, blocks: set[int]) -> str:
        key, kind, columns = key_column(RECORDS[name]), _OF_EVENTS[name], _columns(name, "event")
        start, end = (sql_instant(at) for at in (self.blocks.span(min(blocks))[0], self.blocks.span(max(blocks))[1]))
        wanted = f"block in ({', '.join(map(str, sorted(blocks)))})"
        return (
            f"select {columns}, event.block from dated_{name} as event "
            f"anti join same_event as same on same.event_key = event.{key} and same.event_type = '{kind}' "
            f"where event.{wanted} and event.occurred_at >= {start} and event.occurred_at < {end} "
            f"union all select {columns}, twin.block from standing_{name} as event "
            f"join twin_block as twin on twin.event_key = event.{key} and twin.event_type = '{kind}' "
            f"where twin.{wanted}"
        )

    def _scatter(self, name: str, blocks: set[int]) -> dict[int, list[Path]]:
        folder = self.folder / f"placed-{name}-{min(blocks)}"
        return self.engine.scatter(f"placed_{name}", "block", folder)

    def _keep_places(self, placed: Files) -> None:
        """`placed_event`: in which block each event lies.

        An effort and an act may share a key. What is said of both is then placed with each, twice if they lie in one
        block: relations count it once.
        """
        said = []
        for name in _OF_EVENTS:
            for block, paths in placed[f"current_{name}"].items():
                self.engine.over_files(f"placed_{name}_{block}", paths)
                key = key_column(RECORDS[name])
                said.append(f"select {key} as event_key, cast({block} as bigint) as block from placed_{name}_{block}")
        nothing = "select cast(null as bigint) as event_key, cast(null as bigint) as block where false"
        self.engine.make("placed_event", " union all ".join([*said, nothing]))


def placed_columns(name: str) -> dict[str, ColumnType]:
    """The columns of a placed input: those of the record that some relation reads."""
    read = columns_read(f"current_{name}")
    return {column: kind for column, kind in current_columns(RECORDS[name]).items() if column in read}


def _columns(name: str, of: str) -> str:
    return ", ".join(f"{of}.{column}" for column in placed_columns(name))
