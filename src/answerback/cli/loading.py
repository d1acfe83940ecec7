"""`answerback load`, `sources` and `inspect`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from answerback.cli.output import put
from answerback.cli.progress import progress
from answerback.cli.settings import Format, Settings
from answerback.domain.errors import Exit, UsageError
from answerback.sources.registry import NAMES, by_name
from answerback.workspace.batches import Batch


def load_path(
    settings: Settings,
    path: Path,
    source: str,
    mapping: Path | None,
    *,
    ids_of: str,
    exported_at: datetime | None,
    options: dict[str, str],
    strict: bool,
) -> int:
    """Loads, and says how every item ended."""
    workspace = settings.workspace()
    with progress(settings, f"Loading {path.name}") as advance:
        batch = workspace.load(
            path,
            source=source,
            mapping=mapping,
            ids_of=ids_of,
            exported_at=exported_at,
            options=options,
            progress=lambda step: advance("", step.done, step.total),
        )
    if settings.format is Format.TABLE:
        _tell(batch)
    else:
        put(settings, pa.Table.from_pylist([_row(batch)]))
    return Exit.PARTLY if strict and batch.rejects else Exit.OK


def _row(batch: Batch) -> dict[str, object]:
    return {
        "batch_id": batch.batch_id,
        "source": batch.source,
        "kind": batch.source_kind,
        "path": batch.path,
        "new": batch.new,
        "read": batch.read,
        "kept": batch.kept,
        "non_events": sum(batch.non_events.values()),
        "rejects": batch.rejects,
        "records": [{"record": name, "rows": rows} for name, rows in batch.records.items()],
        "non_event_kinds": [{"kind": name, "items": items} for name, items in batch.non_events.items()],
    }


def _tell(batch: Batch) -> None:
    if not batch.new:
        print(f"{batch.path} had been loaded already as batch {batch.batch_id}: nothing changed.")
        return
    print(f"Read {batch.read:,} items from {batch.path} as {batch.source_kind} (batch {batch.batch_id}):")
    print(f"  {batch.kept:,} kept", end="")
    records = ", ".join(f"{rows:,} {name}" for name, rows in batch.records.items())
    print(f" as records: {records}" if records else "")
    if batch.non_events:
        kinds = ", ".join(f"{items:,} {name}" for name, items in batch.non_events.items())
        print(f"  {sum(batch.non_events.values()):,} known and no event: {kinds}")
    print(f"  {batch.rejects:,} rejected" + ("; to see them: answerback show rejects" if batch.rejects else ""))
    for note in batch.notes[:20]:
        field = f" {note.field}" if note.field else ""
        print(f"  note: {note.file}: {note.reason}{field}" + (f" ({note.hint})" if note.hint else ""))
    if len(batch.notes) > 20:
        print(f"  … and {len(batch.notes) - 20} more notes: answerback show rejects")
    print("Next: answerback build")


def list_sources(settings: Settings) -> None:
    """The connectors, one a row."""
    rows = [{"source": name, "meaning": by_name(name).meaning} for name in NAMES]
    put(settings, pa.Table.from_pylist(rows))


def inspect_file(settings: Settings, file: Path, write: Path | None) -> None:
    """What the columns of a file seem to mean, and a mapping to edit."""
    from answerback.sources.inspect import inspect_file as look

    found = look(file)
    rows = [{"column": each.column, "field": each.field, "sure": each.sure, "why": each.why} for each in found.columns]
    put(settings, pa.Table.from_pylist(rows), title=f"What the columns of {file.name} seem to mean")
    if write is not None:
        try:
            with write.open("x", encoding="utf-8") as out:
                out.write(found.toml)
        except FileExistsError as error:
            raise UsageError("the file is there already", where=str(write), next_step="choose another name") from error
        print(f"Mapping written to {write}. Edit it, then: answerback load {file} --mapping {write}", file=sys.stderr)
    elif settings.format is Format.TABLE:
        print("\nA mapping to begin with (or write it with --write FILE):\n")
        print(found.toml)
