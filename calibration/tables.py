"""Tables of measured figures, and the pages of docs/methods that they stand in.

A page is written by hand but for its tables: each lies between `<!-- calibrated: NAME -->` and `<!-- end -->`, and
`python -m calibration` writes it there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).resolve().parents[1] / "docs" / "methods"


@dataclass(frozen=True)
class Table:
    """One table: its name in the page, a header and rows of text, and a line under it (how many runs, which error)."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def markdown(self) -> str:
        """As it stands in the page.

        >>> print(Table("one", ("a", "b"), (("1", "2"),), "Two runs.").markdown())
        | a | b |
        |---|---|
        | 1 | 2 |
        <BLANKLINE>
        Two runs.
        """
        lines = [_row(self.header), "|" + "---|" * len(self.header), *map(_row, self.rows)]
        return "\n".join(lines) + (f"\n\n{self.note}" if self.note else "")


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def put_tables(page: Path, tables: Sequence[Table]) -> None:
    """Writes tables into their places in a page.

    Raises:
        ValueError: the page has no place for one of them.
    """
    text = page.read_text(encoding="utf-8")
    for table in tables:
        place = re.compile(rf"(<!-- calibrated: {re.escape(table.name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        found = place.search(text)
        if found is None:
            raise ValueError(f"{page.name} has no place for the table {table.name!r}")
        text = f"{text[: found.start()]}{found[1]}\n{table.markdown()}\n\n{found[2]}{text[found.end() :]}"
    page.write_text(text, encoding="utf-8")
