"""`answerback holdout draw` and `report`."""

from __future__ import annotations

import csv
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.increment.drawing import COLUMNS, NEEDED, Drawing, Plan, draw_lots, read_rows
from answerback.analysis.increment.report import report as report_of
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.settings import Settings
from answerback.domain.errors import UsageError
from answerback.present.holdout import (
    LOT_EYES,
    LOT_SCHEMA,
    REPORT_EYES,
    REPORT_SCHEMA,
    lot_notes,
    lot_rows,
    lot_sentences,
    report_eyes,
    report_notes,
    report_rows,
    report_sentences,
)
from answerback.workspace.access import note_use, owner_scope
from answerback.workspace.home import Home
from answerback.workspace.journal import Entry, append_all, written


def draw(settings: Settings, file: Path, *, share: float, days: int, seed: int | None, write: Path | None) -> None:
    """Draws lots over the touches of a file, writes them down, and says which touches wait."""
    workspace = settings.workspace()
    scope = owner_scope("holdout draw")
    now = datetime.now(UTC)
    note_use(workspace.home, scope.purpose, "", now=now)
    drawn_at = (settings.as_of or now).replace(microsecond=0)
    chosen = secrets.randbelow(2**31) if seed is None else seed
    plan = Plan(share, drawn_at + timedelta(days=days), chosen, drawn_at)
    rows, faults = read_rows(_rows_of(file), drawn_at=drawn_at)
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        drawn = draw_lots(reader, scope, rows, plan, waiting=_not_built(workspace.home, drawn_at), faults=faults)
    table = pa.Table.from_pylist(lot_rows(drawn), schema=LOT_SCHEMA)
    if write is not None:
        _write(write, table)
    append_all(workspace.home, _entries(drawn, now))
    if not drawn.lots:
        tell(settings, table, lot_sentences(drawn))
        return
    waits = Shown(table.filter(pc.is_in(table["lot"], pa.array(["hold", "asked_for"]))), LOT_EYES, empty="none waits")
    tell(settings, table, lot_sentences(drawn), tables=[waits], notes=lot_notes(drawn))


def report(settings: Settings) -> None:
    """What came of the lots: the answer, each kind of touch, and what it rests on."""
    workspace = settings.workspace()
    scope = owner_scope("holdout report")
    note_use(workspace.home, scope.purpose, "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        found = report_of(reader, scope)
    tables = [Shown(pa.Table.from_pylist(report_eyes(found)), REPORT_EYES)] if found.total.units else []
    said = list(report_notes(found))
    if pending := len(written(workspace.home, "intention")):
        said.append(f"{pending:,} lots were drawn since the last build; answerback build takes them in.")
    every = pa.Table.from_pylist(report_rows(found), schema=REPORT_SCHEMA)
    tell(settings, every, report_sentences(found), tables=tables, notes=said)


def _rows_of(file: Path) -> list[dict[str, str | None]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = list(reader)
            names = [name.strip() for name in reader.fieldnames or ()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            "the file cannot be read as CSV", where=str(file), next_step="save it as CSV in UTF-8"
        ) from error
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise UsageError(
            f"the file has no column {missing[0]}", where=str(file), next_step=f"columns are {', '.join(COLUMNS)}"
        )
    return rows


def _not_built(home: Home, drawn_at: datetime) -> list[tuple[str, str]]:
    """Spaces and ids of companies and persons drawn since the last build, whose time is not over."""
    found = []
    for entry in written(home, "intention"):
        if datetime.fromisoformat(str(entry.fields["until"])) > drawn_at:
            space = "account" if entry.fields.get("account_id") else "contact"
            found.append((space, str(entry.fields[f"{space}_id"])))
    return found


def _entries(drawn: Drawing, now: datetime) -> list[Entry]:
    entries = []
    for each in drawn.lots:
        touch = each.touch
        fields = {
            "source_id": f"{drawn.name}/{touch.row}",
            "rep_id": touch.rep_id,
            "account_id": touch.account_id or None,
            "contact_id": touch.contact_id or None,
            "deal_id": touch.deal_id or None,
            "play": touch.play or None,
            "intended_at": touch.intended_at.isoformat(),
            "arm": "hold" if each.held else "touch",
            "draw": drawn.name,
            "share_permille": round(drawn.plan.share * 1000),
            "drawn_at": drawn.plan.drawn_at.isoformat(),
            "until": drawn.plan.until.isoformat(),
            "overruled": "yes" if touch.overruled else "no",
        }
        entries.append(Entry(touch.source, "intention", fields, now))
    return entries


def _write(path: Path, table: pa.Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, table.column_names)
        writer.writeheader()
        writer.writerows(table.to_pylist())
