"""Whose seat a service had when: the list of users that a telephone or signing service exports with their dates."""

from __future__ import annotations

from pathlib import Path

from answerback.simulate.exports.directory import Directory
from answerback.simulate.exports.sheets import utc, write_sheet


def write_seats(book: Directory, system: str, path: Path) -> Path:
    """A CSV file with a row for each stretch of time in which a system recorded what concerned a seller."""
    spans = [row for row in book.facts.rows("coverage") if row["system"] == system]
    spans.sort(key=lambda row: (row["from"] or 0, row["seller"] if row["seller"] is not None else -1))
    rows = (
        {
            "User": book.sellers[row["seller"]]["name"] if row["seller"] is not None else "",
            "User email": book.sellers[row["seller"]]["email"] if row["seller"] is not None else "",
            "Active from": utc(row["from"]),
            "Active until": utc(row["to"]),
        }
        for row in spans
    )
    return write_sheet(path, ("User", "User email", "Active from", "Active until"), rows)
