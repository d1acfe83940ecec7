"""A mapping held against a file's header: which column each name means, and the columns of a batch by our names.

Names of `[columns]` come before the file's own. In a file with a fixed header a name that means nothing is an error
before the first row; in an open one (JSON Lines, XES) a column may still come, so it is null until then, and told at
the end if it never came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from answerback.domain.errors import MappingError
from answerback.domain.toml_lines import refuse
from answerback.domain.toml_mistakes import Mistake, nearest
from answerback.sources.mapping.language import Mapping, MappingFile, RecordRule, SkipRule
from answerback.sources.tables import Header, Rows

Path = tuple[str | int, ...]
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Binding:
    """What a mapping means for one file."""

    records: tuple[RecordRule, ...]
    skips: tuple[SkipRule, ...]
    aliases: dict[str, tuple[str, ...]]
    empty: tuple[str, ...]
    wanted: frozenset[str]
    """The file's own columns that are used."""


def bind(told: MappingFile, file: str, header: Header) -> Binding:
    """The rules for a file, their names checked against its header.

    Args:
        told: The mapping.
        file: The file's name, relative to what is loaded.
        header: The file's columns.

    Raises MappingError where a rule names a column that the file cannot have.
    """
    mapping = told.mapping
    records = [(number, rule) for number, rule in enumerate(mapping.record) if _is_for(rule.file, file)]
    skips = [(number, rule) for number, rule in enumerate(mapping.skip) if _is_for(rule.file, file)]
    used: dict[str, Path] = {}
    for path, name in _named(records, skips):
        used.setdefault(name, path)
    if not header.open:
        mistakes = list(_unknown(mapping, file, used, header))
        if mistakes:
            raise refuse(told.text, mistakes, told.name, MappingError)
    return Binding(
        tuple(rule for _, rule in records),
        tuple(rule for _, rule in skips),
        dict(mapping.columns),
        mapping.read.empty,
        frozenset(column for name in used for column in mapping.columns.get(name, (name,))),
    )


def _is_for(pattern: str, file: str) -> bool:
    name = file.removesuffix(".gz")
    return fnmatchcase(file.lower(), pattern.lower()) or fnmatchcase(name.lower(), pattern.lower())


def _named(records: list[tuple[int, RecordRule]], skips: list[tuple[int, SkipRule]]) -> Iterator[tuple[Path, str]]:
    for number, rule in records:
        for path, name in rule.tested():
            yield ("record", number, *path), name
        for field_name, value in rule.fields.items():
            for name in value.columns():
                yield ("record", number, "fields", field_name), name
    for number, skip in skips:
        for path, name in skip.tested():
            yield ("skip", number, *path), name


def _unknown(mapping: Mapping, file: str, used: dict[str, Path], header: Header) -> Iterator[Mistake]:
    for name, path in used.items():
        meant = mapping.columns.get(name, (name,))
        if not any(column in header.columns for column in meant):
            hint = nearest(meant[0], header.columns) or "."
            has = ", ".join(header.columns[:_SHOWN])
            said = f"{file} has no column {' or '.join(meant)}{hint} It has: {has}"
            yield Mistake(("columns", name) if name in mapping.columns else path, said)


@dataclass(slots=True)
class Columns:
    """The columns of some rows by the mapping's names, read when asked for."""

    batch: pa.RecordBatch
    binding: Binding
    _texts: dict[str, pa.StringArray] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Rows, binding: Binding) -> Columns:
        """The columns of a batch, those that nobody uses left out."""
        return cls(rows.batch.select([name for name in rows.batch.schema.names if name in binding.wanted]), binding)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.batch.num_rows)

    def taken(self, places: pa.Int64Array) -> Columns:
        """The same columns of some of the rows."""
        return Columns(self.batch.take(places), self.binding)

    def text(self, *names: str) -> pa.StringArray:
        """The first of these columns that holds something, as trimmed text, empty ones null."""
        found = [self._text(column) for name in names for column in self.binding.aliases.get(name, (name,))]
        return found[0] if len(found) == 1 else pc.coalesce(*found)

    def raw(self, *names: str) -> pa.Array:
        """The same, but as the file has it where a single typed column is meant."""
        columns = [column for name in names for column in self.binding.aliases.get(name, (name,))]
        present = [column for column in columns if column in self.batch.schema.names]
        if len(present) == 1 and not pa.types.is_string(self.batch.column(present[0]).type):
            return self.batch.column(present[0])
        return self.text(*names)

    def _text(self, column: str) -> pa.StringArray:
        if column not in self._texts:
            self._texts[column] = self._read(column)
        return self._texts[column]

    def _read(self, column: str) -> pa.StringArray:
        if column not in self.batch.schema.names:
            return pa.nulls(self.rows, pa.string())
        values = self.batch.column(column)
        values = values if pa.types.is_string(values.type) else pc.cast(values, pa.string())
        values = pc.utf8_trim_whitespace(values)
        nothing = pa.array(["", *self.binding.empty], pa.string())
        return pc.if_else(pc.is_in(values, nothing), pa.scalar(None, pa.string()), values)
