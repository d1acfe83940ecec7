"""The first sheet of an XLSX workbook (or a named one) as batches of text rows.

A workbook is a zip archive, and its reader unpacks it whole; so it is measured before (`workbook_size`). Dates come as
ISO 8601 text without a zone, whole numbers without a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine as calamine

from answerback.domain.errors import SourceError
from answerback.domain.reading import Progress
from answerback.sources.tables.json_lines import Cells, rows_of
from answerback.sources.tables.rows import BATCH_ROWS, Header, ReadOptions, TableItems, checked_width, told_apart
from answerback.sources.tables.workbook_size import measure

Cell = int | float | str | bool | time | date | datetime | timedelta


def read_spreadsheet(path: Path, file: str, options: ReadOptions) -> TableItems:
    """The header (the first row that is not blank), then the rows of one sheet.

    Raises SourceError where the workbook cannot be opened or has no such sheet, Bomb where it swells beyond reason.
    """
    measure(path, file)
    try:
        workbook = calamine.CalamineWorkbook.from_path(path)
        names = workbook.sheet_names
        wanted = options.sheet or (names[0] if names else "")
        if wanted not in names:
            raise SourceError(
                f"there is no sheet {wanted!r}", where=file, next_step=f"choose one of: {', '.join(names)}"
            )
        rows = workbook.get_sheet_by_name(wanted).iter_rows()
    except (calamine.CalamineError, OSError) as error:
        raise SourceError("this is not a whole XLSX workbook", where=file, next_step="save it again as XLSX") from error
    size = path.stat().st_size
    header: tuple[str, ...] | None = None
    batch: list[Cells] = []
    numbers: list[int] = []
    number = 0
    for cells in rows:
        if header is None:
            if any(_text(cell) for cell in cells):
                header = _header(cells, file)
                yield Header(header)
            continue
        number += 1  # blank rows have a number too, so that a place is found again in the sheet
        texts = {name: _text(cell) for name, cell in zip(header, cells, strict=False)}
        if any(texts.values()):
            batch.append(texts)
            numbers.append(number)
        if len(batch) == BATCH_ROWS:
            yield rows_of(batch, numbers, dict.fromkeys(header))
            batch, numbers = [], []
    if header is None:
        raise SourceError("the sheet is empty", where=file, next_step="name the sheet that holds the table")
    if batch:
        yield rows_of(batch, numbers, dict.fromkeys(header))
    yield Progress(size, size)


def _header(cells: Sequence[Cell], file: str) -> tuple[str, ...]:
    checked_width(len(cells), file)
    return told_apart([_text(cell) or "" for cell in cells])


def _text(cell: Cell) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return f"{cell.total_seconds():g}"
    return str(cell)
