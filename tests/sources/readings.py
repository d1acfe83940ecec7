"""A whole reading at once, in the form in which tests ask about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from answerback.domain.playbook import Playbook
from answerback.domain.reading import (
    Also,
    FullExtract,
    Item,
    Kept,
    NonEvent,
    Note,
    Reading,
    Reject,
    Source,
    Table,
)

EXPORTED_AT = datetime(2026, 3, 22, 6, 0, tzinfo=UTC)
OURS = Playbook.model_validate({"organisation": {"own_domains": ["lumen.example"]}})


@dataclass
class Loaded:
    """What came of a reading."""

    items: list[Item]
    records: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    kept: Counter[str] = field(default_factory=Counter)
    non_events: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    full: list[FullExtract] = field(default_factory=list)
    also: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def read(self) -> int:
        """Every item: kept, known non-events, rejects of rows."""
        rows = [reject for reject in self.rejects if reject.place.at > 0]
        return self.kept.total() + self.non_events.total() + len(rows)

    def of(self, record: str, source_id: str) -> dict[str, Any]:
        """The one record of that type and id."""
        (found,) = [each for each in self.records[record] if each["source_id"] == source_id]
        return found

    def reasons(self) -> Counter[tuple[str, str]]:
        """Reason and field of every reject."""
        return Counter((each.reason, each.field) for each in self.rejects)


def rows_of(table: Table) -> list[dict[str, Any]]:
    """A table's rows without their empty cells."""
    rows = pa.table(table.columns).to_pylist()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def take(items: list[Item]) -> Loaded:
    """Items sorted into what they are."""
    loaded = Loaded(items)
    for item in items:
        match item:
            case Table():
                rows = rows_of(item)
                loaded.records[item.type] += rows
                loaded.kept[item.file] += len(rows) if item.counted else 0
            case Kept():
                loaded.kept[item.place.file] += 1
                _add(loaded.records, item)
            case Also():
                _add(loaded.also, item)
            case NonEvent():
                loaded.non_events[item.kind] += item.count
            case _:
                _said(loaded, item)
    return loaded


def _said(loaded: Loaded, item: Item) -> None:
    match item:
        case Reject():
            loaded.rejects.append(item)
        case Note():
            loaded.notes.append(item)
        case FullExtract():
            loaded.full.append(item)


def _add(records: dict[str, list[dict[str, Any]]], item: Kept | Also) -> None:
    for record in item.records:
        records[record.type].append(dict(record.fields))


def load(
    source: Source,
    path: Path,
    *,
    playbook: Playbook = OURS,
    options: Mapping[str, str] | None = None,
    knows: Callable[[str, str], bool] = lambda _field, _text: True,
    mapping: Path | None = None,
) -> Loaded:
    """Everything that a source reads from a path."""
    reading = Reading(playbook, EXPORTED_AT, knows=knows, mapping=mapping, options=options or {})
    return take(list(source.read(path, reading)))
