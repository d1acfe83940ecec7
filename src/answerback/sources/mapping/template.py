"""Templates: `"offer:{case_id}"` with the row's own values filled in, for whole columns at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Template:
    """A template's pieces: text, then a column's name, in turn."""

    pieces: tuple[tuple[str, str | None], ...]

    @classmethod
    def read(cls, text: str) -> Template:
        """The template written as text; doubled braces stand for themselves.

        Raises ValueError where it is none.

        >>> Template.read("{case}:{{x}}").pieces
        (('', 'case'), (':{', None), ('x}', None))
        """
        try:
            parsed = list(Formatter().parse(text))
        except ValueError as error:
            raise ValueError(f"is '{text}', whose braces do not match") from error
        pieces: list[tuple[str, str | None]] = []
        for before, name, form, conversion in parsed:
            # The formatter cuts "time:timestamp" at the colon, which in names of columns is a letter like any other.
            whole = f"{name}:{form}" if name and form else name
            if conversion or whole == "":
                raise ValueError(f"is '{text}': a pair of braces holds the name of a column")
            pieces.append((before, whole))
        if not any(name for _, name in pieces):
            raise ValueError(f"is '{text}', which names no column: write const instead")
        return cls(tuple(pieces))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it needs.

        >>> Template.read("{case:concept:name}-{n}").names
        ('case:concept:name', 'n')
        """
        return tuple(name for _, name in self.pieces if name)

    def fill(self, column: Callable[[str], pa.StringArray], rows: int) -> pa.StringArray:
        """The filled template of each row, null where any of its columns is."""
        parts: list[pa.Array | pa.Scalar] = []
        for before, name in self.pieces:
            if before:
                parts.append(pa.repeat(pa.scalar(before), rows))
            if name:
                parts.append(column(name))
        return pc.binary_join_element_wise(*parts, pa.scalar(""))
