"""Which version of each record stands, and what of that changed since an earlier build.

The log lies in the engine as `log_<record>`. A record's standing version is `standing_<record>` where events are
concerned, which a build cuts into blocks of months, and `current_<record>` elsewhere. What an earlier build knew is
asked by keys: only records that came with new batches are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from answerback.domain.log import log_columns
from answerback.domain.records import RECORDS, key_column
from answerback.engine.catalogue import PLACED_INPUTS
from answerback.engine.changes import keep_difference
from answerback.engine.current import current_columns, current_sql, several_sql
from answerback.engine.protocol import Engine
from answerback.workspace.home import Home
from answerback.workspace.log import BATCH, Batch, files_of, over_log

EVENTS = tuple(name.removeprefix("current_") for name in PLACED_INPUTS)
"""Records of events, and those that belong to an event."""
_EXTRACT = pa.schema([("record", pa.string()), ("source", pa.string()), ("exported_at", pa.timestamp("us"))])
_LISTED = pa.schema([("record", pa.string()), ("source", pa.string()), ("key", pa.int64())])

State = dict[str, list[Path]]
"""What one build leaves to the next: relations that no reader sees, by name."""


def open_log(engine: Engine, home: Home, batches: Sequence[Batch]) -> None:
    """The log as relations `log_<record>`, and the standing version of each record as `current_<record>`."""
    extents = _put_extents(engine, home, batches, "")
    for name, record in RECORDS.items():
        over_log(engine, f"log_{name}", files_of(home, batches, f"{name}.parquet"), log_columns(record))
        engine.view(f"current_{name}", current_sql(record, extents=name in extents))


@dataclass(slots=True)
class Standing:
    """The log of a build, beside what the build before knew of it."""

    engine: Engine
    home: Home
    batches: Sequence[Batch]
    known: frozenset[str]
    """The batches that the build before was made of; none where everything is made again."""
    state: State
    """What that build left."""

    def open(self) -> dict[str, bool]:
        """The log, and what stands of it, as relations; by input, whether anything of it is new."""
        old = [batch for batch in self.batches if batch.batch_id in self.known]
        new = [batch for batch in self.batches if batch.batch_id not in self.known]
        extents = _put_extents(self.engine, self.home, self.batches, "")
        before = _put_extents(self.engine, self.home, old, "was_")
        differs = {}
        for name, record in RECORDS.items():
            self._over(f"log_{name}", name, self.batches)
            extended = name in extents
            differs[f"current_{name}"] = not self.known or any(
                name in each.records or name in each.extents for each in new
            )
            if name not in EVENTS:
                self.engine.view(f"current_{name}", current_sql(record, extents=extended))
                continue
            if self.known:
                self._over(f"old_{name}", name, old)
                self._over(f"new_{name}", name, new)
            self._keep_several(name)
            sql = current_sql(record, extents=extended, several=f"several_{name}")
            self.engine.view(f"standing_{name}", sql)
            if self.known:
                self._keep_changed(name, extended, name in before)
        self._keep_shared()
        return differs

    def _over(self, relation: str, name: str, batches: Sequence[Batch]) -> None:
        over_log(self.engine, relation, files_of(self.home, batches, f"{name}.parquet"), log_columns(RECORDS[name]))

    def _keep_several(self, name: str) -> None:
        """`several_<record>`: keys with more than one version."""
        record, key = RECORDS[name], key_column(RECORDS[name])
        if not self.known:
            self.engine.make(f"several_{name}", several_sql(record, f"log_{name}"))
            return
        self.engine.over_files(f"was_several_{name}", self.state[f"several_{name}"])
        self.engine.make(
            f"several_{name}",
            f"select {key} from was_several_{name} union {several_sql(record, f'new_{name}')} "
            f"union select {key} from old_{name} where {key} in (select {key} from new_{name})",
        )

    def _keep_shared(self) -> None:
        """`shared_token`: message ids that several events bear, in any version."""
        wanted = "role = 'is' and token_kind = 'message'"
        if not self.known:
            named = f"select token_key, event_key from log_reference where {wanted}"
            before = ""
        else:
            self.engine.over_files("was_shared_token", self.state["shared_token"])
            new = f"select token_key from new_reference where {wanted}"
            named = f"select token_key, event_key from log_reference where {wanted} and token_key in ({new})"
            before = " union select token_key from was_shared_token"
        several = f"from ({named}) as named group by token_key having min(event_key) <> max(event_key)"
        self.engine.make("shared_token", f"select token_key {several}{before}")

    def _keep_changed(self, name: str, extended: bool, before: bool) -> None:
        """`changed_<record>`: the rows of which one version stood before and another, or none, does now."""
        record, key = RECORDS[name], key_column(RECORDS[name])
        named = "" if extended else f" where {key} in (select {key} from new_{name})"
        self.engine.view(f"_is_{name}", f"select * from log_{name}{named}")
        self.engine.view(f"_was_{name}", f"select * from old_{name}{named}")
        self.engine.view(f"_stands_{name}", current_sql(record, extents=extended, log=f"_is_{name}"))
        self.engine.view(f"_stood_{name}", current_sql(record, extents=before, log=f"_was_{name}", of="was_"))
        keep_difference(
            self.engine, f"changed_{name}", new=f"_stands_{name}", old=f"_stood_{name}", columns=_shown(name)
        )

    def touched_months(self) -> set[datetime]:
        """The months of all events that changed, or of which something changed: where they were and where they are.

        Reads `same_event` as it is and, as `was_same_event`, as it was.
        """
        keep_difference(self.engine, "changed_same_event", new="same_event", old="was_same_event")
        self.engine.make(
            "touched_event",
            "select effort_key as event_key from changed_effort union select action_key from changed_buyer_action "
            "union select event_key from changed_reference union select event_key from changed_participant "
            "union select event_key from changed_same_event",
        )
        standing = " union ".join(
            f"select canonical_key from {twins} where event_key in (select event_key from touched_event)"
            for twins in ("same_event", "was_same_event")
        )
        self.engine.make("touched_key", f"select event_key as key from touched_event union {standing}")
        months = self.engine.query(
            " union ".join(
                f"select date_trunc('month', occurred_at) as month from log_{name} "
                f"where occurred_at is not null and {key_column(RECORDS[name])} in (select key from touched_key)"
                for name in ("effort", "buyer_action")
            )
        )
        return set(months.column(0).to_pylist())


def _shown(name: str) -> list[str]:
    """What tells one version of a record of events from another: its words and when, and whose ids these words are.

    The same words loaded as another system's ids are about other people.
    """
    return [
        each for each in current_columns(RECORDS[name]) if each == "occurred_at" or each.endswith(("_key", "_hash"))
    ]


def _put_extents(engine: Engine, home: Home, batches: Sequence[Batch], of: str) -> set[str]:
    """What full extracts list, as relations; the records that there are any of."""
    latest = _latest_extents(batches)
    engine.put(f"{of}full_extract", _extent_table(latest))
    engine.put(f"{of}listed", _listed_table(home, batches, latest))
    return {record for record, _ in latest}


def _latest_extents(batches: Sequence[Batch]) -> dict[tuple[str, str], datetime]:
    """By record type and source: as of when the newest full extract speaks."""
    latest: dict[tuple[str, str], datetime] = {}
    for batch in batches:
        for record, exported_at in batch.extents.items():
            place = (record, batch.source)
            latest[place] = max(exported_at, latest.get(place, exported_at))
    return latest


def _extent_table(latest: dict[tuple[str, str], datetime]) -> pa.Table:
    rows = [(record, source, at.astimezone(UTC).replace(tzinfo=None)) for (record, source), at in latest.items()]
    return pa.Table.from_pylist([dict(zip(_EXTRACT.names, row, strict=True)) for row in rows], schema=_EXTRACT)


def _listed_table(home: Home, batches: Sequence[Batch], latest: dict[tuple[str, str], datetime]) -> pa.Table:
    """What the newest full extract lists, and whatever its source has named since: those records are there."""
    parts = [_LISTED.empty_table()]
    for (record, source), at in sorted(latest.items()):
        speaking = [
            each for each in batches if each.source == source and each.extents.get(record, each.exported_at) >= at
        ]
        for file in files_of(home, speaking, f"{record}.parquet"):
            only = pc.field(BATCH).isin(file.only) if file.only else None
            keys = pq.read_table(file.path, columns=[key_column(RECORDS[record])], filters=only).column(0).unique()
            labels = [pa.repeat(pa.scalar(label), len(keys)) for label in (record, source)]
            parts.append(pa.table([*labels, keys], schema=_LISTED))
    return pa.concat_tables(parts).group_by(_LISTED.names).aggregate([])
